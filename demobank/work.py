"""What the bank's handlers work with, be it a simulated day or a real transaction: aggregates, facts and messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, TypeVar

import msgspec

Data = Mapping[str, Any]
Fact = tuple[str, Data]  # an event's type and payload, before it is written
CORE, ADAPTER, SE_ADAPTER = "core", "dk-adapter", "se-adapter"  # the services; each has an event store of its own
SERVICES = (CORE, ADAPTER, SE_ADAPTER)
CURRENCY = "DKK"
DIGITS = {"DKK": 2, "SEK": 2, "JPY": 0, "BHD": 3}  # decimals of each currency's minor unit


class Message(msgspec.Struct, frozen=True, gc=False):
    """What one service tells the others about an event of its own, or a service tells itself for later.

    `id` makes handling idempotent; `cause` is the identifier of the event it was derived from.
    """

    id: str
    type: str
    body: dict[str, Any]
    cause: str
    correlation: str


class Row(msgspec.Struct, frozen=True, gc=False):
    """An event as it is written to its service's store. Times are microseconds since 1970."""

    service: str
    stream: str
    version: int
    type: str
    id: str
    data: bytes
    correlation: str | None
    causation: str | None
    occurred: int
    recorded: int


class Aggregate:
    """A state machine with a stream of its own. Facts are applied as they are; `may` is asked before they are made."""

    service: ClassVar[str]
    lane: ClassVar[str]
    prefix: ClassVar[str]
    final: ClassVar[frozenset[str]] = frozenset()
    legal: ClassVar[Mapping[str, tuple[frozenset[str], str | None]]]  # type -> (states it may come from, the new state)
    __slots__ = ("key", "state", "stream", "version")

    def __init__(self, key: str) -> None:
        self.key = key
        self.stream = self.prefix + key
        self.version = 0
        self.state = "none"

    def may(self, type_: str) -> bool:
        return self.state in self.legal[type_][0]

    def is_over(self) -> bool:
        """Final, and nothing may legally follow."""
        return self.state in self.final and not any(self.state in allowed for allowed, _ in self.legal.values())

    def apply(self, type_: str, data: Data) -> None:
        self.version += 1
        rule = self.legal.get(type_)
        if rule is not None and rule[1] is not None:
            self.state = rule[1]


Kind = TypeVar("Kind", bound=Aggregate)


class Work(Protocol):
    """One unit of work of one service: everything in it happens, or nothing does."""

    seed: str

    def load(self, kind: type[Kind], key: str) -> Kind: ...

    def append(self, aggregate: Aggregate, cause: str | None, correlation: str | None, *facts: Fact) -> str:
        """Write the facts as one append at the aggregate's version; gives the last event's identifier."""

    def tell(self, type_: str, body: dict[str, Any], cause: str, correlation: str) -> None:
        """Put a message into the outbox: the service's external stream."""

    def later(self, delay: int, type_: str, body: dict[str, Any], cause: str, correlation: str) -> None:
        """Have this service handle a message after `delay` microseconds."""

    def clock(self) -> int:
        """The time, in microseconds since 1970: bank days are told by it."""

    def fate(self, transfer: str) -> Fate:
        """What the clearing is going to do with a transfer."""

    def sale(self, payment: str) -> Sale:
        """What the shop is going to do with a card payment."""


class Fate(msgspec.Struct, frozen=True):
    """The outside world's part in a transfer: how long the clearing takes, and why it refuses (None: it settles)."""

    delay: int
    refusal: str | None = None


class Sale(msgspec.Struct, frozen=True):
    """The outside world's part in a card payment: what the shop does after each delay (microseconds).

    An act is `capture`, `part` (a part of it now), `reverse` or `rest` (no more is coming). `refusal` is the card
    scheme's own code, where it declines before the bank is asked for money.
    """

    acts: tuple[tuple[int, str], ...]
    refusal: str | None = None


def money(units: int, currency: str = CURRENCY) -> str:
    """Minor units as decimal text with all of the currency's decimals, as the bank writes amounts."""
    digits = DIGITS[currency]
    sign, text = "-" if units < 0 else "", f"{abs(units):0{digits + 1}d}"
    return sign + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)


def amount_of(body: Data) -> dict[str, Any]:
    """What every message of a transfer says of its money."""
    return {"transfer": body["transfer"], "amount": body["amount"], "currency": body["currency"]}


def parties_of(body: Data) -> dict[str, Any]:
    """Who pays whom, as a clearing's adapter writes it of an order."""
    return {
        "customer": body["customer"],
        "debtor": {"name": body["sender"], "account": body["account"]},
        "creditor": {"name": body["receiver"]["name"], "iban": body["receiver"]["iban"]},
        "bank": body["receiver"]["bank"],
    }


def kept_of(body: Data) -> dict[str, Any]:
    """What a clearing's adapter keeps, and repeats in its answer to the core, so that nobody looks it up."""
    kept = ("transfer", "amount", "currency", "account", "receiver", "reference", "route")
    return {field: body[field] for field in kept}


def units_of(amount: str) -> int:
    """The minor units of an amount that the bank wrote."""
    return int(amount.replace(".", ""))


def states(*names: str) -> frozenset[str]:
    return frozenset(names)
