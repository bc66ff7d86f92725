"""The remembered fields of streams at a moment: what an event set, and which event it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audit.answers.inquiry import Inquiry
from audit.answers.reading.events import EventRow, events_at, ref_of
from audit.answers.reading.names import Known, field_title, money
from audit.answers.reading.unfolded import Unfolded
from audit.answers.reading.valued import values_then
from audit.model.amounts import NotAnAmount, signed_units_of
from audit.values import EventRef, Money

FIELDS_MAX = 200  # of one stream
STREAMS_MAX = 50  # of one subject


@dataclass(frozen=True, slots=True)
class Remembered:
    """A field's latest value. `money` where the model shows it as such."""

    lane: str
    stream: str
    item: str
    name: str
    title: str
    value: str
    event: EventRef
    money: Money | None


def remembered(inquiry: Inquiry, streams: Iterable[int], fresh: Unfolded) -> tuple[Remembered, ...]:
    """Of these streams, in two statements; what waits to be folded lies on top."""
    parameters = {**inquiry.cut.parameters(), "streams": sorted(streams), "limit": FIELDS_MAX}
    if not parameters["streams"]:
        return ()
    rows = inquiry.rows("answer_fields", parameters) if inquiry.cut.is_now else _then(inquiry, parameters)
    events = events_at(inquiry, {row[4] for row in rows})
    found: dict[tuple[str, str, str], tuple[str, EventRow]] = {}
    for _, item, name, value, position in rows:
        found[events[position].stream, item, name] = value, events[position]
    for one in fresh.told:
        row, reading = one.row, one.reading
        if row.stream_id not in parameters["streams"] or not reading or reading.problem or not reading.sets:
            continue
        if inquiry.cut.counts(row.recorded, row.occurred, *row.key[1:]):
            found |= {(row.stream, reading.item, name): (value, row) for name, value in reading.sets.items()}
    lines = (_line(inquiry, key, *told) for key, told in sorted(found.items(), key=lambda one: one[0]))
    return tuple(line for line in lines if line is not None)


def _then(inquiry: Inquiry, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows that `answer_fields` gives now."""
    names = inquiry.rows("answer_field_names", parameters)
    values = values_then(inquiry, (((row[0], row[1], row[2]), row[3]) for row in names))
    return [(one.stream_id, one.item, one.field, one.value, one.position) for one in values.values()]


def own_streams_of(inquiry: Inquiry, asked: Known, own: Sequence[EventRow]) -> set[int]:
    """The streams that are the subject itself: those with a state, and that of its first events."""
    rows = inquiry.rows("answer_own_streams", {"subject": asked.id, "limit": STREAMS_MAX})
    return {row[0] for row in rows} | {row.stream_id for row in own}


def _line(inquiry: Inquiry, key: tuple[str, str, str], value: str, row: EventRow) -> Remembered | None:
    stream, item, name = key
    found = inquiry.lane_of(stream)
    if found is None:
        return None
    lane = found[0]
    declared = lane.fields.get(name)
    title = (inquiry.text(declared.title) if declared else "") or field_title(inquiry, name)
    amount = _amount(inquiry, value, declared.currency) if declared and declared.currency else None
    return Remembered(lane.name, stream, item, name, title, value, ref_of(inquiry, row), amount)


def _amount(inquiry: Inquiry, value: str, currency: str) -> Money | None:
    try:
        return money(inquiry.model, signed_units_of(value, inquiry.model.digits[currency]), currency)
    except (NotAnAmount, KeyError):
        return None
