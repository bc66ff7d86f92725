"""What differs between two moments of a subject: each state, balance and field, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from audit.answers.inquiry import Inquiry
from audit.answers.reading.cut import END, Cut
from audit.answers.shapes import AsOf, FieldWhy, StateWhy, Why
from audit.answers.why import why
from audit.values import EventRef, Money, Subject


@dataclass(frozen=True, slots=True)
class Value:
    """A state, an amount or a text, as it may be shown."""

    text: str
    money: Money | None = None
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Different:
    """One thing that differs; None: it was not there. `event` set it as it is now, or as it was where it is gone."""

    key: str
    title: str
    before: Value | None
    after: Value | None
    since: datetime
    event: EventRef
    change: Money | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """`same`: how many values do not differ."""

    before: AsOf
    after: AsOf
    lines: tuple[Different, ...]
    same: int


def difference(inquiry: Inquiry, subject: Subject, other: Cut | int, after: Why) -> Difference:
    """Between another moment (or, of a flow, the step of that number) and `after`, the earlier one first."""
    before = why(inquiry, subject, other) if isinstance(other, int) else why(inquiry.at(other), subject)
    if _time(before.at) > _time(after.at):
        before, after = after, before
    then, now = _by_key(before), _by_key(after)
    keys = list(dict.fromkeys([*now, *then]))
    lines = [_line(key, then.get(key), now.get(key)) for key in keys if _differs(then.get(key), now.get(key))]
    return Difference(before.at, after.at, tuple(lines), len(keys) - len(lines))


Line = StateWhy | FieldWhy


def _by_key(answer: Why) -> dict[str, Line]:
    found: dict[str, Line] = {one.key: one for one in answer.states}
    return found | {one.key: one for one in answer.fields}


def _differs(before: Line | None, after: Line | None) -> bool:
    return _value(before) != _value(after)


def _value(line: Line | None) -> Value | None:
    if line is None:
        return None
    if isinstance(line, StateWhy):
        return Value(line.line.title, None, line.line.tone)
    return Value(line.value, line.money)


def _line(key: str, before: Line | None, after: Line | None) -> Different:
    line = after or before
    assert line is not None
    one, two = _value(before), _value(after)
    title = line.title if isinstance(line, FieldWhy) else line.line.lane_title
    since, event = (line.since, line.event) if isinstance(line, FieldWhy) else (line.line.since, line.line.event)
    return Different(key, title, one, two, since, event, _change(one, two))


def _change(before: Value | None, after: Value | None) -> Money | None:
    """By how much an amount differs; what was not there was nothing."""
    amounts = [value.money for value in (before, after) if value is not None]
    if not amounts or any(amount is None for amount in amounts):
        return None
    some = amounts[0]
    assert some is not None
    units = [value.money.units if value and value.money else 0 for value in (before, after)]
    return Money(units[1] - units[0], some.currency, some.digits)


def _time(at: AsOf) -> tuple[bool, datetime, int]:
    return at.is_now, at.time or END, at.upto.position if at.upto else 0
