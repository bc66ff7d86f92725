"""Why it is so, and why the next has not come: each state, balance and field with what set it, back to the request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from audit.answers.inquiry import Inquiry
from audit.answers.pages.account import made_of
from audit.answers.pages.facts import facts_of
from audit.answers.pages.findings import findings_of
from audit.answers.pages.transfer import lane_ids, linked_ids
from audit.answers.reading.causes import Chain, causes_of
from audit.answers.reading.events import EventRow, Told, events_at, read_events
from audit.answers.reading.flows import Flow, load_flow, own_streams
from audit.answers.reading.names import CUSTOMER, PLACE, Known, known, link_of, links_of, place_title
from audit.answers.reading.others import introducing
from audit.answers.reading.places import parse_place
from audit.answers.reading.remembered import Remembered, own_streams_of, remembered
from audit.answers.reading.states import states_of
from audit.answers.reading.unfolded import Unfolded, unfolded
from audit.answers.shapes import (
    Because,
    CauseLine,
    Fact,
    FieldWhy,
    FindingLine,
    Link,
    Page,
    PlaceLine,
    StateLine,
    StateWhy,
    Waiting,
    Why,
)
from audit.answers.telling.usually import awaited_of, with_others
from audit.answers.telling.waiting import awaited
from audit.answers.where import missed_of_holder, of_flow, of_place, places_held
from audit.errors import UnknownSubject
from audit.values import EventRef, Place, Subject

NO_FINDINGS: Page[FindingLine] = Page((), 0)


def why(inquiry: Inquiry, subject: Subject, step: int | None = None) -> Why:
    """As of the inquiry's moment or, of a flow with `step`, as of that event of its story. Raises UnknownSubject."""
    if subject.kind == PLACE:
        return _of_place(inquiry, subject)
    fresh = unfolded(inquiry)
    asked = known(inquiry, subject, fresh)
    kind = inquiry.model.kinds.get(subject.kind)
    if kind is not None and kind.is_flow:
        flow = load_flow(inquiry, asked, fresh)
        return of_flow_at(flow if step is None else flow.at_step(step), linked_ids(inquiry, flow))
    return _of_holder(inquiry, asked, fresh)


def why_event(inquiry: Inquiry, subject: Subject, position: int) -> Why:
    """One event of the subject's, by its position, and its causes. Raises UnknownSubject where it is none of its."""
    fresh = unfolded(inquiry)
    asked = Known(subject, 0) if subject.kind == PLACE else known(inquiry, subject, fresh)
    row = events_at(inquiry, [position]).get(position)
    told = read_events(inquiry, [row], fresh.finality) if row else []
    if not told or not _touches(inquiry, told[0], subject):
        raise UnknownSubject(f"{subject} has no event {position}")
    because = _Because(inquiry, [position], (), {position: told[0]}, fresh)
    one = because.of(told[0].ref)
    line = FieldWhy(f"event.{position}", "event", told[0].title, told[0].says, told[0].row.recorded, told[0].ref, one)
    title = place_title(inquiry, parse_place(subject.key)) if subject.kind == PLACE else ""
    return Why(
        subject=Link(subject, title, "") if title else link_of(inquiry, subject, asked.id),
        at=inquiry.as_of(because.is_final),
        model=inquiry.model.hash,
        states=(),
        fields=(line,),
        waiting=(),
        findings=NO_FINDINGS,
        complete=True,
        not_understood=(),
    )


def _touches(inquiry: Inquiry, told: Told, subject: Subject) -> bool:
    if subject.kind != PLACE:
        return subject in told.ties
    place = parse_place(subject.key)
    moved = told.reading.movements if told.reading else ()
    sides = [Place(m.book, *side) for m in moved for side in ((m.from_kind, m.from_key), (m.to_kind, m.to_key))]
    return place in sides


def of_flow_at(flow: Flow, links: Sequence[tuple[int, Subject]]) -> Why:
    inquiry, where, states = flow.inquiry, of_flow(flow), flow.states()
    told = [flow.told[row.position] for row in flow.past if row.position in flow.told]
    return _why(
        inquiry,
        where.subject,
        states,
        [*where.places, *where.came_from, *where.ledger],
        remembered(inquiry, own_streams(inquiry, flow.known, flow.past), flow.unfolded),
        facts_of(inquiry, told),
        flow.past,
        flow.told,
        awaited(inquiry, flow.past, flow.told, states),
        findings_of(inquiry, [flow.known.id, *lane_ids(links, flow)]),
        flow.unfolded,
        where.not_understood,
    )


def _of_holder(inquiry: Inquiry, asked: Known, fresh: Unfolded) -> Why:
    states = states_of(inquiry, asked, fresh)
    places, _ = places_held(inquiry, asked, fresh)
    own = introducing(inquiry, asked, fresh)
    told = {one.row.position: one for one in read_events(inquiry, own, fresh.finality)}
    streams = own_streams_of(inquiry, asked, own)
    waiting, is_all = awaited_of(inquiry, asked, states)
    answer = _why(
        inquiry,
        link_of(inquiry, asked.subject, asked.id),
        states,
        places,
        remembered(inquiry, streams, fresh),
        facts_of(inquiry, told.values()),
        (),
        told,
        waiting,
        _found(inquiry, asked),
        fresh,
        missed_of_holder(inquiry, asked, fresh, ()),
    )
    return answer if is_all else replace(answer, waits_for_more=True)


def _found(inquiry: Inquiry, asked: Known) -> Page[FindingLine]:
    """What the subject's page shows as not explained."""
    if asked.subject.kind != CUSTOMER:
        return findings_of(inquiry, [asked.id], asked.id, made_of(inquiry))
    kinds = [kind for kind in inquiry.model.kinds if kind != CUSTOMER]
    return findings_of(inquiry, [asked.id], asked.id, kinds, of_payments=True)


def _of_place(inquiry: Inquiry, subject: Subject) -> Why:
    where = of_place(inquiry, parse_place(subject.key))
    return _why(
        inquiry, where.subject, (), where.places, (), (), (), {}, (), NO_FINDINGS, unfolded(inquiry),
        where.not_understood,
    )  # fmt: skip


def _why(
    inquiry: Inquiry,
    subject: Link,
    states: Sequence[StateLine],
    places: Sequence[PlaceLine],
    fields: Sequence[Remembered],
    facts: Sequence[Fact],
    story: Sequence[EventRow],
    told: Mapping[int, Told],
    waiting: Sequence[Waiting],
    findings: Page[FindingLine],
    fresh: Unfolded,
    missed: tuple[EventRef, ...],
) -> Why:
    refs = [
        *(state.event for state in states),
        *(line.event for line in places),
        *(one.event for one in fields),
        *(fact.event for fact in facts if fact.event),
    ]
    because = _Because(inquiry, [ref.position for ref in refs], story, told, fresh)
    explained = [
        *(_balance(line, because) for line in places),
        *(_remembered(one, because) for one in fields),
        *(_fact(fact, because) for fact in facts if fact.event),
    ]
    at = inquiry.as_of(because.is_final)
    named = [_named(one, because) for one in waiting]
    return Why(
        subject=subject,
        at=at,
        model=inquiry.model.hash,
        states=tuple(StateWhy(_state_key(line), line, because.of(line.event)) for line in states),
        fields=tuple(explained),
        waiting=with_others(inquiry, named),
        findings=findings,
        complete=not (missed or at.unattributed),
        not_understood=missed,
    )


def _named(one: Waiting, because: _Because) -> Waiting:
    """With the type of the event that a state waits since."""
    if one.after_type or one.state is None:
        return one
    return replace(one, after_type=f"{one.state.lane}.{because.of(one.after).events[0].type}")


class _Because:
    """The chains of all setting events, found and told together."""

    def __init__(
        self,
        inquiry: Inquiry,
        positions: Iterable[int],
        story: Sequence[EventRow],
        told: Mapping[int, Told],
        fresh: Unfolded,
    ) -> None:
        self.inquiry = inquiry
        rows = {row.position: row for row in story} | {position: one.row for position, one in told.items()}
        wanted = dict.fromkeys(positions)
        rows |= events_at(inquiry, [position for position in wanted if position not in rows])
        self.chains = causes_of(inquiry, [rows[position] for position in wanted], story)
        self.told = self._tell(told, fresh)
        self.links = links_of(inquiry, {one.subject for one in self.told.values()})
        self._lines: dict[tuple[int, bool], CauseLine] = {}

    def of(self, event: EventRef) -> Because:
        chain = self.chains[event.position]
        lines = tuple(self._line(row, is_inferred) for row, is_inferred in chain.links)
        return Because(lines, chain.ends, chain.missing)

    @property
    def is_final(self) -> bool:
        return all(one.is_final for one in self.told.values())

    def _tell(self, told: Mapping[int, Told], fresh: Unfolded) -> dict[int, Told]:
        rows = {row.position: row for chain in self.chains.values() for row in _rows(chain)}
        unread = [row for position, row in rows.items() if position not in told]
        read = {one.row.position: one for one in read_events(self.inquiry, unread, fresh.finality)}
        return {position: told[position] for position in rows if position in told} | read

    def _line(self, row: EventRow, is_inferred: bool) -> CauseLine:
        found = self._lines.get((row.position, is_inferred))
        if found is None:
            found = self._lines[row.position, is_inferred] = _cause_line(
                self.inquiry, self.told[row.position], is_inferred, self.links
            )
        return found


def _rows(chain: Chain) -> Iterable[EventRow]:
    return (row for row, _ in chain.links)


def _cause_line(inquiry: Inquiry, one: Told, is_inferred: bool, links: Mapping[Subject, Link]) -> CauseLine:
    row, lane, meaning = one.row, one.lane, one.meaning
    return CauseLine(
        ref=one.ref,
        inferred=is_inferred,
        lane=lane.name if lane else "",
        lane_title=inquiry.text(lane.title) if lane else row.stream,
        subject=links.get(one.subject),
        type=row.type,
        title=one.title,
        says=one.says,
        occurred=row.occurred,
        recorded=row.recorded,
        is_final=one.is_final,
        is_timeout=bool(meaning and meaning.is_timeout),
        asks_again=meaning.asks_again if meaning else None,
        is_compensation=bool(meaning and meaning.is_compensation),
        is_correction=bool(meaning and meaning.is_correction),
        ties=frozenset(one.ties),
        is_backdated=one.is_backdated,
    )


def _balance(line: PlaceLine, because: _Because) -> FieldWhy:
    return FieldWhy(
        key=place_key(line),
        name=f"places.{line.place.kind}",
        title=line.title,
        value=f"{line.money.amount:f}",
        since=line.since,
        event=line.event,
        because=because.of(line.event),
        money=line.money,
        place=line,
    )


def _remembered(one: Remembered, because: _Because) -> FieldWhy:
    chain = because.of(one.event)
    return FieldWhy(
        key=f"field.{one.lane}.{one.name}" + (f".{one.item}" if one.item else ""),
        name=f"{one.lane}.{one.name}",
        title=one.title,
        value=one.value,
        since=chain.events[0].recorded,
        event=one.event,
        because=chain,
        money=one.money,
    )


def _fact(fact: Fact, because: _Because) -> FieldWhy:
    assert fact.event is not None
    chain = because.of(fact.event)
    return FieldWhy(
        key=f"fact.{fact.name}",
        name=fact.name,
        title=fact.title,
        value=fact.value,
        since=chain.events[0].recorded,
        event=fact.event,
        because=chain,
        is_personal=fact.is_personal,
    )


def _state_key(line: StateLine) -> str:
    return f"state.{line.lane}" + (f".{line.item}" if line.item else "")


def place_key(line: PlaceLine) -> str:
    """Without what the bank calls the place: an address names no account."""
    return f"place.{line.id}" if line.id else f"place.{line.place.kind}.{line.money.currency}"
