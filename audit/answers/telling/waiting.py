"""What a subject waits for: states that should have been left, and reactions that the model says must follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from audit.answers.inquiry import Inquiry
from audit.answers.reading.events import EventRow, Told, ref_of
from audit.answers.reading.names import kind_title
from audit.answers.shapes import MissingStep, StateLine, Waiting
from audit.answers.words import within, word
from audit.findings.reactions import Happening, matched
from audit.log.logged import EVENT
from audit.model.expecting import CORRELATION, roles_of
from audit.model.meaning import Text
from audit.values import micros_of, time_of


def waiting_for(
    inquiry: Inquiry, past: Sequence[EventRow], told: Mapping[int, Told], states: Sequence[StateLine]
) -> tuple[Waiting, ...]:
    """What is awaited at the moment, the earliest due first.

    An expectation and a state's deadline that rest on the same event are one: the sooner counts.
    """
    found: dict[int, Waiting] = {}
    for one in [*_by_states(inquiry, states), *_by_expectations(inquiry, past, told)]:
        earlier = found.get(one.after.position)
        if earlier is None or one.due < earlier.due:
            found[one.after.position] = one
    return tuple(sorted(found.values(), key=lambda one: (one.due, one.after.position)))


def awaited(
    inquiry: Inquiry, past: Sequence[EventRow], told: Mapping[int, Told], states: Sequence[StateLine]
) -> tuple[Waiting, ...]:
    """Every unmet expectation with its own time, and the states that should be left where none says so."""
    expected = list(_by_expectations(inquiry, past, told))
    by_event = {one.after.position: one for one in _by_states(inquiry, states)}
    asked = {one.after.position for one in expected}
    found = [
        replace(one, state=by_event[one.after.position].state) if one.after.position in by_event else one
        for one in expected
    ]
    found += [one for position, one in by_event.items() if position not in asked]
    return tuple(sorted(found, key=lambda one: (one.due, one.after.position)))


def once(waiting: Iterable[Waiting]) -> tuple[Waiting, ...]:
    """Several services may wait for one and the same thing: it is told once, by its soonest time."""
    found: dict[str, Waiting] = {}
    for one in waiting:
        found.setdefault(one.says, one)
    return tuple(found.values())


def missing_steps(inquiry: Inquiry, waiting: Iterable[Waiting], told: Mapping[int, Told]) -> tuple[MissingStep, ...]:
    """The rows that are not there: for a reaction that is overdue, or that is still to come."""
    return tuple(step for one in waiting if (step := _missing(inquiry, one, told)) is not None)


def _missing(inquiry: Inquiry, one: Waiting, told: Mapping[int, Told]) -> MissingStep | None:
    after = told.get(one.after.position)
    if after is None or after.lane is None:
        return None
    return MissingStep(
        lane=after.lane.name,
        lane_title=inquiry.text(after.lane.title),
        stream=after.row.stream,
        says=word(inquiry.language, "expected", what=_either(inquiry, one.one_of)),
        due=one.due,
        overdue_seconds=one.overdue_seconds,
        after=one.after,
        state=one.state.title if one.state else "",
    )


def _by_states(inquiry: Inquiry, states: Sequence[StateLine]) -> Iterable[Waiting]:
    for state in states:
        if state.deadline is not None:
            yield _waiting(inquiry, state, _exits(inquiry, state.lane, state.state), state.deadline)


def _waiting(inquiry: Inquiry, state: StateLine, exits: Sequence[str], due: datetime) -> Waiting:
    titles = tuple(dict.fromkeys(_event_title(inquiry, state.lane, type_) for type_ in exits))
    lane = inquiry.model.lanes[state.lane]
    says = _waits_for(inquiry, lane.states[state.state].awaits, [(state.lane, type_) for type_ in exits])
    types = tuple(f"{state.lane}.{type_}" for type_ in exits)
    late = overdue(due, inquiry.seen_in(state.event.source))
    return Waiting(says, state.event, titles, due, late, state, "", types)


def _by_expectations(inquiry: Inquiry, past: Sequence[EventRow], told: Mapping[int, Told]) -> Iterable[Waiting]:
    """Calls of a flow whose reaction had not come, matched as the findings match them."""
    rows = {row.position: row for row in past}
    happenings = [
        Happening(micros_of(row.recorded), row.position, number)
        for row in past
        if (number := _number(inquiry, row, told.get(row.position)))
    ]
    model, by_id = inquiry.model, {row.id: row.position for row in past}
    causes = {row.position: by_id[row.causation] for row in past if row.causation in by_id}
    for kind, roles in roles_of(model).items() if happenings else ():
        is_flow = kind in model.kinds and model.kinds[kind].is_flow
        if is_flow or kind == CORRELATION:
            played = [one for one in happenings if one.meaning in roles.numbers]
            for call in matched(model.expectations, roles, played, model.due, is_flow, causes).calls:
                if call.met is None and not call.is_surplus:
                    yield expected(inquiry, rows[call.after.position], call.expectation)


def expected(inquiry: Inquiry, after: EventRow, number: int) -> Waiting:
    """What the model expects after an event; `number` is the expectation's in the model."""
    expectation = inquiry.model.expectations[number]
    due = time_of(inquiry.model.due(micros_of(after.recorded), expectation.within))
    titles = tuple(dict.fromkeys(_event_title(inquiry, lane, type_) for lane, type_ in expectation.one_of))
    says = _waits_for(inquiry, expectation.awaits, expectation.one_of)
    types = tuple(f"{lane}.{type_}" for lane, type_ in expectation.one_of)
    called, late = ".".join(expectation.after), overdue(due, inquiry.seen_until)
    return Waiting(says, ref_of(inquiry, after), titles, due, late, None, called, types, number)


def overdue(due: datetime, until: datetime | None) -> Decimal | None:
    """By how many seconds what is known `until` then is past the time; None: it is not."""
    if until is None or until <= due:
        return None
    return Decimal(micros_of(until) - micros_of(due)).scaleb(-6)


def _exits(inquiry: Inquiry, lane_name: str, state: str) -> tuple[str, ...]:
    """Types of the events that may leave a state, as the model's file says."""
    events = inquiry.model.document.get("lane", {}).get(lane_name, {}).get("event", {})
    found = []
    for type_, event in events.items():
        transition = event.get("state", {})
        if state in transition.get("from", ()) and transition.get("to") not in (None, state):
            found.append(type_)
    return tuple(found)


def _waits_for(inquiry: Inquiry, awaits: Text, events: Sequence[tuple[str, str]]) -> str:
    """In the model's words; without any which answers, and of which service. That the time is over is no answer."""
    if awaits:
        return word(inquiry.language, "waits_for", what=inquiry.text(awaits))
    answers = [one for one in events if not _is_timeout(inquiry, *one)] or events
    by_lane: dict[str, dict[str, None]] = {}
    for lane, type_ in answers:
        by_lane.setdefault(lane, {})[_event_title(inquiry, lane, type_)] = None
    told = [
        f"{_either(inquiry, list(titles))} ({within(kind_title(inquiry, lane))})" for lane, titles in by_lane.items()
    ]
    return word(inquiry.language, "waits_for", what=_either(inquiry, told))


def _is_timeout(inquiry: Inquiry, lane_name: str, type_: str) -> bool:
    lane = inquiry.model.lanes.get(lane_name)
    meaning = lane.events.get(type_) if lane else None
    return meaning is not None and meaning.is_timeout


def _event_title(inquiry: Inquiry, lane_name: str, type_: str) -> str:
    lane = inquiry.model.lanes.get(lane_name)
    meaning = lane.events.get(type_) if lane else None
    return inquiry.text(meaning.title) if meaning else type_


def _either(inquiry: Inquiry, titles: Sequence[str]) -> str:
    if not titles:
        return word(inquiry.language, "next_step")
    either = f" {word(inquiry.language, 'or')} "
    return ", ".join(titles[:-1]) + either + titles[-1] if len(titles) > 1 else titles[0]


def _number(inquiry: Inquiry, row: EventRow, told: Told | None) -> int:
    """The number of an event's type; 0: it takes no part. Its payload need not have been read."""
    if row.kind != EVENT or (told is not None and told.problem is not None):
        return 0
    found = inquiry.lane_of(row.stream)
    meaning = found[0].events.get(row.type) if found else None
    return meaning.number if meaning else 0
