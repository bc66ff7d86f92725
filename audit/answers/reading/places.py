"""Long-lived and flows' own places by name: what they hold at a moment, and which events moved something in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from audit.answers.inquiry import Inquiry
from audit.answers.reading.ledger import Holding, at_moment
from audit.errors import UnknownSubject, UsageError
from audit.values import Place


@dataclass(frozen=True, slots=True)
class Kept:
    """A place in one currency. `amount` None: it belongs to one flow and its few entries are summed when asked for."""

    id: int
    place: Place
    currency: str
    amount: int | None
    in_order: bool


def parse_place(text: str) -> Place:
    """BOOK/KIND:ID, as after `place:`. Raises UsageError."""
    book, slash, rest = text.partition("/")
    kind, _, key = rest.partition(":")
    if not (book and slash and kind):
        raise UsageError(f"{text!r} is not a place: write place:BOOK/KIND:ID, for example place:ledger/available:A-1")
    return Place(book, kind, key)


def kept_places(inquiry: Inquiry, asked: Place) -> list[Kept]:
    """A place in each of its currencies. Raises UnknownSubject."""
    rows = inquiry.rows("answer_place_currencies", [asked.book, asked.kind, asked.key])
    if not rows:
        raise UnknownSubject(f"nothing was ever moved in place:{asked.book}/{asked}")
    return [Kept(row[0], asked, row[1], None if row[2] is None else int(row[2]), row[3]) for row in rows]


def places_at(inquiry: Inquiry, asked: Place) -> list[Holding]:
    """What a place holds at the moment in each currency, and since when."""
    kept = kept_places(inquiry, asked)
    found = [Holding(k.id, k.place, k.currency, k.amount or 0, k.in_order and k.amount is not None) for k in kept]
    dated = at_moment(inquiry, found)
    return [replace(h, units=units_at(inquiry, k)) for h, k in zip(dated, kept, strict=True)]


def units_at(inquiry: Inquiry, kept: Kept) -> int:
    """What it holds at the moment."""
    if kept.amount is None:
        row = next(iter(inquiry.rows("answer_entry_sum", {**inquiry.cut.parameters(), "place": kept.id})), None)
        return int(row[0]) if row else 0
    if inquiry.cut.is_now:
        return kept.amount
    holding = Holding(kept.id, kept.place, kept.currency, kept.amount, kept.in_order)
    return at_moment(inquiry, [holding])[0].units


def positions_in(inquiry: Inquiry, asked: Place) -> list[int]:
    """The events that moved something in a place up to the moment, the earliest first."""
    found: dict[int, tuple[datetime, int, int]] = {}
    for kept in kept_places(inquiry, asked):
        rows = inquiry.rows("answer_entry_positions", {**inquiry.cut.parameters(), "place": kept.id})
        found |= {row[0]: (row[1], row[2], row[3]) for row in rows}
    return sorted(found, key=lambda position: found[position])
