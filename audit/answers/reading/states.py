"""The states of streams at a moment: the latest in the stream's own order among the events that count then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.answers.inquiry import Inquiry, Question
from audit.answers.reading.events import EventRow, Told, ref_of
from audit.answers.reading.names import Known, kind_title
from audit.answers.reading.unfolded import NOTHING, Unfolded
from audit.answers.reading.valued import values_then
from audit.answers.shapes import Link, StateLine
from audit.model.meaning import Lane, State
from audit.values import EventRef, Subject, micros_of, time_of

STATES_MAX = 200  # of one subject on a page: an application's work items

Item = tuple[int, str]  # stream and item


@dataclass(frozen=True, slots=True)
class Change:
    """A state that an event set. `value` is its name in the model."""

    stream_id: int
    item: str
    source_position: int
    position: int
    value: str


def changes_of(inquiry: Inquiry, streams: Iterable[int], unfolded: Unfolded) -> list[Change]:
    """Every state that short streams were in, in each stream's order."""
    wanted = sorted(set(streams))
    if not wanted:
        return []
    rows = inquiry.rows("answer_stream_states", [wanted])
    found = [Change(row[0], row[1], row[2], row[5], row[6]) for row in rows]
    known = {change.position for change in found}
    for one in unfolded.told:
        if one.row.stream_id in wanted and one.reading and one.reading.to and one.row.position not in known:
            row, reading = one.row, one.reading
            found.append(Change(row.stream_id, reading.item, row.source_position, row.position, str(reading.to)))
    return sorted(found, key=lambda change: (change.stream_id, change.item, change.source_position))


def states_after(inquiry: Inquiry, rows: Sequence[EventRow], changes: Sequence[Change]) -> list[StateLine]:
    """The states that these events left their streams in, the lanes in their order."""
    by_position = {row.position: row for row in rows}
    latest: dict[Item, Change] = {}
    for change in changes:
        if change.position in by_position:
            latest[change.stream_id, change.item] = change
    found = [state_line(inquiry, by_position[change.position], change.item, change.value) for change in latest.values()]
    lines = [line for line in found if line is not None]
    return sorted(lines, key=lambda line: (_order(inquiry, line.lane), line.stream, line.item, line.event.source))


def states_before(inquiry: Inquiry, told: Sequence[Told]) -> Mapping[tuple[int, str, int], str]:
    """The state of each event's stream (and item) before it, by (stream, item, the source's position)."""
    rows = [row for asked in states_before_asked(told) for row in inquiry.answer(asked)]
    return {(row[0], row[1], row[2]): row[3] for row in rows}


def states_before_asked(told: Sequence[Told]) -> list[Question]:
    """What `states_before` asks."""
    setting = [one for one in told if one.reading and one.reading.to is not None]
    columns: list[list[Any]] = [
        [one.row.stream_id for one in setting],
        [one.reading.item if one.reading else "" for one in setting],
        [one.row.source_position for one in setting],
    ]
    return [Question("answer_states_before", columns)] if setting else []


def states_of(inquiry: Inquiry, subject: Known, unfolded: Unfolded, limit: int = STATES_MAX) -> list[StateLine]:
    """The states of a subject's own streams at the moment, newest first: now in one statement, then in four at most."""
    found: dict[tuple[str, str, str], StateLine] = {}
    now = states_asked(inquiry, subject, limit)
    rows = inquiry.answer(now[0]) if now else _then(inquiry, subject, limit)
    for _, stream, item, lane, value, recorded, position, source, event_id in rows:
        line = _line(inquiry, lane, stream, item, value, recorded, EventRef(source, event_id, position))
        if line is not None:
            found[source, stream, item] = line
    for one in unfolded.told:
        row, reading = one.row, one.reading
        if not inquiry.cut.counts(row.recorded, row.occurred, *row.key[1:]):
            continue
        if reading and reading.to and one.subject == subject.subject:
            line = state_line(inquiry, row, reading.item, reading.to)
            if line is not None:
                found[line.event.source, row.stream, reading.item] = line
    return sorted(found.values(), key=lambda line: line.since, reverse=True)


def states_asked(inquiry: Inquiry, subject: Known, limit: int = STATES_MAX) -> list[Question]:
    """What `states_of` asks now."""
    about = {**inquiry.cut.parameters(), "subject": subject.id, "limit": limit}
    return [Question("answer_subject_states", about)] if inquiry.cut.is_now else []


def _then(inquiry: Inquiry, subject: Known, limit: int) -> list[tuple[Any, ...]]:
    """The rows that `answer_subject_states` gives now."""
    items = inquiry.rows("answer_items", {"subject": subject.id, "limit": limit})
    values = values_then(inquiry, (((row[0], row[2], ""), row[4]) for row in items))
    refs = {row[0]: row[1:] for row in inquiry.rows("answer_refs", [[one.position for one in values.values()]])}
    return [
        (stream_id, stream, item, lane, one.value, one.recorded, one.position, *refs[one.position])
        for stream_id, stream, item, lane, _ in items
        if (one := values.get((stream_id, item, ""))) is not None
    ]


def states_of_many(inquiry: Inquiry, subjects: Sequence[Known]) -> dict[Subject, StateLine]:
    """The newest state of each subject at the moment: one statement now, one a subject in the past."""
    if not inquiry.cut.is_now:
        found = {one.subject: states_of(inquiry, one, NOTHING, 1) for one in subjects}
        return {subject: states[0] for subject, states in found.items() if states}
    by_id = {one.id: one.subject for one in subjects}
    lines: dict[Subject, StateLine] = {}
    rows = [row for one in states_of_many_asked(inquiry, subjects) for row in inquiry.answer(one)]
    for id, stream, item, lane, value, recorded, source, event_id, position in rows:
        line = _line(inquiry, lane, stream, item, value, recorded, EventRef(source, event_id, position))
        if line is not None:
            lines[by_id[id]] = line
    return lines


def states_of_many_asked(inquiry: Inquiry, subjects: Sequence[Known]) -> list[Question]:
    """What `states_of_many` asks now."""
    return [Question("answer_states_now", [list({one.id: None for one in subjects})])] if inquiry.cut.is_now else []


def state_line(inquiry: Inquiry, row: EventRow, item: str, value: str) -> StateLine | None:
    found = inquiry.lane_of(row.stream)
    if found is None:
        return None
    return _line(inquiry, found[0].name, row.stream, item, value, row.recorded, ref_of(inquiry, row))


def state_title(inquiry: Inquiry, lane: Lane, value: str | None) -> str:
    state = lane.states.get(value or "")
    return (inquiry.text(state.title) if state else "") or (value or "").replace("_", " ")


def deadline_of(inquiry: Inquiry, state: State | None, since: datetime) -> datetime | None:
    """When a state that began then has lasted too long; None: it may rest."""
    if state is None or state.within is None or state.is_final or state.waits_on_person:
        return None
    try:
        return time_of(inquiry.model.due(micros_of(since), state.within))
    except OverflowError:
        return None


def _line(
    inquiry: Inquiry, lane_name: str, stream: str, item: str, value: str, since: datetime, event: EventRef
) -> StateLine | None:
    lane = inquiry.model.lanes.get(lane_name)
    if lane is None:
        return None
    state = lane.states.get(value)
    found = inquiry.lane_of(stream)
    subject = Subject(lane_name, found[1]) if found else None
    title = kind_title(inquiry, lane_name)
    return StateLine(
        lane=lane_name,
        lane_title=inquiry.text(lane.title) or title,
        stream=stream,
        item=item,
        state=value,
        title=state_title(inquiry, lane, value),
        is_final=bool(state and state.is_final),
        is_failure=bool(state and state.is_failure),
        is_timeout=bool(state and state.is_timeout),
        waits_on_person=bool(state and state.waits_on_person),
        since=since,
        event=event,
        deadline=deadline_of(inquiry, state, since),
        subject=Link(subject, f"{title} {subject.key}", title) if subject else None,
    )


def _order(inquiry: Inquiry, lane: str) -> int:
    found = inquiry.model.lanes.get(lane)
    return found.order if found else 10_000
