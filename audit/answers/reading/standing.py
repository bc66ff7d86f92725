"""From when until when findings and waits stood, by the asked clock, as they are known now.

On the occurred clock what an event opened or resolved stands from or until when that event occurred; what a deadline
did, from or until the deadline, but never from before its event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.answers.inquiry import Inquiry
from audit.answers.reading.cut import Cut
from audit.answers.reading.events import events_at
from audit.values import Clock

_OCCURRED = (
    "coalesce((select case when l.recorded_at = {at} then l.occurred_at else greatest({at}, l.occurred_at) end"
    " from trace.log l where l.position = {by}), {at})"
)
_FINDING = {"opened": ("f.opened_at", "f.opened_by"), "resolved": ("f.resolved_at", "f.resolved_by")}
_WAIT = {"called": ("e.after_at", "e.after_position"), "met": ("e.met_at", "e.met_position")}


def of_findings(cut: Cut) -> Mapping[str, str]:
    """The parts `opened` and `resolved` of a statement about findings `f`."""
    return _parts(cut, _FINDING)


def of_waits(cut: Cut) -> Mapping[str, str]:
    """The parts `called` and `met` of a statement about what is `expected`, `e`."""
    return _parts(cut, _WAIT)


@dataclass(frozen=True, slots=True)
class Stood:
    """By the asked clock. `until` None: it stands still."""

    since: datetime
    until: datetime | None


def stood(inquiry: Inquiry, rows: Sequence[tuple[Any, ...]]) -> Mapping[str, Stood]:
    """Of findings, by identifier; `rows` as answer_findings.sql gives them."""
    if inquiry.cut.is_now or inquiry.cut.clock is Clock.RECORDED:
        return {row[0]: Stood(row[6], row[8]) for row in rows}
    events = events_at(inquiry, {position for row in rows for position in (row[7], row[9]) if position})

    def then(at: datetime, position: int | None) -> datetime:
        event = events.get(position) if position else None
        return at if event is None else event.occurred if event.recorded == at else max(at, event.occurred)

    return {row[0]: Stood(then(row[6], row[7]), row[8] and then(row[8], row[9])) for row in rows}


def _parts(cut: Cut, columns: Mapping[str, tuple[str, str]]) -> Mapping[str, str]:
    if cut.is_now or cut.clock is Clock.RECORDED:
        return {name: at for name, (at, _) in columns.items()}
    return {name: _OCCURRED.format(at=at, by=by) for name, (at, by) in columns.items()}
