"""When something was true, and who else is in the same situation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from audit.answers.shapes.moment import AsOf, Link
from audit.values import EventRef


@dataclass(frozen=True, slots=True)
class Edge:
    """Where an interval opens or closes: the time on the asked clock, and the event. `is_final`: it cannot change."""

    time: datetime
    event: EventRef
    says: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """`until` None: it lasts."""

    since: Edge
    until: Edge | None


@dataclass(frozen=True, slots=True)
class When:
    """`unreadable`: how many events could not be looked into, though the question is about what is in them."""

    subject: Link
    expression: str
    at: AsOf
    model: str
    intervals: tuple[Interval, ...]
    complete: bool
    not_understood: tuple[EventRef, ...]
    unreadable: int = 0
