"""The subject pages: customer, account, flow, any other lane, place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from audit.answers.shapes.finding import FindingLine
from audit.answers.shapes.moment import AsOf, Fact, Link, Page
from audit.answers.shapes.money import (
    BalanceLine,
    ChartPoint,
    EntryLine,
    HoldLine,
    LedgerDay,
    PaymentLine,
    PlaceLine,
    PlaceTotal,
    StateLine,
    StatementLine,
    Where,
)
from audit.answers.shapes.story import LaneColumn, MissingStep, StepDetail, StepLine, Waiting
from audit.values import Certainty, EventRef, Money, Place, Subject


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A flow that is not over: where its money is, since when, by when it is expected to go on."""

    flow: Link
    title: str
    state: str
    state_title: str
    tone: str
    is_late: bool
    places: tuple[PlaceLine, ...]
    since: datetime
    expected_by: datetime | None
    money: Money | None
    is_over: bool = False  # it has ended, and left money behind
    waits: str = ""  # for what, the soonest
    booked: Money | None = None  # on an account, where it is more than was asked for


@dataclass(frozen=True, slots=True)
class AccountLine:
    account: Link
    state: StateLine | None
    balances: tuple[BalanceLine, ...]


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """`others` are the customer's further subjects (loans, standing orders), newest first."""

    subject: Link
    at: AsOf
    model: str
    answer: str
    since: datetime | None
    facts: tuple[Fact, ...]
    open_items: Page[OpenItem]
    accounts: Page[AccountLine]
    payments: Page[PaymentLine]
    others: tuple[Link, ...]
    findings: Page[FindingLine]
    complete: bool
    not_understood: tuple[EventRef, ...]
    newest: str


@dataclass(frozen=True, slots=True)
class AccountPage:
    subject: Link
    at: AsOf
    model: str
    answer: str
    customers: tuple[Link, ...]
    states: tuple[StateLine, ...]
    balances: tuple[BalanceLine, ...]
    can_hold: bool
    on_its_way: tuple[PlaceLine, ...]
    holds: Page[HoldLine]
    statement: Page[StatementLine]
    chart: tuple[ChartPoint, ...]
    story: Page[StepLine]
    facts: tuple[Fact, ...]
    others: tuple[Link, ...]
    findings: Page[FindingLine]
    complete: bool
    not_understood: tuple[EventRef, ...]
    newest: str


@dataclass(frozen=True, slots=True)
class RelatedLine:
    """Another flow that has a step in common with this one, or that an open finding rests on beside it: `because`."""

    link: Link
    title: str
    state_title: str
    tone: str
    money: Money | None
    started: datetime | None
    because: str = ""


@dataclass(frozen=True, slots=True)
class TransferPage:
    """A flow (transfer, card payment). `title` is "500.00 DKK to Mette H••••••"; `tone` colours `status`. `tells` is
    what is true to say to the customer, `own_words` what the bank's events tell by themselves; `coming_back` is the
    first answer about one that failed or is held up. `payers` are the account that the money left first, and its
    customers; `failed_as` is what staff are told of its failure."""

    subject: Link
    at: AsOf
    model: str
    title: str
    money: Money | None
    status: str
    tone: str
    tells: str
    waiting: tuple[Waiting, ...]
    where: Where
    facts: tuple[Fact, ...]
    lanes: tuple[LaneColumn, ...]
    steps: Page[StepLine]
    missing: tuple[MissingStep, ...]
    selected: StepDetail | None
    related: Page[RelatedLine]
    findings: Page[FindingLine]
    crumbs: tuple[Link, ...]
    complete: bool
    not_understood: tuple[EventRef, ...]
    newest: str
    own_words: str = ""
    coming_back: str = ""
    payers: frozenset[Subject] = frozenset()
    failed_as: str = ""


@dataclass(frozen=True, slots=True)
class LanePage:
    """Any other subject: its state(s), what it waits for, its money where it has some, its story. `is_shared`: it
    carries many customers' payments, and says of each that it is there, not how much."""

    subject: Link
    at: AsOf
    model: str
    title: str
    status: str
    tone: str
    tells: str
    waiting: tuple[Waiting, ...]
    where: Where
    facts: tuple[Fact, ...]
    states: Page[StateLine]
    lanes: tuple[LaneColumn, ...]
    steps: Page[StepLine]
    missing: tuple[MissingStep, ...]
    selected: StepDetail | None
    others: tuple[Link, ...]
    findings: Page[FindingLine]
    crumbs: tuple[Link, ...]
    complete: bool
    not_understood: tuple[EventRef, ...]
    newest: str
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class PlacePage:
    """The ledger of one place in one currency; `entries` are those of the chosen `day` (None: the newest)."""

    place: Place
    title: str
    book_title: str
    at: AsOf
    model: str
    currency: str
    currencies: tuple[str, ...]
    money: Money
    certainty: Certainty
    subject: Link | None
    days: Page[LedgerDay]
    day: date | None
    entries: Page[EntryLine]
    id: int = 0


@dataclass(frozen=True, slots=True)
class PlaceKindPage:
    """The places of one kind: long-lived ones by key, and what open flows have in theirs."""

    book: str
    kind: str
    title: str
    book_title: str
    at: AsOf
    model: str
    totals: tuple[PlaceTotal, ...]
    places: Page[PlaceLine]
