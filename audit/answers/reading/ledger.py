"""What long-lived places hold at a moment, to the last minor unit: kept balances, last entries, or day sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from audit.answers.inquiry import Inquiry, Question
from audit.answers.reading.names import place_line
from audit.answers.reading.unfolded import Unfolded
from audit.answers.shapes import PlaceLine
from audit.values import Clock, EventRef, Place


@dataclass(frozen=True, slots=True)
class Holding:
    """What a place holds in one currency. `since` (recorded), `occurred` and `event` tell when it last changed; None:
    never yet."""

    id: int
    place: Place
    currency: str
    units: int
    in_order: bool
    since: datetime | None = None
    event: EventRef | None = None
    is_final: bool = True
    occurred: datetime | None = None


def holdings(inquiry: Inquiry, places: Sequence[Place], unfolded: Unfolded) -> list[Holding]:
    """Every currency of these places; one statement now, at most three in the past."""
    if not places:
        return []
    rows = inquiry.answer(held_asked(inquiry, places))
    if inquiry.cut.is_now:
        return with_unfolded(inquiry, [_held(row) for row in rows], places, unfolded)
    found = [Holding(row[0], Place(*row[1:4]), row[4], int(row[5]), row[6]) for row in rows]
    return with_unfolded(inquiry, at_moment(inquiry, found), places, unfolded)


def held_asked(inquiry: Inquiry, places: Sequence[Place]) -> Question:
    """What `holdings` asks first."""
    columns = [[p.book for p in places], [p.kind for p in places], [p.key for p in places]]
    return Question("answer_held_now" if inquiry.cut.is_now else "answer_places_of", columns)


def _held(row: tuple[Any, ...]) -> Holding:
    id, book, kind, key, currency, units, in_order, recorded, occurred, *ref = row
    event = None if recorded is None else EventRef(*ref)
    return Holding(id, Place(book, kind, key), currency, int(units), in_order, recorded, event, occurred=occurred)


def at_moment(inquiry: Inquiry, found: Sequence[Holding]) -> list[Holding]:
    """What places that hold `units` now held at the asked moment, and since when."""
    if not found:
        return []
    last = _last_entries(inquiry, [holding.id for holding in found])
    if inquiry.cut.is_now:
        return [_since(holding, last) for holding in found]
    is_recorded = inquiry.cut.clock is Clock.RECORDED
    by_entry = {h.id for h in found if is_recorded and h.in_order and (h.id not in last or last[h.id][2] is not None)}
    sums = _sums(inquiry, [holding.id for holding in found if holding.id not in by_entry])
    dated = [_since(holding, last) for holding in found]
    return [replace(h, units=sums[h.id] if h.id in sums else int(last[h.id][2]) if h.id in last else 0) for h in dated]


def lines(inquiry: Inquiry, found: Iterable[Holding]) -> tuple[PlaceLine, ...]:
    """Places that something was ever moved in, as an answer shows them."""
    return tuple(line for holding in found if (line := _line(inquiry, holding)) is not None)


def own_places(inquiry: Inquiry, kind: str, key: str) -> list[Place]:
    """The places of its kind's book that a subject has by itself: an account's available and reserved."""
    about = inquiry.model.kinds.get(kind)
    if about is None or about.book is None:
        return []
    return [
        Place(book, name, key)
        for (book, name), place in inquiry.model.places.items()
        if book == about.book and place.subject == kind and not place.is_source
    ]


def day_of(inquiry: Inquiry, moment: datetime) -> date:
    """The day of the bank's zone."""
    return moment.astimezone(ZoneInfo(inquiry.model.zone)).date()


def day_began(inquiry: Inquiry, day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(inquiry.model.zone))


def _last_entries(inquiry: Inquiry, ids: list[int]) -> dict[int, tuple[Any, ...]]:
    is_occurred = not inquiry.cut.is_now and inquiry.cut.clock is Clock.OCCURRED
    name = "answer_last_entry_occurred" if is_occurred else "answer_last_entry"
    rows = inquiry.rows(name, {**inquiry.cut.parameters(), "places": ids})
    return {row[0]: row for row in rows}


def _sums(inquiry: Inquiry, ids: list[int]) -> dict[int, int]:
    if not ids:
        return {}
    assert inquiry.cut.time is not None
    day = day_of(inquiry, inquiry.cut.time)
    name = "answer_sums_recorded" if inquiry.cut.clock is Clock.RECORDED else "answer_sums_occurred"
    parameters = {**inquiry.cut.parameters(), "places": ids, "day": day, "day_began": day_began(inquiry, day)}
    return {row[0]: int(row[1]) for row in inquiry.rows(name, parameters)}


def _since(holding: Holding, last: dict[int, tuple[Any, ...]]) -> Holding:
    row = last.get(holding.id)
    if row is None:
        return holding
    return replace(holding, since=row[1], event=EventRef(row[4], row[5], row[3]), occurred=row[6])


def with_unfolded(inquiry: Inquiry, found: list[Holding], places: Sequence[Place], unfolded: Unfolded) -> list[Holding]:
    """What waits to be folded, laid on top."""
    if not unfolded.told:
        return found
    wanted, held = set(places), {(h.place, h.currency): h for h in found}
    for one in unfolded.told:
        row, reading = one.row, one.reading
        if reading is None or reading.problem or not inquiry.cut.counts(row.recorded, row.occurred, *row.key[1:]):
            continue
        for m in reading.movements:
            sides = ((Place(m.book, m.from_kind, m.from_key), -m.units), (Place(m.book, m.to_kind, m.to_key), m.units))
            for place, units in sides:
                if place in wanted:
                    before = held.get((place, m.currency)) or Holding(0, place, m.currency, 0, True)
                    held[place, m.currency] = replace(
                        before,
                        units=before.units + units,
                        since=row.recorded,
                        event=one.ref,
                        is_final=before.is_final and one.is_final,
                    )
    return [held[key] for key in sorted(held)]


def _line(inquiry: Inquiry, holding: Holding) -> PlaceLine | None:
    if holding.since is None or holding.event is None:
        return None
    amount = (holding.units, holding.currency)
    return place_line(
        inquiry, holding.place, holding.id, amount, holding.since, holding.event, is_final=holding.is_final
    )
