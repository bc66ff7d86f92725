"""Why things are as they are: each value with the event that set it and that event's causes, back to the root."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from audit.answers.shapes.finding import FindingLine
from audit.answers.shapes.moment import AsOf, Link, Page
from audit.answers.shapes.money import PlaceLine, StateLine
from audit.answers.shapes.story import Waiting
from audit.values import EventRef, Money, Subject


class Ends(StrEnum):
    """How a chain of causes ends."""

    ROOT = "root"  # nothing caused it: the request that began it
    UNKNOWN = "unknown"  # it names a cause that no source has
    LATER = "later"  # it names a cause that was not known yet at the moment
    CYCLE = "cycle"  # the causes lead back to themselves
    CUT = "cut"  # there are more than are told


@dataclass(frozen=True, slots=True)
class CauseLine:
    """One event of a chain. `inferred`: the event before it in the chain names no cause, and this is the one before it
    in its correlation. `ties`: whose event it is. `is_shut`: somebody's whose door is not open, and only named."""

    ref: EventRef
    inferred: bool
    lane: str
    lane_title: str
    subject: Link | None
    type: str
    title: str
    says: str
    occurred: datetime
    recorded: datetime
    is_final: bool
    is_timeout: bool = False
    asks_again: str | None = None
    is_compensation: bool = False
    is_correction: bool = False
    ties: frozenset[Subject] = frozenset()
    is_shut: bool = False
    is_backdated: bool = False


@dataclass(frozen=True, slots=True)
class Because:
    """The setting event first, then its causes. `missing` is the identifier that no source has, where one is named."""

    events: tuple[CauseLine, ...]
    ends: Ends
    missing: str | None = None

    @property
    def inferred(self) -> bool:
        return any(event.inferred for event in self.events)


@dataclass(frozen=True, slots=True)
class StateWhy:
    key: str
    line: StateLine
    because: Because


@dataclass(frozen=True, slots=True)
class FieldWhy:
    """A balance (`place` and `money` are set) or a field. `name` is what `when` calls it, `key` names it in the URL."""

    key: str
    name: str
    title: str
    value: str
    since: datetime
    event: EventRef
    because: Because
    money: Money | None = None
    place: PlaceLine | None = None
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    subject: Link
    at: AsOf
    model: str
    states: tuple[StateWhy, ...]
    fields: tuple[FieldWhy, ...]
    waiting: tuple[Waiting, ...]
    findings: Page[FindingLine]
    complete: bool
    not_understood: tuple[EventRef, ...]
    waits_for_more: bool = False  # than is listed under `waiting`
