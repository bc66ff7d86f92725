"""The page of a flow: how it stands, what to say to the customer, where its money is, and every step that it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from audit.answers.inquiry import Inquiry
from audit.answers.pages.facts import facts_of
from audit.answers.pages.findings import findings_of
from audit.answers.pages.headline import flow_title, status_of
from audit.answers.pages.technical import technical
from audit.answers.reading.cursors import Mark, pack
from audit.answers.reading.events import EventRow, events_at, read_events
from audit.answers.reading.flows import Flow, load_flow, load_flows
from audit.answers.reading.names import Known, declared_kinds, flow_kinds, known, link_of, linked, links_of, place_kind
from audit.answers.reading.onitsway import nets_under_way
from audit.answers.reading.stories import COUNTED_MAX
from audit.answers.reading.unfolded import unfolded
from audit.answers.reading.withheld import holders
from audit.answers.shapes import (
    FindingLine,
    LaneColumn,
    Link,
    Page,
    RelatedLine,
    StateLine,
    StepDetail,
    StepLine,
    TransferPage,
)
from audit.answers.telling.coming_back import coming_back
from audit.answers.telling.lines import event_lines, selected, step_lines, surroundings
from audit.answers.telling.spoken import to_say
from audit.answers.telling.waiting import missing_steps, once, waiting_for
from audit.answers.where import of_flow
from audit.answers.words import word
from audit.values import Subject

STEPS_MAX = 200  # steps on one page; a flow seldom has more than thirty
RELATED_SHOWN = 10
LINKS_MAX = 100
CRUMBS = ("customer", "account")


def transfer(
    inquiry: Inquiry, subject: Subject, step: int | None = None, first: int = 1, diff: int | None = None
) -> TransferPage:
    """The page as of the inquiry's moment or, with `step`, as of that event (its number in the story, from 1); with
    `diff` the step is compared with how things stood after the event of that number.

    `first` is the number of the first step shown. Raises UnknownSubject.
    """
    fresh = unfolded(inquiry)
    flow = load_flow(inquiry, known(inquiry, subject, fresh), fresh)
    chosen = min(step, len(flow.rows)) if step is not None and step > 0 else None
    then = flow.at_step(chosen) if chosen is not None else flow
    lines = _steps(flow, chosen, then)
    links = linked_ids(inquiry, flow)
    found = findings_of(then.inquiry, [flow.known.id, *lane_ids(links, flow)], events=list(flow.told))
    where, states = of_flow(then), then.states()
    waiting = waiting_for(then.inquiry, then.past, then.told, states)
    doubted, left = any(one.is_unexplained for one in found.rows), bool(nets_under_way(then))
    status, tone = status_of(inquiry, states, waiting, is_unexplained=doubted, is_left=left)
    return TransferPage(
        subject=link_of(inquiry, subject, flow.known.id),
        at=where.at,
        model=inquiry.model.hash,
        title=flow_title(flow),
        money=then.declared(),
        status=status,
        tone=tone,
        tells=to_say(then, where.tells, found.rows, states, waiting),
        waiting=once(waiting),
        where=where,
        facts=facts_of(
            inquiry, (then.told[row.position] for row in then.past if row.position in then.told), is_once=True
        ),
        lanes=lane_columns(inquiry, flow.rows, states),
        steps=_page(lines, first),
        missing=missing_steps(inquiry, waiting, flow.told),
        selected=_detail(flow, lines, chosen, diff),
        related=_related(inquiry, flow, links, _resting_beside(inquiry, flow, links, found.rows)),
        findings=found,
        crumbs=crumbs(inquiry, links),
        payers=_payers(flow),
        failed_as=_failed_as(then, states),
        complete=where.complete,
        not_understood=where.not_understood,
        newest=_newest(flow),
        own_words=where.tells,
        coming_back=coming_back(then, found.rows, states, waiting, is_complete=where.complete),
    )


def lane_columns(inquiry: Inquiry, rows: Sequence[EventRow], states: Sequence[StateLine]) -> tuple[LaneColumn, ...]:
    """One column a stream, the lanes in the model's order; streams without a lane last."""
    columns: dict[str, tuple[tuple[int, str], LaneColumn]] = {}
    by_stream = {state.stream: state for state in reversed(states)}
    for row in rows:
        if row.stream not in columns:
            columns[row.stream] = _column(inquiry, row.stream, by_stream.get(row.stream))
    return tuple(column for _, column in sorted(columns.values(), key=lambda one: one[0]))


def linked_ids(inquiry: Inquiry, flow: Flow) -> list[tuple[int, Subject]]:
    kinds = list(inquiry.model.kinds)
    return [(id, other) for id, other, _ in linked(inquiry.connection, flow.known.id, kinds, LINKS_MAX)]


def crumbs(inquiry: Inquiry, links: Sequence[tuple[int, Subject]]) -> tuple[Link, ...]:
    """The customers and accounts that the subject belongs to, those that it touched first in front."""
    return tuple(link_of(inquiry, other, id) for kind in CRUMBS for id, other in reversed(links) if other.kind == kind)


def _failed_as(flow: Flow, states: Sequence[StateLine]) -> str:
    """What is told to staff of the event that ended it in failure, which names the reason."""
    if not states or not states[0].is_final or not states[0].is_failure:
        return ""
    told = flow.told.get(states[0].event.position)
    return told.says if told is not None else ""


def _payers(flow: Flow) -> frozenset[Subject]:
    """The account that the first of its money left, and whose it is: of one between two customers of the bank, or of an
    exchange between two accounts of one, the sender's side."""
    model, kinds = flow.inquiry.model, set(declared_kinds(flow.inquiry.model))
    places = [moved.source for row in flow.rows for moved in flow.moved.get(row.position, ())][:1]
    source = Subject(place_kind(model, places[0]).subject or "", places[0].key) if places else None
    together = [set(one.ties) for one in flow.told.values() if source in one.ties]
    return frozenset(
        subject
        for ties in together[:1]
        for subject in ties
        if subject.kind in kinds and source and (subject == source or subject.kind != source.kind)
    )


def _column(inquiry: Inquiry, stream: str, state: StateLine | None) -> tuple[tuple[int, str], LaneColumn]:
    found = inquiry.lane_of(stream)
    if found is None:
        return (10_000, stream), LaneColumn("", stream, stream, None, None)
    lane, key = found
    subject = link_of(inquiry, Subject(lane.name, key))
    return (lane.order, stream), LaneColumn(lane.name, inquiry.text(lane.title), stream, subject, state)


def _steps(flow: Flow, chosen: int | None, then: Flow) -> list[StepLine]:
    told = [flow.told[row.position] for row in flow.rows if row.position in flow.told]
    around = surroundings(flow.inquiry, told, flow.unfolded, flow.moved, then.inquiry.cut.time)
    lines = event_lines(flow.inquiry, told, around)
    return selected(step_lines(told, lines, then.upto), chosen)


def _page(lines: list[StepLine], first: int) -> Page[StepLine]:
    start = max(0, first - 1)
    rows = tuple(lines[start : start + STEPS_MAX])
    events = sum(len(line.events) for line in lines)
    total = events if events <= COUNTED_MAX else None
    following, earlier = start + STEPS_MAX + 1, max(1, first - STEPS_MAX)
    return Page(
        rows,
        total,
        COUNTED_MAX,
        str(following) if len(lines) >= following else None,
        str(earlier) if start > 0 else None,
    )


def _detail(flow: Flow, lines: Sequence[StepLine], chosen: int | None, diff: int | None) -> StepDetail | None:
    """Before, event, after."""
    if chosen is None:
        return None
    index = next((i for i, line in enumerate(lines) if line.is_selected), None)
    if index is None:
        return None
    step = lines[index]
    numbers = [event.number or 0 for event in step.events]
    before, after = map(flow.at_step, sorted((min(numbers) - 1 if diff is None else diff, max(numbers))))
    return StepDetail(
        step=step,
        previous=chosen - 1 if chosen > 1 else None,
        next=chosen + 1 if chosen < len(flow.rows) else None,
        before=tuple(before.states()),
        after=tuple(after.states()),
        places_before=before.lines(before.nets()),
        places_after=after.lines(after.nets()),
        technical=tuple(technical(flow.told[event.ref.position]) for event in step.events),
        compared=diff,
    )


def lane_ids(links: Sequence[tuple[int, Subject]], flow: Flow) -> list[int]:
    """Its lanes' aggregates, whose findings are the flow's as well; not the accounts and customers."""
    above = set(declared_kinds(flow.inquiry.model))
    own = {
        Subject(found[0].name, found[1])
        for row in flow.rows
        if (found := flow.inquiry.lane_of(row.stream)) is not None and found[0].name not in above
    }
    return [id for id, other in links if other in own]


def _resting_beside(
    inquiry: Inquiry, flow: Flow, links: Sequence[tuple[int, Subject]], found: Sequence[FindingLine]
) -> dict[Subject, str]:
    """Other flows of the same accounts that a finding which leaves this one unexplained rests on as well, and what it
    says: the two that are one order."""
    own, above = {row.position for row in flow.rows}, set(holders(inquiry.model))
    holding = {subject for _, subject in links if subject.kind in above}
    rules = {ref.position: line.rule for line in found if line.is_unexplained for ref in line.evidence}
    outside = [position for position in rules if position not in own]
    told = read_events(inquiry, list(events_at(inquiry, outside).values())) if outside else []
    kinds = set(flow_kinds(inquiry.model))
    return {
        tie: word(inquiry.language, f"rule_{rules[one.row.position]}")
        for one in told
        if holding.intersection(one.ties)
        for tie in one.ties
        if tie.kind in kinds and tie != flow.known.subject
    }


def _related(
    inquiry: Inquiry, flow: Flow, links: Sequence[tuple[int, Subject]], resting: Mapping[Subject, str]
) -> Page[RelatedLine]:
    """Other flows that a finding rests on beside this one; and those that stood in one event with it: the other half
    of a batch, a reversal of this transfer."""
    kinds = flow_kinds(inquiry.model)
    found = [(id, other) for id, other in links if other.kind in kinds][: RELATED_SHOWN + 1]
    if len(links) == LINKS_MAX:
        found = [(id, other) for id, other, _ in linked(inquiry.connection, flow.known.id, kinds, RELATED_SHOWN + 1)]
    beside = [(link.id, subject) for subject, link in links_of(inquiry, resting).items()] if resting else []
    found = list(dict.fromkeys([*beside, *found]))[: RELATED_SHOWN + 1]
    flows = load_flows(inquiry, [Known(other, id) for id, other in found[:RELATED_SHOWN]], flow.unfolded, briefly=True)
    lines = tuple(_related_line(inquiry, one, resting.get(one.known.subject, "")) for one in flows)
    return Page(lines, len(found) if len(found) <= RELATED_SHOWN else None, RELATED_SHOWN)


def _related_line(inquiry: Inquiry, flow: Flow, because: str) -> RelatedLine:
    states = flow.states()
    status, tone = status_of(inquiry, states, (), is_unexplained=bool(because))
    started = flow.rows[0].recorded if flow.rows else None
    return RelatedLine(
        link_of(inquiry, flow.known.subject, flow.known.id),
        flow_title(flow),
        status,
        tone,
        flow.declared(),
        started,
        because,
    )


def _newest(flow: Flow) -> str:
    if not flow.rows:
        return ""
    last = max(flow.rows, key=lambda row: (*row.key, row.position))
    return pack(Mark(last.recorded, last.source_id, last.source_position, last.position))
