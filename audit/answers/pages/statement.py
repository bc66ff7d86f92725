"""An account's statement: what each event booked, with the running balance on the asked clock, newest first; and its
chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from audit.answers.inquiry import Inquiry, Question
from audit.answers.pages.headline import counterparty
from audit.answers.reading.cursors import Mark, pack, unpack
from audit.answers.reading.cut import END, Cut
from audit.answers.reading.events import EventRow, Told, events_at, read_events
from audit.answers.reading.flows import naming_types
from audit.answers.reading.ledger import Holding, at_moment, day_of
from audit.answers.reading.names import flow_kinds, link_of, links_of, money, place_kind
from audit.answers.reading.stories import ENDING
from audit.answers.reading.unfolded import Unfolded
from audit.answers.shapes import ChartPoint, Link, Page, StatementLine
from audit.answers.telling.lines import Noted, noted
from audit.values import Clock, Place, Subject, micros_of, time_of

LINES_SHOWN = 50
READ_AHEAD = 4  # entries of each place read for every line wanted: holds come and go between bookings
ROUNDS_MAX = 20
CHART_DAYS = 92

Key = tuple[Any, ...]  # story order: recorded, source, the source's order; by the occurred clock that time in front


@dataclass(slots=True)
class _Booking:
    """What one event did to the account."""

    key: tuple[datetime, int, int]
    position: int
    occurred: datetime
    units: int = 0
    held: int = 0
    last: tuple[int, int | None] = (-1, None)  # the greatest ordinal, with what the owner's places hold after it

    def order(self, is_occurred: bool) -> Key:
        return (self.occurred, *self.key) if is_occurred else self.key


@dataclass(frozen=True, slots=True)
class Booked:
    """Which events a page of the statement tells, before anything of them is read."""

    bookings: Sequence[_Booking] = ()
    rows: Sequence[EventRow] = ()
    is_end: bool = True


@dataclass(frozen=True, slots=True)
class Beside:
    """The flows of what is booked, and what asks for the events that name the other side of those that say none."""

    flows: Mapping[Subject, Link] = field(default_factory=dict)
    naming: Question | None = None


def statement(
    inquiry: Inquiry, places: Sequence[Holding], fresh: Unfolded, cursor: str | None = None, size: int = LINES_SHOWN
) -> Page[StatementLine]:
    """`places` are the account's, of one currency. Events that only hold or release are told among the holds.

    On the occurred clock in the order in which things happened, and what was booked after each by that order.
    """
    found = booked(inquiry, places, cursor, size)
    around = beside(inquiry, found)
    there = naming(inquiry, around)
    read = {one.row.position: one for one in read_events(inquiry, [row for rows in there.values() for row in rows])}
    named = {flow: [read[row.position] for row in rows] for flow, rows in there.items()}
    return statement_lines(inquiry, places, fresh, found, around, named, cursor)


def booked(inquiry: Inquiry, places: Sequence[Holding], cursor: str | None = None, size: int = LINES_SHOWN) -> Booked:
    if not places:
        return Booked()
    held = {h.id for h in places if not place_kind(inquiry.model, h.place).rests}
    bookings, is_end = _bookings(inquiry, [h.id for h in places if h.id], held, cursor, size)
    if inquiry.cut.clock is Clock.OCCURRED:
        _balance_as_happened(inquiry, places, bookings)
    rows = events_at(inquiry, [booking.position for booking in bookings])
    return Booked(bookings, list(rows.values()), is_end)


def beside(inquiry: Inquiry, found: Booked, also: Sequence[EventRow] = ()) -> Beside:
    """Of all that is `booked` at once: its flows, and what names the other side where a booking does not itself.
    `also` are events whose ties the page will look up: they are looked up with these."""
    told = read_events(inquiry, found.rows)
    wanted = {tie for one in read_events(inquiry, also) for tie in one.ties} | _flows(inquiry, told)
    links = {flow: link for flow, link in links_of(inquiry, wanted).items() if flow.kind in flow_kinds(inquiry.model)}
    nameless = _flows(inquiry, (one for one in told if not one.counterparty))
    flows, types = [id for flow in nameless if (id := links[flow].id)], naming_types(inquiry.model)
    if not flows or not types:
        return Beside(links)
    asked = Question("answer_naming", {"flows": flows, "meanings": types})
    inquiry.send_ahead(asked)
    return Beside(links, asked)


def naming(inquiry: Inquiry, around: Beside) -> dict[int, list[EventRow]]:
    """By flow (our identifier), the events that name the other side of what says none, in story order."""
    found: dict[int, list[EventRow]] = {}
    for flow, *row in inquiry.answer(around.naming) if around.naming else ():
        event = EventRow(*row)
        if inquiry.cut.counts(event.recorded, event.occurred, *event.key[1:]):
            found.setdefault(flow, []).append(event)
    return found


def statement_lines(
    inquiry: Inquiry,
    places: Sequence[Holding],
    fresh: Unfolded,
    found: Booked,
    around: Beside,
    named: Mapping[int, Sequence[Told]],
    cursor: str | None = None,
    opened: Noted | None = None,
) -> Page[StatementLine]:
    """The lines of what is `booked`; `named` are by flow the events that name what is `beside` it, read; `opened`: what
    was noted of those events and of others."""
    if not places:
        return Page((), 0)
    bookings, is_end = found.bookings, found.is_end
    told = {one.row.position: one for one in read_events(inquiry, found.rows)}
    found_there = opened or noted(inquiry, [booking.position for booking in bookings])
    owners = {Subject(place_kind(inquiry.model, one.place).subject or "", one.place.key) for one in places}
    names = {flow: counterparty(read, owners) for flow, read in named.items()}
    rows = [] if cursor else _fresh_lines(inquiry, places, fresh)
    for booking in bookings:
        one = told[booking.position]
        flow = next((around.flows[tie] for tie in one.ties if tie in around.flows), None)
        who = one.counterparty or (names.get(flow.id, "") if flow else "")
        rows.append(_line(inquiry, booking, one, places[0].currency, flow, who, found_there))
    total = len(rows) if is_end and not cursor else None
    return Page(tuple(rows), total, next=None if is_end or not bookings else rows[-1].cursor)


def chart(inquiry: Inquiry, places: Sequence[Holding]) -> tuple[ChartPoint, ...]:
    """What was booked at the end of each of the last days on which something changed, at their beginning, and at the
    moment."""
    is_recorded = inquiry.cut.is_now or inquiry.cut.clock is Clock.RECORDED
    change: dict[date, int] = {}
    rows = [row for one in chart_asked(places) for row in inquiry.answer(one)]
    for recorded_day, occurred_day, came, went, _ in rows:
        day = recorded_day if is_recorded else occurred_day
        change[day] = change.get(day, 0) + int(came) - int(went)
    moment = inquiry.cut.time or inquiry.watermark
    today = day_of(inquiry, moment) if moment else max(change, default=None)
    if today is None or not change:
        return ()
    currency, first, booked = places[0].currency, max(today - timedelta(days=CHART_DAYS), min(change)), 0
    points: dict[date, int] = {}
    for day in sorted(change):
        if inquiry.cut.time is not None and day >= today:
            break
        booked += change[day]
        points[max(day, first)] = booked  # what was there before the first day is where its line begins
    last = max([today, *points])
    points[last] = sum(h.units for h in places)
    return tuple(ChartPoint(day, money(inquiry.model, units, currency)) for day, units in points.items())


def chart_asked(places: Sequence[Holding]) -> list[Question]:
    """What `chart` asks; nothing where nothing was moved."""
    ids = [holding.id for holding in places if holding.id]
    return [Question("answer_day_changes", [ids])] if ids else []


def _bookings(
    inquiry: Inquiry, ids: list[int], held: set[int], cursor: str | None, size: int
) -> tuple[list[_Booking], bool]:
    """The next events that changed what is booked, and whether they are the last. Reads on until there are enough."""
    start, is_occurred = unpack(cursor) if cursor else ENDING, inquiry.cut.clock is Clock.OCCURRED
    after: Key = (start.recorded, start.source_id, start.source_position)
    if is_occurred:
        after = (time_of(start.number) if cursor else END, *after)
    found: list[_Booking] = []
    limit = size * READ_AHEAD + 1
    for _ in range(ROUNDS_MAX):
        rows = inquiry.rows(
            "answer_statement_occurred" if is_occurred else "answer_statement",
            {
                **inquiry.cut.parameters(),
                "places": ids,
                "limit": limit,
                "after_occurred": after[0],
                "after_recorded": after[-3],
                "after_source": after[-2],
                "after_order": after[-1],
            },
        )
        upto = _known_upto(rows, limit, is_occurred)
        gathered = [b for b in _gathered(rows, held) if upto is None or b.order(is_occurred) > upto]
        for booking in gathered:
            if booking.units and inquiry.cut.counts(booking.key[0], booking.occurred, *booking.key[1:]):
                found.append(booking)
                if len(found) == size:
                    return found, upto is None and booking is gathered[-1]
        if upto is None:
            return found, True
        after = gathered[-1].order(is_occurred) if gathered else upto
    return found, False


def _known_upto(rows: Sequence[tuple[Any, ...]], limit: int, is_occurred: bool) -> Key | None:
    """Of a place that has more entries than were read nothing is known before its last; None: all were read."""
    last: dict[int, tuple[int, Key]] = {}
    for row in rows:
        count, _ = last.get(row[0], (0, None))
        key = (row[1], row[2], row[3])
        last[row[0]] = (count + 1, (row[6], *key) if is_occurred else key)
    cut = [key for count, key in last.values() if count >= limit]
    return max(cut) if cut else None


def _balance_as_happened(inquiry: Inquiry, places: Sequence[Holding], bookings: Sequence[_Booking]) -> None:
    """What was booked after the newest of them, by the day sums, and back from there: entries keep the recorded one."""
    if not bookings:
        return
    newest = bookings[0]
    then = inquiry.at(Cut(newest.occurred, Clock.OCCURRED, (newest.key[0], newest.key[1], newest.key[2])))
    after = sum(holding.units for holding in at_moment(then, [holding for holding in places if holding.id]))
    for booking in bookings:
        booking.last = (booking.last[0], after)
        after -= booking.units


def _gathered(rows: Sequence[tuple[Any, ...]], held: set[int]) -> list[_Booking]:
    found: dict[int, _Booking] = {}
    for place_id, recorded, source_id, source_position, position, ordinal, occurred, amount, total in rows:
        booking = found.setdefault(position, _Booking((recorded, source_id, source_position), position, occurred))
        booking.units += int(amount)
        booking.held += int(amount) if place_id in held else 0
        if ordinal > booking.last[0]:
            booking.last = (ordinal, None if total is None else int(total))
    return list(found.values())


def _line(
    inquiry: Inquiry,
    booking: _Booking,
    told: Told,
    currency: str,
    flow: Link | None,
    who: str,
    opened: Noted | None = None,
) -> StatementLine:
    after = booking.last[1]
    is_backdated = day_of(inquiry, booking.occurred) < day_of(inquiry, booking.key[0])
    return StatementLine(
        event=told.ref,
        recorded=booking.key[0],
        occurred=booking.occurred,
        title=told.title,
        says=told.says,
        counterparty=who,
        flow=flow,
        money=money(inquiry.model, booking.units, currency),
        booked_after=None if after is None else money(inquiry.model, after, currency),
        held_change=money(inquiry.model, booking.held, currency),
        known_since=booking.key[0] if is_backdated else None,
        is_final=told.is_final,
        findings=opened.findings.get(booking.position, ()) if opened else (),
        doubts=opened.doubts.get(booking.position, ()) if opened else (),
        cursor=pack(Mark(*booking.key, booking.position, micros_of(booking.occurred))),
    )


def _flows(inquiry: Inquiry, told: Iterable[Told]) -> set[Subject]:
    kinds = set(flow_kinds(inquiry.model))
    return {tie for one in told for tie in one.ties if tie.kind in kinds}


def _fresh_lines(inquiry: Inquiry, places: Sequence[Holding], fresh: Unfolded) -> list[StatementLine]:
    """Bookings that are not folded yet, newest first, on top."""
    by_place = {holding.place: holding for holding in places}
    lines: list[StatementLine] = []
    after = sum(holding.units for holding in places)
    for one in reversed(fresh.told):
        row, reading = one.row, one.reading
        if not reading or reading.problem or not inquiry.cut.counts(row.recorded, row.occurred, *row.key[1:]):
            continue
        units = _effect(reading.movements, by_place, places[0].currency)
        if units:
            known = None if inquiry.cut.clock is Clock.OCCURRED else after  # it may have happened before those below
            booking = _Booking(row.key, row.position, row.occurred, units, 0, (0, known))
            flow = next((link_of(inquiry, tie) for tie in _flows(inquiry, [one])), None)
            lines.append(_line(inquiry, booking, one, places[0].currency, flow, one.counterparty))
            after -= units
    return lines


def _effect(moves: Sequence[Any], places: Mapping[Any, Holding], currency: str) -> int:
    total = 0
    for m in moves:
        if m.currency == currency:
            total -= m.units if Place(m.book, m.from_kind, m.from_key) in places else 0
            total += m.units if Place(m.book, m.to_kind, m.to_key) in places else 0
    return total
