"""What happened: events, steps, what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from audit.answers.shapes.moment import AsOf, Link, Page
from audit.answers.shapes.money import MovementLine, PlaceLine, StateLine
from audit.values import EventRef, Money


@dataclass(frozen=True, slots=True)
class StateChange:
    """`before` None: unknown or the stream's first."""

    before: str | None
    after: str
    before_title: str
    after_title: str
    item: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """`number` is its step on the same list, None where it is not on it. `kind` is "from" (it reacted) or "after"
    (a clock ran out; `seconds` later)."""

    event: EventRef
    number: int | None
    seconds: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Remainder:
    """What an event and what undid it moved together, at one place."""

    place: str
    money: Money


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event, told. `says` is for staff; `problem` why it could not be understood (it moved nothing). `number` is
    its place in the subject's whole story, from 1 (None where the story is too long to number). `findings` are all that
    it opened, `doubts` those that were open at the moment."""

    ref: EventRef
    number: int | None
    lane: str
    lane_title: str
    stream: str
    subject: Link | None
    version: int | None
    type: str
    title: str
    says: str
    tells: str
    occurred: datetime
    recorded: datetime
    ingested: datetime
    caused_by: tuple[Cause, ...]
    inferred: bool
    is_final: bool
    movements: tuple[MovementLine, ...]
    findings: tuple[str, ...]
    state: StateChange | None
    is_failure: bool = False
    is_timeout: bool = False
    is_retry: bool = False
    is_compensation: bool = False
    is_correction: bool = False
    asks_again: str | None = None
    is_understood: bool = True
    problem: str | None = None
    is_backdated: bool = False
    doubts: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    undoes: tuple[Cause, ...] = ()
    undone_by: tuple[Cause, ...] = ()
    names_no_event: bool = False  # a correction or compensation; what it undoes, if told, is inferred from the money
    may_undo: tuple[Cause, ...] = ()  # where it names none: what the money fits
    may_undo_more: bool = False  # or an earlier one
    may_be_undone_by: tuple[Cause, ...] = ()  # corrections that name none, by the money
    may_be_undone_by_more: bool = False  # or a later one
    is_undated: bool = False  # its own time is not known: `recorded` is another event's, or UNKNOWN_TIME
    remains: tuple[Remainder, ...] = ()  # of an event and what undid it; nothing: it took all of it back


@dataclass(frozen=True, slots=True)
class StepLine:
    """The events of one append, shown together. `number` from 1. `gap_seconds` since the step before. `is_after` the
    asked moment: drawn faintly, it had not happened."""

    number: int | None
    recorded: datetime
    occurred: datetime
    gap_seconds: Decimal | None
    events: tuple[EventLine, ...]
    cursor: str
    is_selected: bool = False
    is_after: bool = False


@dataclass(frozen=True, slots=True)
class MissingStep:
    """What should have come and has not: drawn as a row of its own. `after` is the event that asked for it."""

    lane: str
    lane_title: str
    stream: str
    says: str
    due: datetime
    overdue_seconds: Decimal | None
    after: EventRef
    state: str


@dataclass(frozen=True, slots=True)
class Usual:
    """How many seconds the reaction took before: the median and the 99th percentile of `count` times."""

    p50: Decimal
    p99: Decimal
    count: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a subject waits for. `one_of` are titles of the events that would end it; `after` what asked for it. The
    `types` of both are LANE.TYPE. `usual`: what others at this step took; `others_waiting`: how many more wait here."""

    says: str
    after: EventRef
    one_of: tuple[str, ...]
    due: datetime
    overdue_seconds: Decimal | None
    state: StateLine | None
    after_type: str = ""
    one_of_types: tuple[str, ...] = ()
    expectation: int | None = None
    usual: Usual | None = None
    others_waiting: int | None = None


@dataclass(frozen=True, slots=True)
class LaneColumn:
    """A column of the lanes table: one stream."""

    lane: str
    title: str
    stream: str
    subject: Link | None
    state: StateLine | None


@dataclass(frozen=True, slots=True)
class Technical:
    """The event one click deeper: masked JSON, pretty; `upcast` the shape it is read as, where that differs."""

    ref: EventRef
    stream: str
    version: int | None
    type: str
    correlation: str | None
    causation: str | None
    step: str | None
    source_position: int
    payload: str
    upcast: str | None
    commitment: str
    problem: str | None
    place: str | None


@dataclass(frozen=True, slots=True)
class StepDetail:
    """Before, event, after of the selected step. `compared`: the event after which "before" is, where one was asked."""

    step: StepLine
    previous: int | None
    next: int | None
    before: tuple[StateLine, ...]
    after: tuple[StateLine, ...]
    places_before: tuple[PlaceLine, ...]
    places_after: tuple[PlaceLine, ...]
    technical: tuple[Technical, ...]
    compared: int | None = None


@dataclass(frozen=True, slots=True)
class What:
    """`newest` is a mark to ask `news()` with: how many events came since."""

    subject: Link
    at: AsOf
    model: str
    steps: Page[StepLine]
    complete: bool
    not_understood: tuple[EventRef, ...]
    newest: str
