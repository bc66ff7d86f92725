"""Where money is, and what moves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from audit.answers.shapes.moment import AsOf, Link, Page
from audit.values import Certainty, EventRef, Money, Place


@dataclass(frozen=True, slots=True)
class StateLine:
    """The state of one stream (and item). `tone` is ok, held, bad or plain: held waits or timed out, bad failed."""

    lane: str
    lane_title: str
    stream: str
    item: str
    state: str
    title: str
    is_final: bool
    is_failure: bool
    is_timeout: bool
    waits_on_person: bool
    since: datetime
    event: EventRef
    deadline: datetime | None = None
    subject: Link | None = None

    @property
    def tone(self) -> str:
        if self.is_failure:
            return "bad"
        if self.is_timeout:
            return "held"
        return "ok" if self.is_final else "plain"


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """Money in one place. `tells` is how the customer hears the place; `flow` whose money it is, for what is on its
    way; `ended` that this one is over (`failed`, `done`, or, where the payment itself arrived, `over` or
    `twice`) and goes nowhere by itself; `is_late` that it should have
    gone on by now; `by_flow` that the amount is what the asked flow has there, not the whole place."""

    place: Place
    title: str
    tells: str
    book_title: str
    money: Money
    certainty: Certainty
    since: datetime
    event: EventRef
    is_final: bool = True
    flow: Link | None = None
    by_flow: bool = False
    ended: str = ""
    id: int = 0
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Where:
    """Where the money of a subject is. `came_from` holds a flow's negative places; `ledger` what the account's book
    holds for a flow (reserved...), beside `places`. `complete` False: events in `not_understood` may touch it. `tells`
    are the bank's own words; `to_say` what is true to say to the customer ("": the same)."""

    subject: Link
    at: AsOf
    model: str
    places: tuple[PlaceLine, ...]
    on_its_way: tuple[PlaceLine, ...]
    came_from: tuple[PlaceLine, ...]
    ledger: tuple[PlaceLine, ...]
    conserved: bool
    complete: bool
    not_understood: tuple[EventRef, ...]
    tells: str
    states: tuple[StateLine, ...]
    to_say: str = ""

    @property
    def state(self) -> StateLine | None:
        return self.states[0] if self.states else None

    @property
    def nothing_understood(self) -> bool:
        """Whether events are here, but none from which a place or a state could be told."""
        known = self.places or self.on_its_way or self.came_from or self.ledger or self.states
        return bool(self.not_understood) and not known


@dataclass(frozen=True, slots=True)
class MovementLine:
    source: Place
    target: Place
    source_title: str
    target_title: str
    money: Money
    source_id: int = 0
    target_id: int = 0

    @property
    def book(self) -> str:
        return self.source.book


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """One account's money in one currency: available = booked - held. `since`: when it last changed."""

    booked: Money
    held: Money
    available: Money
    incoming: Money
    since: datetime | None
    event: EventRef | None
    places: tuple[PlaceLine, ...]


@dataclass(frozen=True, slots=True)
class LedgerDay:
    """A place's day in the model's zone: opening + incoming - outgoing = closing."""

    day: date
    opening: Money
    incoming: Money
    outgoing: Money
    closing: Money
    entries: int


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One side of a movement at a place; `money` signed. `balance` after it, where one stream owns the place."""

    event: EventRef
    recorded: datetime
    occurred: datetime
    title: str
    says: str
    counter: Place
    counter_title: str
    flow: Link | None
    money: Money
    balance: Money | None
    known_since: datetime | None
    is_final: bool
    cursor: str
    counter_id: int = 0
    counterparty: str = ""  # the other side's name as it may be shown


@dataclass(frozen=True, slots=True)
class AmountSearch:
    """Where an amount stands among a place's movements of the days `began` to `ended`: `movements` were looked at
    (`is_cut`: there are more). `combinations` of two or three within three days, earliest first; not
    `combinations_complete`: there may be more of them."""

    money: Money
    began: date
    ended: date
    movements: int
    is_cut: bool
    exact: Page[EntryLine]
    negative: Page[EntryLine]
    combinations: tuple[tuple[EntryLine, ...], ...]
    combinations_complete: bool


@dataclass(frozen=True, slots=True)
class Incoming:
    """What came in for a subject from the day `began` to `ended`, or the answer that nothing did.

    `came` are entries of its own places with the account of each; `unmatched` those of money whose owner is not known,
    looked through only for an amount; `under_way` is on its way in. `behind` are the sources that are not known up to
    the end, with how far they are."""

    subject: Link
    at: AsOf
    model: str
    money: Money | None
    began: date
    ended: date
    accounts: tuple[Link, ...]
    came: Page[tuple[Link, EntryLine]]
    unmatched: Page[EntryLine]
    unmatched_places: tuple[str, ...]
    under_way: tuple[PlaceLine, ...]
    behind: tuple[tuple[str, datetime | None], ...]
    says: str
    reach: str


@dataclass(frozen=True, slots=True)
class PlaceTotal:
    """All places of one kind in one currency. `flows` how many open flows have money there, `oldest` since when,
    `late` how many of them are past their time."""

    book: str
    book_title: str
    kind: str
    title: str
    money: Money
    entries: int
    certainty: Certainty
    flows: int | None = None
    oldest: datetime | None = None
    late: int | None = None


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """What was booked at the end of a day (of the model's zone)."""

    day: date
    booked: Money


@dataclass(frozen=True, slots=True)
class HoldLine:
    """Money held on an account for one flow (None: the hold names none). `is_over`: that has ended and left it."""

    flow: Link | None
    title: str
    state_title: str
    tone: str
    money: Money
    since: datetime
    event: EventRef
    expected_by: datetime | None
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One event's change of what is booked. `known_since` is set on a backdated one: when it became known. `findings`
    are all that the event opened, `doubts` those that were open at the moment."""

    event: EventRef
    recorded: datetime
    occurred: datetime
    title: str
    says: str
    counterparty: str
    flow: Link | None
    money: Money
    booked_after: Money | None
    held_change: Money
    known_since: datetime | None
    is_final: bool
    findings: tuple[str, ...]
    cursor: str
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One payment, one row. `money` signed: negative leaves the customer's accounts; `booked_after` on `account`;
    not `is_booked` yet, or never: what it should be."""

    flow: Link | None
    account: Link | None
    event: EventRef
    occurred: datetime
    recorded: datetime
    title: str
    counterparty: str
    state: str
    state_title: str
    tone: str
    money: Money
    booked_after: Money | None
    is_final: bool = True
    is_booked: bool = True
    says: str = ""  # of an event that belongs to no flow
    is_correction: bool = False
