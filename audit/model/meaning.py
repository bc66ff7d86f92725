"""What the compiled model gives the rest of the engine: for one event, what it means. Pure; knows no storage.

The TOML file is read by `schema.py`, checked by `check.py` and compiled by `compile.py` into the objects below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from audit.values import Certainty

if TYPE_CHECKING:
    from audit.model.streams import Pattern

Data = Mapping[str, Any]  # an event's decoded payload; JSON numbers are int or Decimal, never float
Text = Mapping[str, str]  # language -> text


class Envelope(Protocol):
    """The part of an event that is not payload, as the compiled functions see it: a raw event's, a row's of the log."""

    @property
    def stream(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def correlation(self) -> str | None: ...
    @property
    def causation(self) -> str | None: ...


class Facts(msgspec.Struct, gc=False):
    """An envelope with all that sentences are told with. Times are microseconds."""

    source: str
    stream: str
    type: str
    id: str
    version: int | None
    occurred: int
    recorded: int
    correlation: str | None
    causation: str | None


class Movement(msgspec.Struct, frozen=True, gc=False):
    """An amount (whole minor units, never negative) leaving one place for another of the same book."""

    book: str
    from_kind: str
    from_key: str
    to_kind: str
    to_key: str
    units: int
    currency: str


class Rest(msgspec.Struct, frozen=True, gc=False):
    """An event's declared total, what its movements came to, and the movement of what is left unexplained."""

    declared: int
    moved: int
    movement: Movement


class Reading(msgspec.Struct, gc=False):
    """What one event means. `ties` are (kind, key) pairs without repetition, own subject first: of the stream's name
    and of the event itself; the fold adds the inherited ones.

    `item` is "" unless the lane keys its state by item. `to` is the state the event sets (None: it sets none);
    `allowed` the states it may legally come from (None: any; "" stands for "before the first event").
    `sets` are the remembered fields that this event sets, as text. `declared` is the transfer's declared amount
    (units, currency). `identifiers` are (name, value, is_personal). `rest` is what the movements (its own is the last
    of them) fall short of the declared total. A problem means that the event is kept and shown but moves nothing and
    sets nothing.
    """

    ties: Sequence[tuple[str, str]]
    item: str = ""
    to: str | None = None
    allowed: frozenset[str] | None = None
    sets: Mapping[str, str] | None = None
    movements: Sequence[Movement] = ()
    declared: tuple[int, str] | None = None
    identifiers: Sequence[tuple[str, str, bool]] = ()
    problem: str | None = None
    rest: Rest | None = None


class Asserted(msgspec.Struct, frozen=True, gc=False):
    """A field says that `places` (kind, key) of `book` together hold `units` after the event, within `tolerance`.

    `is_cumulative`: where order within a time is not known, it may count all of its time already.
    """

    field: str
    book: str
    places: Sequence[tuple[str, str]]
    units: int
    currency: str
    tolerance: int
    is_cumulative: bool = False


@dataclass(frozen=True, slots=True)
class Duration:
    """A time allowed: either seconds, or bank days of a calendar (`calendar` names it)."""

    seconds: int | None = None
    bank_days: int | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """`awaits` says what one waits for in it, behind "Waiting for"."""

    name: str
    title: Text
    is_final: bool = False
    is_failure: bool = False
    is_timeout: bool = False
    waits_on_person: bool = False
    within: Duration | None = None
    awaits: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlaceKind:
    """A kind of place. `owner` is the lane whose streams alone move it (None: shared). `subject` is the subject kind
    its key names (None: none). `rests` False: it must be empty when the transfer is final (transit, reserved)."""

    book: str
    name: str
    title: Text
    owner: str | None = None
    subject: str | None = None
    may_be_negative: bool = False
    rests: bool = True
    is_transit: bool = False
    is_source: bool = False
    certainty: Certainty = Certainty.KNOWN
    tells: Text = field(default_factory=dict)
    within: Duration | None = None  # how long the money of one flow may rest here
    is_unmatched: bool = False  # whose money it is, is not known yet


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of subject. `book` is the book its `where` is answered from (None: no money, its state is the answer).
    `ends_with` is the lane whose final state ends it; `settles_within` the time its places have to empty then."""

    name: str
    title: Text
    book: str | None = None
    is_flow: bool = False  # a thing that money travels in: transfers, card payments
    ends_with: str | None = None
    settles_within: Duration | None = None
    lane: str | None = None  # the lane that is this subject, where there is one


@dataclass(frozen=True, slots=True)
class CurrencySource:
    """Where the currency of a payload field stands: a path, or always the same."""

    path: str | None = None
    always: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A remembered field of a lane. `starts` is its value before any event sets it; `currency` shows it as money;
    `computed` is the expression that it follows from (audit/model/expressions.py)."""

    name: str
    title: Text
    starts: str | None = None
    computed: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """After event `after`, one of `one_of` ((lane, type) pairs) joined by the tie `by` ("correlation": by correlation)
    must follow within the time, at most `at_most` times (None: any number). `awaits` says what one waits for then."""

    after: tuple[str, str]
    one_of: Sequence[tuple[str, str]]
    within: Duration
    by: str = "correlation"
    at_most: int | None = None
    awaits: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Never:
    """An invariant: at event (lane, type) the claim `that` over the stream's remembered fields must not be true.
    `holds(fields)` is True, False or None (unknown); fields that were never set have their `starts`. `names` are the
    fields that it speaks of."""

    name: str
    at: tuple[str, str]
    that: str
    holds: Callable[[Mapping[str, str]], Any]
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pair:
    """While a flow of `kind` is in `state` of its ending lane, its money may rest only in these places, by book."""

    kind: str
    state: str
    books: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Access:
    """How staff usually looks at customers. `hours`: when doors are opened, (06:00, 22:00) in the model's zone; None:
    at any time. The other numbers are from when on it is unusual (audit/sql/staff_judge.sql)."""

    hours: tuple[str, str] | None = None
    customers: int = 40
    times: int = 5
    days_again: int = 4
    searches: int = 15
    guesses: int = 20
    review_days: int = 3


@dataclass(frozen=True, slots=True)
class Derived:
    """Public streams made from internal events; the payload path names the events they were made from."""

    matches: Callable[[str], bool]
    from_field: tuple[str, ...]


RequestValues = Callable[
    [Envelope, Data, Sequence[tuple[str, str]], Sequence[tuple[str, bytes]]], tuple[str, ...] | None
]


@dataclass(frozen=True, slots=True)
class Effect:
    """`values` gives what makes an event of this type the same request as another (None: nothing does): of its facts,
    payload, ties and blind identifiers. They must lie `within` a time of each other (None: any)."""

    values: RequestValues
    within: Duration | None
    is_key: bool


@dataclass(frozen=True, slots=True)
class Transition:
    """What an event type does to a state, whatever it says: `allowed` and `to` as in Reading; `item` None: any."""

    to: str | None
    allowed: frozenset[str] | None
    item: str | None = ""


@dataclass(frozen=True, slots=True)
class EventMeaning:
    """One event type of one lane, compiled. `read` is pure and raises nothing: trouble is `Reading.problem`.

    Its third argument is what the stream remembers: under a kind's name the key of the latest inherited tie, under
    "set:NAME" the last value of a remembered field (what `Reading.sets` gave under NAME earlier in the stream). A
    cumulative amount (`increase_of = "a.b"`) is remembered by `Reading.sets` under its path, "a.b".
    """

    type: str
    lane: str
    title: Text
    says: Text
    tells: Text
    read: Callable[[Envelope, Data, Mapping[str, str]], Reading]
    personal: Sequence[tuple[str, ...]] = ()  # paths into the payload
    is_failure: bool = False
    is_timeout: bool = False
    is_retry: bool = False
    is_compensation: bool = False
    is_correction: bool = False
    asks_again: str | None = None  # "question" or "resend", for retries
    shows: Sequence[tuple[str, ...]] = ()  # payload paths shown as facts, in order
    counterparty: tuple[str, ...] | None = None  # the payload path of the other side's name
    corrects: tuple[str, ...] | None = None  # the payload path of the identifier of the event that it puts right
    asserted: Callable[[Envelope, Data, Mapping[str, str]], Sequence[Asserted]] | None = None  # None: asserts nothing
    unreasoned: Callable[[Envelope, Data], str | None] | None = None  # what a correction lacks; None: not asked
    nevers: Sequence[Never] = ()  # what must not be true of the stream's remembered fields after it
    transition: Transition | None = None  # None: states are nothing to it
    once: str | None = None  # events of one flow with the same label take effect at most once
    undone_by: Sequence[tuple[str, str]] = ()  # (lane, type): one of these must undo it when the flow fails
    owner: Callable[[Envelope, Data], tuple[str, str]] | None = None  # (kind, key) whose key seals the personal
    blinded: Callable[[Envelope, Data], Sequence[tuple[str, str]]] | None = None  # personal identifiers: (name, value)
    monies: Mapping[str, CurrencySource] = field(default_factory=dict)  # payload paths that texts show as money
    names: Mapping[str, Callable[[Envelope, Data], Any]] = field(default_factory=dict)  # `{name}`s of texts
    upcast: Sequence[tuple[tuple[str, ...], tuple[str, ...]]] = ()  # (new path, older path)
    blind_paths: Mapping[str, Sequence[str]] = field(default_factory=dict)  # of personal identifiers; the older one too
    effect: Effect | None = None
    number: int = 0  # from 1, in the order of the model's file: what the read model calls this type


@dataclass(frozen=True, slots=True)
class Lane:
    name: str
    title: Text
    order: int
    subject: str | None
    states: Mapping[str, State]
    events: Mapping[str, EventMeaning]
    knows_order_within_time: bool = True
    versions_start_at: int | None = None  # None: version gaps are not judged
    inherits: Sequence[str] = ()  # kinds whose ties hold for the stream's later events
    fields: Mapping[str, Field] = field(default_factory=dict)  # declared remembered fields
    nevers: Sequence[Never] = ()  # of all its events
    asserts: bool = False  # some event of it does
    correlates: Sequence[str] = ()  # kinds that some event ties by "$correlation": unknown types are tied so too


@dataclass(frozen=True, slots=True)
class Model:
    """A compiled model. `hash` is the SHA-256 (hex) of its canonical content; it stands on every answer."""

    name: str
    hash: str
    zone: str
    languages: Sequence[str]
    kinds: Mapping[str, Kind]
    books: Mapping[str, Text]
    places: Mapping[tuple[str, str], PlaceKind]
    digits: Mapping[str, int]  # currency -> decimals; a currency not in it is unknown
    lanes: Mapping[str, Lane]
    lane_of: Callable[[str], tuple[Lane, str] | None]  # stream name -> (lane, the key its name holds)
    due: Callable[[int, Duration], int]  # (micros, allowed) -> micros of the deadline, by the calendars
    source: str  # the file's text, kept with the hash
    document: Mapping[str, Any] = field(default_factory=dict)  # as read, for what later stages use
    version: int = 1
    causes_are_events: bool = False  # every causation identifier is that of an event of some source
    closed_after: Duration | None = None  # what occurred longer before it is recorded falls into a closed period
    expectations: Sequence[Expectation] = ()
    nevers: Sequence[Never] = ()
    pairs: Sequence[Pair] = ()
    derived: Sequence[Derived] = ()  # streams that no lane has and that are yet known
    patterns: Sequence[tuple[Pattern, str | None]] = ()  # of streams' names, the closest first; None: derived
    access: Access = Access()
    quiet: Mapping[str, int] = field(default_factory=dict)  # by source: microseconds without an event, at most
    dense: frozenset[str] = frozenset()  # sources that leave no number out
    titles: Mapping[str, Text] = field(default_factory=dict)  # of payload fields, by path
    values: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)  # what a field's codes are called
    meanings: Mapping[int, EventMeaning] = field(default_factory=dict)  # by number
    nameless: frozenset[int] = frozenset()  # corrections of which neither they nor the model say what they undo

    @property
    def correlated(self) -> frozenset[str]:
        """Kinds whose identifier a correlation may be: flows, and what some event ties by "$correlation"."""
        tied = {kind for lane in self.lanes.values() for kind in lane.correlates}
        return frozenset(tied.union(name for name, kind in self.kinds.items() if kind.is_flow))

    def is_derived(self, stream: str) -> bool:
        """Whether a stream that no lane has repeats what other streams say."""
        return any(one.matches(stream) for one in self.derived)

    def meaning(self, stream: str, type_: str) -> tuple[Lane, str, EventMeaning | None] | None:
        """Lane, stream key and meaning of an event type in a stream; None where no lane has the stream."""
        found = self.lane_of(stream)
        if found is None:
            return None
        lane, key = found
        return lane, key, lane.events.get(type_)
