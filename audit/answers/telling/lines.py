"""Events made into lines of a story: sentence, movements, state before and after, causes, findings, links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from audit.answers.inquiry import Inquiry, Question
from audit.answers.reading.cursors import Mark, pack
from audit.answers.reading.cut import END
from audit.answers.reading.events import EventRow, Told
from audit.answers.reading.movements import Moved, movement_line, movements, movements_asked
from audit.answers.reading.names import links_of
from audit.answers.reading.states import state_title, states_before, states_before_asked
from audit.answers.reading.stories import in_steps
from audit.answers.reading.unfolded import Unfolded
from audit.answers.shapes import Cause, EventLine, Link, StateChange, StepLine
from audit.answers.telling.inferred import Inferred, nameless_asked
from audit.answers.telling.undoing import Elsewhere, guessed_elsewhere, linked_with_undone, standing_elsewhere
from audit.sources.times import UNKNOWN
from audit.values import EventRef, Subject, micros_of


@dataclass(frozen=True, slots=True)
class Noted:
    """Findings by the event that opened them, all and those that were open at the moment; which of the identifiers
    that were asked for some correction names."""

    findings: Mapping[int, tuple[str, ...]]
    doubts: Mapping[int, tuple[str, ...]]
    corrected: Set[str]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What events' lines need beside the events, looked up together."""

    moved: Mapping[int, Sequence[Moved]]
    before: Mapping[tuple[int, str, int], str]
    noted: Noted
    causes: Mapping[str, tuple[tuple[EventRef, datetime], ...]]
    links: Mapping[Subject, Link] = field(default_factory=dict)
    elsewhere: Sequence[Elsewhere] = ()  # what is put right, or puts right, and is not among them
    guessed: Sequence[Inferred] = ()  # the same where no identifier is named: by the money


def surroundings(
    inquiry: Inquiry,
    told: Sequence[Told],
    unfolded: Unfolded,
    moved: Mapping[int, Sequence[Moved]] | None = None,
    moment: datetime | None = None,
    opened: Noted | None = None,
    is_linked: bool = True,
) -> Surroundings:
    """In at most seven statements for any number of events; `moment`: findings opened later are left out; `opened`:
    what was `noted` of these events and of others; `is_linked`: what undoes what elsewhere is told too."""
    positions = [one.row.position for one in told]
    moving, ids = _moving([one.row for one in told]), [one.row.id for one in told]
    if opened is None:
        first = [noted_asked(inquiry, positions, ids, moment), *states_before_asked(told)]
        first += nameless_asked(inquiry, positions)
        inquiry.send_ahead(*first, *_causes_asked([one.row for one in told]))
    found = opened or noted(inquiry, positions, ids, moment)
    moved = movements(inquiry, moving, unfolded) if moved is None else moved
    return Surroundings(
        moved,
        states_before(inquiry, told),
        found,
        _causes(inquiry, told),
        links_of(inquiry, (tie for one in told for tie in one.ties)),
        standing_elsewhere(inquiry, told, found.corrected, unfolded) if is_linked else (),
        guessed_elsewhere(inquiry, told, moved) if is_linked else (),
    )


def event_lines(inquiry: Inquiry, told: Sequence[Told], around: Surroundings, first_number: int = 1) -> list[EventLine]:
    """One line an event, in the order given; numbered from `first_number` (0: not numbered)."""
    numbers = {one.row.position: first_number + i for i, one in enumerate(told)} if first_number else {}
    lines: list[EventLine] = []
    by_correlation: dict[str, Told] = {}
    for one in told:
        earlier = by_correlation.get(one.row.correlation or "")
        lines.append(_line(inquiry, one, around, numbers, earlier))
        if one.row.correlation:
            by_correlation[one.row.correlation] = one
    return linked_with_undone(inquiry, told, lines, around.moved, around.elsewhere, around.guessed)


def step_lines(told: Sequence[Told], lines: Sequence[EventLine], upto: int | None = None) -> list[StepLine]:
    """Lines of one append together. Those after the first `upto` events had not happened at the moment."""
    by_position = {line.ref.position: line for line in lines}
    steps: list[StepLine] = []
    seen, before = 0, None
    for group in in_steps([one.row for one in told]):
        events = tuple(by_position[row.position] for row in group)
        last = group[-1]
        number = events[-1].number or 0
        mark = Mark(last.recorded, last.source_id, last.source_position, last.position, number)
        gap = None if before in (None, UNKNOWN) else Decimal(micros_of(group[0].recorded) - before).scaleb(-6)
        steps.append(
            StepLine(
                events[0].number,
                group[0].recorded,
                group[0].occurred,
                gap,
                events,
                pack(mark),
                is_after=upto is not None and seen >= upto,
            )
        )
        seen, before = seen + len(group), micros_of(last.recorded)
    return steps


def selected(steps: Iterable[StepLine], number: int | None) -> list[StepLine]:
    """The steps, the one that holds event `number` marked."""
    return [replace(step, is_selected=any(event.number == number for event in step.events)) for step in steps]


def _line(
    inquiry: Inquiry, one: Told, around: Surroundings, numbers: Mapping[int, int], earlier: Told | None
) -> EventLine:
    row, meaning, lane = one.row, one.meaning, one.lane
    caused_by = _caused_by(one, around, numbers)
    inferred = not caused_by and not row.causation and earlier is not None
    if inferred and earlier is not None:
        caused_by = (Cause(earlier.ref, numbers.get(earlier.row.position)),)
    return EventLine(
        ref=one.ref,
        number=numbers.get(row.position),
        lane=lane.name if lane else "",
        lane_title=inquiry.text(lane.title) if lane else "",
        stream=row.stream,
        subject=around.links.get(one.subject),
        version=row.version,
        type=row.type,
        title=one.title,
        says=one.says,
        tells=one.tells,
        occurred=row.occurred,
        recorded=row.recorded,
        ingested=row.ingested,
        caused_by=caused_by,
        inferred=inferred,
        is_final=one.is_final,
        movements=tuple(movement_line(inquiry, moved) for moved in around.moved.get(row.position, ())),
        findings=around.noted.findings.get(row.position, ()),
        doubts=around.noted.doubts.get(row.position, ()),
        state=_state(inquiry, one, around),
        is_failure=bool(meaning and meaning.is_failure),
        is_timeout=bool(meaning and meaning.is_timeout),
        is_retry=bool(meaning and meaning.is_retry),
        is_compensation=bool(meaning and meaning.is_compensation),
        is_correction=bool(meaning and meaning.is_correction),
        asks_again=meaning.asks_again if meaning else None,
        is_understood=one.problem is None,
        problem=one.problem,
        is_undated=one.is_undated,
        is_backdated=one.is_backdated,
        links=tuple(around.links[tie] for tie in one.ties if tie in around.links),
    )


def _state(inquiry: Inquiry, one: Told, around: Surroundings) -> StateChange | None:
    reading, lane = one.reading, one.lane
    if reading is None or reading.to is None or reading.problem or lane is None:
        return None
    before = around.before.get((one.row.stream_id, reading.item, one.row.source_position))
    titles = state_title(inquiry, lane, before), state_title(inquiry, lane, reading.to)
    return StateChange(before, reading.to, *titles, reading.item)


def _caused_by(one: Told, around: Surroundings, numbers: Mapping[int, int]) -> tuple[Cause, ...]:
    """The events of that identifier; its own source's alone where that has one."""
    found = around.causes.get(one.row.causation or "", ())
    own = [cause for cause in found if cause[0].source == one.ref.source]
    is_clock = bool(one.meaning and one.meaning.is_timeout)
    return tuple(
        Cause(
            ref,
            numbers.get(ref.position),
            Decimal(micros_of(one.row.recorded) - micros_of(recorded)).scaleb(-6) if is_clock else None,
        )
        for ref, recorded in own or found
        if ref.position != one.row.position
    )


def noted(
    inquiry: Inquiry, positions: Sequence[int], ids: Sequence[str] = (), moment: datetime | None = None
) -> Noted:
    found, doubts = dict[int, tuple[str, ...]](), dict[int, tuple[str, ...]]()
    corrected: set[str] = set()
    for position, finding, named, is_open in inquiry.answer(noted_asked(inquiry, positions, ids, moment)):
        if named is not None:
            corrected.add(named)
            continue
        found[position] = (*found.get(position, ()), finding)
        if is_open:
            doubts[position] = (*doubts.get(position, ()), finding)
    return Noted(found, doubts, corrected)


def noted_asked(
    inquiry: Inquiry, positions: Sequence[int], ids: Sequence[str] = (), moment: datetime | None = None
) -> Question:
    """What `noted` asks."""
    asked = {"positions": list(positions), "moment": moment or inquiry.cut.time or END, "identifiers": list(ids)}
    return Question("answer_opened_by", asked)


def _causes(inquiry: Inquiry, told: Sequence[Told]) -> dict[str, tuple[tuple[EventRef, datetime], ...]]:
    """Causes that stand among the events need no statement."""
    found: dict[str, tuple[tuple[EventRef, datetime], ...]] = {}
    wanted = {one.row.causation for one in told if one.row.causation}
    for one in told:
        if one.row.id in wanted and one.row.kind == 0:
            found[one.row.id] = (*found.get(one.row.id, ()), (one.ref, one.row.recorded))
    for event_id, source, position, recorded in (
        row for asked in _causes_asked([one.row for one in told]) for row in inquiry.answer(asked)
    ):
        found[event_id] = (*found.get(event_id, ()), (EventRef(source, event_id, position), recorded))
    return found


def around_asked(rows: Sequence[EventRow]) -> list[Question]:
    """Of what `surroundings` of these events asks, what is known before they are read."""
    moving = _moving(rows)
    return [*([movements_asked(moving)] if moving else []), *_causes_asked(rows)]


def _moving(rows: Iterable[EventRow]) -> list[int]:
    return [row.position for row in rows if row.flags & 1 or row.flags == 0]


def _causes_asked(rows: Sequence[EventRow]) -> list[Question]:
    known = {row.id for row in rows if row.kind == 0}
    missing = sorted({row.causation for row in rows if row.causation} - known)
    return [Question("answer_causes", [missing])] if missing else []
