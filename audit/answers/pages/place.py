"""The ledger of a place, day by day on either clock, and the places of a kind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from audit.answers.inquiry import Inquiry
from audit.answers.reading.cursors import unpack
from audit.answers.reading.entries import entry_lines, entry_rows
from audit.answers.reading.ledger import Holding, at_moment, day_of, lines
from audit.answers.reading.names import flow_kinds, link_of, links_of, money, place_kind, place_line, place_title
from audit.answers.reading.places import Kept, kept_places, units_at
from audit.answers.reading.totals import place_totals
from audit.answers.shapes import EntryLine, LedgerDay, Page, PlaceKindPage, PlaceLine, PlacePage
from audit.errors import UnknownSubject
from audit.values import Clock, EventRef, Place, Subject

ENTRIES_SHOWN = 50
DAYS_SHOWN = 31
PLACES_SHOWN = 50


def place(
    inquiry: Inquiry,
    asked: Place,
    currency: str | None = None,
    day: date | None = None,
    cursor: str | None = None,
    days_before: date | None = None,
) -> PlacePage:
    """`day` chooses the entries' day (None: the newest), `days_before` the page of days. Raises UnknownSubject."""
    kept = kept_places(inquiry, asked)
    chosen = next((one for one in kept if one.currency == currency), kept[0])
    units = units_at(inquiry, chosen)
    about = place_kind(inquiry.model, asked)
    owner = Subject(about.subject, asked.key) if about.subject and asked.key else None
    return PlacePage(
        place=asked,
        title=place_title(inquiry, asked),
        book_title=inquiry.text(inquiry.model.books.get(asked.book, {})) or asked.book,
        at=inquiry.as_of(),
        model=inquiry.model.hash,
        currency=chosen.currency,
        currencies=tuple(one.currency for one in kept),
        money=money(inquiry.model, units, chosen.currency),
        certainty=about.certainty,
        subject=links_of(inquiry, [owner])[owner] if owner else None,
        days=_days(inquiry, chosen, units, days_before),
        day=day,
        entries=entries(inquiry, chosen, day, cursor),
        id=chosen.id,
    )


def place_kind_page(inquiry: Inquiry, book: str, kind: str, cursor: str | None = None) -> PlaceKindPage:
    """The places of one kind; those of flows by the open flows that have money there. Raises UnknownSubject."""
    if (book, kind) not in inquiry.model.places:
        raise UnknownSubject(f"the model has no place {kind} in book {book}")
    about = inquiry.model.places[book, kind]
    is_of_flows = about.subject in flow_kinds(inquiry.model)
    rows = _flow_places(inquiry, book, kind) if is_of_flows else _kept_places(inquiry, book, kind, cursor)
    return PlaceKindPage(
        book=book,
        kind=kind,
        title=inquiry.text(about.title) or kind,
        book_title=inquiry.text(inquiry.model.books.get(book, {})) or book,
        at=inquiry.as_of(),
        model=inquiry.model.hash,
        totals=place_totals(inquiry, book, kind),
        places=rows,
    )


def entries(
    inquiry: Inquiry, kept: Kept, day: date | None = None, cursor: str | None = None, size: int = ENTRIES_SHOWN
) -> Page[EntryLine]:
    """What came and went, newest first, of one day or of all."""
    rows = entry_rows(inquiry, kept.id, (day, day) if day else None, size + 1, unpack(cursor) if cursor else None)
    more, rows = len(rows) > size, rows[:size]
    found = entry_lines(inquiry, rows, [kept.currency] * len(rows))
    total = len(found) if not more and not cursor else None
    return Page(tuple(found), total, next=found[-1].cursor if more else None)


def _days(inquiry: Inquiry, kept: Kept, units: int, before: date | None) -> Page[LedgerDay]:
    """The days on which something moved, newest first. The moment's own day closes with what it holds at the moment."""
    sums = _day_sums(inquiry, kept)
    days = [day for day in sorted(sums, reverse=True) if before is None or day < before]
    balances = dict(_closings(sums))
    shown = days[:DAYS_SHOWN]
    last = max(sums, default=None)
    ledger: list[LedgerDay] = []
    for day in shown:
        came, went, count = sums[day]
        closing = units if day == last and inquiry.cut.time is not None else balances[day]
        opening, incoming, outgoing, closed = (
            money(inquiry.model, n, kept.currency) for n in (closing - came + went, came, went, closing)
        )
        ledger.append(LedgerDay(day, opening, incoming, outgoing, closed, count))
    return Page(tuple(ledger), len(sums), next=shown[-1].isoformat() if len(days) > DAYS_SHOWN else None)


def _day_sums(inquiry: Inquiry, kept: Kept) -> dict[date, tuple[int, int, int]]:
    """In, out and count by day of the asked clock, up to the moment."""
    if kept.amount is None:
        rows = inquiry.rows("answer_entry_days", {"place": kept.id, "zone": inquiry.model.zone})
    else:
        rows = inquiry.rows("answer_day_changes", [[kept.id]])
    today = day_of(inquiry, inquiry.cut.time) if inquiry.cut.time else None
    found: dict[date, tuple[int, int, int]] = {}
    for recorded_day, occurred_day, came, went, count in rows:
        day = recorded_day if _is_recorded(inquiry) else occurred_day
        if today is None or day < today:
            before = found.get(day, (0, 0, 0))
            found[day] = (before[0] + int(came), before[1] + int(went), before[2] + count)
    if today is not None:
        of_today = _of_day(inquiry, kept, today)
        if of_today[2]:
            found[today] = of_today
    return found


def _of_day(inquiry: Inquiry, kept: Kept, day: date) -> tuple[int, int, int]:
    """The moment's own day, only as far as it had gone."""
    came = went = count = 0
    for row in entry_rows(inquiry, kept.id, (day, day), 2**31):
        amount = int(row[6])
        came, went, count = came + max(amount, 0), went + max(-amount, 0), count + 1
    return came, went, count


def _closings(sums: dict[date, tuple[int, int, int]]) -> Iterator[tuple[date, int]]:
    balance = 0
    for day in sorted(sums):
        balance += sums[day][0] - sums[day][1]
        yield day, balance


def _is_recorded(inquiry: Inquiry) -> bool:
    return inquiry.cut.clock is Clock.RECORDED


def _kept_places(inquiry: Inquiry, book: str, kind: str, cursor: str | None) -> Page[PlaceLine]:
    key, _, currency = cursor.rpartition("|") if cursor else ("", "", "")
    rows = inquiry.rows(
        "answer_places_of_kind",
        {
            "book": book,
            "kind": kind,
            "after_key": key,
            "after_currency": currency,
            "limit": PLACES_SHOWN + 1,
        },
    )
    found = [Holding(row[0], Place(book, kind, row[1]), row[2], int(row[3]), row[4]) for row in rows[:PLACES_SHOWN]]
    last = found[-1] if found else None
    following = f"{last.place.key}|{last.currency}" if last and len(rows) > PLACES_SHOWN else None
    return Page(lines(inquiry, at_moment(inquiry, found)), None if following or cursor else len(rows), next=following)


def _flow_places(inquiry: Inquiry, book: str, kind: str) -> Page[PlaceLine]:
    rows = inquiry.rows("answer_flow_places_of_kind", {"book": book, "kind": kind, "limit": PLACES_SHOWN + 1})
    found = tuple(_flow_place(inquiry, book, kind, row) for row in rows[:PLACES_SHOWN])
    return Page(found, len(rows) if len(rows) <= PLACES_SHOWN else None, PLACES_SHOWN)


def _flow_place(inquiry: Inquiry, book: str, kind: str, row: tuple[Any, ...]) -> PlaceLine:
    id, key, currency, units, position, flow_kind, flow_key, flow_id, since, source, event_id = row
    flow, event = link_of(inquiry, Subject(flow_kind, flow_key), flow_id), EventRef(source, event_id, position)
    amount = (int(units), currency)
    return place_line(inquiry, Place(book, kind, key), id, amount, since, event, flow=flow, by_flow=True)
