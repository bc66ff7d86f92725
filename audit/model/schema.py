"""The model file as typed data, one struct a table. Defaults are left out of the canonical form (hashing.py)."""

from __future__ import annotations

from datetime import date

import msgspec

Text = dict[str, str]  # language -> text


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The root of all tables of the file."""


class Amount(Part, frozen=True, kw_only=True):
    """`"path"`, `{ literal = "25.00" }` or `{ increase_of = "path" }`: exactly one of them."""

    path: str | None = None
    literal: str | None = None
    increase_of: str | None = None


class CurrencyOf(Part, frozen=True, kw_only=True):
    """`"path"` or `{ always = "CZK" }`."""

    path: str | None = None
    always: str | None = None


class Item(Part, frozen=True, kw_only=True):
    """`"path"` or `{ literal = "Validate" }`."""

    path: str | None = None
    literal: str | None = None


class Setting(Part, frozen=True, kw_only=True):
    """What a field becomes: `"path"`, `{ literal = "yes" }` or `{ total_of = "path" }`, the stream's running total."""

    path: str | None = None
    literal: str | None = None
    total_of: str | None = None


class Condition(Part, frozen=True, kw_only=True):
    """`value`, `[values]`, `{ above = "0" }`, `{ below = "0" }` or `{ exists = true }`."""

    values: list[str | bool] | None = None
    above: str | None = None
    below: str | None = None
    exists: bool | None = None


class Span(Part, frozen=True, kw_only=True):
    """`"30s"`, `"5m"`, `"2h"`, `"3d"` or `{ bank_days = 2, calendar = "dk" }`."""

    seconds: int | None = None
    bank_days: int | None = None
    calendar: str | None = None


class Head(Part, frozen=True, kw_only=True):
    name: str
    version: int = 1
    zone: str
    languages: list[str] = msgspec.field(default_factory=lambda: ["en"])
    closed_after: Span | None = None
    causes_are_events: bool = False


class Currency(Part, frozen=True, kw_only=True):
    digits: int | None = None


class Calendar(Part, frozen=True, kw_only=True):
    zone: str | None = None
    cut_off: str | None = None
    weekend: list[str] = msgspec.field(default_factory=lambda: ["sat", "sun"])
    holidays: list[date] = []


class Kind(Part, frozen=True, kw_only=True):
    title: Text = {}
    book: str | None = None
    flow: bool = False
    ends_with: str | None = None
    settles_within: Span | None = None


class Place(Part, frozen=True, kw_only=True):
    title: Text = {}
    tells: Text = {}
    owner: str | None = None
    subject: str | None = None
    within: Span | None = None
    may_be_negative: bool = False
    rests: bool = True
    transit: bool = False
    source: bool = False
    unmatched: bool = False
    certainty: str = "known"


class Book(Part, frozen=True, kw_only=True):
    title: Text = {}
    place: dict[str, Place] = {}


class State(Part, frozen=True, kw_only=True):
    title: Text = {}
    final: bool = False
    failure: bool = False
    timeout: bool = False
    waits_on_person: bool = False
    within: Span | None = None
    awaits: Text = {}


class Field(Part, frozen=True, kw_only=True):
    title: Text = {}
    starts: str | None = None
    computed: str | None = None
    currency: str | None = None


class Transition(Part, frozen=True, kw_only=True):
    from_: list[str] | None = msgspec.field(default=None, name="from")
    to: str | None = None


class Move(Part, frozen=True, kw_only=True):
    book: str
    amount: Amount
    currency: CurrencyOf
    from_: str = msgspec.field(name="from")
    to: str
    when: dict[str, Condition] = {}


class Declaration(Part, frozen=True, kw_only=True):
    amount: Amount
    currency: CurrencyOf


class Assertion(Part, frozen=True, kw_only=True):
    field: str
    book: str
    places: list[str]
    currency: CurrencyOf | None = None
    tolerance: str = "0"
    cumulative: bool = False


class Total(Part, frozen=True, kw_only=True):
    """How much an event's movements take out of one place (`from`), or bring to it (`to`), together."""

    book: str
    amount: Amount
    currency: CurrencyOf
    from_: str | None = msgspec.field(default=None, name="from")
    to: str | None = None


class Reasons(Part, frozen=True, kw_only=True):
    """Where a correction says why it is made, by whom, and who agreed."""

    reason: str | None = None
    by: str | None = None
    approved_by: str | None = None


class Effect(Part, frozen=True, kw_only=True):
    """What makes two events of this type the same request. `unless`: a path; where it is there, it is another one."""

    key: str | None = None
    same: list[str] = []
    within: Span | None = None
    unless: str | None = None


class Event(Part, frozen=True, kw_only=True):
    title: Text = {}
    says: Text = {}
    tells: Text = {}
    ties: dict[str, list[str]] = {}
    state: Transition | None = None
    item: Item | None = None
    sets: dict[str, Setting] = {}
    moves: list[Move] = []
    declares: Declaration | None = None
    identifiers: dict[str, str] = {}
    personal: list[str] = []
    shows: list[str] = []
    counterparty: str | None = None
    failure: bool = False
    timeout: bool = False
    retry: bool = False
    compensation: bool = False
    correction: bool = False
    asks_again: str | None = None
    renamed_from: list[str] = []
    upcast: dict[str, str] = {}
    like: str | None = None
    asserts: list[Assertion] = []
    total: Total | None = None
    reasoned: Reasons | None = None
    corrects: str | None = None
    once: str | None = None
    undone_by: list[str] = []
    effect: Effect | None = None


class Lane(Part, frozen=True, kw_only=True):
    title: Text = {}
    order: int = 0
    streams: list[str] = []
    inherits: list[str] = []
    item: str | None = None
    versions_from: int | None = None
    order_within_time: bool = True
    state: dict[str, State] = {}
    field: dict[str, Field] = {}
    event: dict[str, Event] = {}


class Source(Part, frozen=True, kw_only=True):
    quiet: Span | None = None
    dense: bool = False


class Access(Part, frozen=True, kw_only=True):
    hours: str | None = None
    customers: int = 40
    times: int = 5
    days_again: int = 4
    searches: int = 15
    guesses: int = 20
    review_days: int = 3


class Derived(Part, frozen=True, kw_only=True):
    streams: list[str]
    from_field: str


class Expectation(Part, frozen=True, kw_only=True):
    after: str
    one_of: list[str]
    within: Span
    by: str = "correlation"
    at_most: int | None = None
    awaits: Text = {}


class Never(Part, frozen=True, kw_only=True):
    name: str
    at: str
    that: str


class Pair(Part, frozen=True, kw_only=True):
    state: str
    kind: str | None = None
    books: dict[str, list[str]] = {}  # every other key of the table: a book and the places of it


class Shown(Part, frozen=True, kw_only=True):
    title: Text = {}
    values: dict[str, Text] = {}


class Document(Part, frozen=True, kw_only=True):
    model: Head
    currency: dict[str, Currency] = {}
    calendar: dict[str, Calendar] = {}
    kind: dict[str, Kind] = {}
    book: dict[str, Book] = {}
    lane: dict[str, Lane] = {}
    field: dict[str, Shown] = {}
    source: dict[str, Source] = {}
    access: Access = Access()
    derived: list[Derived] = []
    expect: list[Expectation] = []
    never: list[Never] = []
    pair: list[Pair] = []
