"""Faults by name and count: what goes wrong in each, which rules it must fire, and what shows it.

The rules are named from their definitions (DESIGN.md, sections 9 and 14), not from any code that looks for them.
To add a fault, add a line to the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from demobank import core
from demobank.aggregates import Account, Customer
from demobank.people import Person
from demobank.work import CURRENCY, Aggregate, Fact, Fate, Row, Sale

if TYPE_CHECKING:
    from demobank.simulation import Simulation

HOUR = 3_600_000_000
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Slip:
    """What goes wrong with one append: versions left out, another event's identifier, an older time, torn bytes."""

    gap: int = 0
    id: str | None = None
    backdated: int = 0
    payload: bytes | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault. Those with a `flow` say what happens to the messages and appends of one transfer:
    `drop` is a message that nobody handles, `without` an event that its append lacks, `again` an event whose append
    is made twice, `after` and `extra` an event and the illegal one that follows it, `borrows` an event that bears
    another's identifier. The others happen to an account or customer alone, by `strike`.
    `turn` is the event at which it goes wrong (its first after the honest part), `evidence` the events that show it."""

    name: str
    count: int
    rules: tuple[str, ...]
    turn: str
    evidence: tuple[str, ...]
    flow: str | None = None
    drop: str | None = None
    without: str | None = None
    again: str | None = None
    after: str | None = None
    extra: str | None = None
    borrows: str | None = None
    strike: Callable[[Simulation, Planted], None] | None = None
    kind: str = "transfer"
    strikes_empty: bool = False  # its victim is a savings account that holds nothing


@dataclass(slots=True)
class Planted:
    """One planted fault and what the bank did there."""

    fault: Fault
    person: Person
    account: str
    subject: str
    fate: Fate
    sale: Sale | None = None
    rows: list[Row] = field(default_factory=list)
    borrowed: Row | None = None

    def drops(self, message: str) -> bool:
        return message == self.fault.drop

    def appends(self, aggregate: Aggregate, facts: Sequence[Fact]) -> Iterator[tuple[tuple[Fact, ...], Slip]]:
        """The appends that are really made for the honest one."""
        fault, types = self.fault, [f"{aggregate.lane}.{type_}" for type_, _ in facts]
        kept = tuple(fact for fact, type_ in zip(facts, types, strict=True) if type_ != fault.without)
        slip = Slip(id=self.borrowed.id) if self.borrowed and fault.borrows in types else Slip()
        yield kept, slip
        if fault.again in types:
            yield kept, slip
        if fault.after in types and fault.extra is not None:
            amount = {name: facts[0][1][name] for name in ("transfer", "amount", "currency")}
            yield ((fault.extra, amount | {"attempt": 1}),), slip


def _unknown(simulation: Simulation, planted: Planted) -> None:
    facts = {"account": planted.account, "list": "EU-2026-04", "outcome": "clear"}
    _write_alone(simulation, planted, "AccountScreened", facts, Slip())


def _unreadable(simulation: Simulation, planted: Planted) -> None:
    torn = b'{"amount":"25000.00","currency":"D\xff\xfe\x00'
    _write_alone(simulation, planted, "LimitChanged", {"currency": CURRENCY}, Slip(payload=torn))


def _backdated(simulation: Simulation, planted: Planted) -> None:
    facts = {"amount": "700.00", "currency": CURRENCY, "channel": "branch"}
    opened = simulation.planting.kept[f"account-{planted.account}"][0].recorded - simulation.start
    age = min(35 * DAY, (simulation.now - opened) // 2)
    _write_alone(simulation, planted, "Deposited", facts, Slip(backdated=age))


def _correction(simulation: Simulation, planted: Planted) -> None:
    facts = {"amount": "125.00", "currency": CURRENCY, "direction": "credit", "by": "E-107", "approved_by": "E-107"}
    _write_alone(simulation, planted, "Corrected", facts, Slip())


def _life_after_death(simulation: Simulation, planted: Planted) -> None:
    core.close(simulation, planted.account)
    planted.rows.append(simulation.rows[-1])
    facts = {"account": planted.account, "reason": "screening"}
    simulation.at(simulation.now + 2 * HOUR, lambda: _write_alone(simulation, planted, "AccountFrozen", facts, Slip()))


def _version_gap(simulation: Simulation, planted: Planted) -> None:
    customer = simulation.load(Customer, planted.person.customer)
    home = {"customer": planted.person.customer, "address": {"street": "Havnegade 4", "town": planted.person.town}}
    simulation.write(customer, None, None, (("AddressChanged", home),), Slip(gap=1), planted)


def _write_alone(simulation: Simulation, planted: Planted, type_: str, facts: dict[str, str], slip: Slip) -> None:
    simulation.write(simulation.load(Account, planted.account), None, None, ((type_, facts),), slip, planted)


_STUCK = ("stuck", "missing_reaction", "reservation_leak")
_TWICE = (
    "double_effect",
    "duplicate_effect",
    "duplicate_reaction",
    "unmatched_resolution",
    "negative_place",
    "residue_at_end",
)
_BOOKED = ("account.TransferCompleted", "account.ReservationRemoved", "account.TransactionCreated")

FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault(
            "clearing_never_answers",
            4,
            _STUCK,
            "adapter_transfer.TimedOut",
            ("adapter_transfer.Sent", "adapter_transfer.AskedAgain"),
            flow="out",
            drop="ClearingAnswers",
        ),
        Fault(
            "handler_crashed",
            3,
            _STUCK,
            "bank_transfer.Initiated",
            ("bank_transfer.Initiated",),
            flow="out",
            drop="TransferRequested",
        ),
        Fault(
            "handled_twice",
            2,
            _TWICE,
            "account.TransferCompleted",
            _BOOKED,
            flow="out",
            again="account.TransferCompleted",
        ),
        Fault(
            "succeeded_still_reserved",
            2,
            ("residue_at_end", "reservation_leak"),
            "account.TransferCompleted",
            ("account.FundsReserved", "bank_transfer.Succeeded", "account.TransferCompleted"),
            flow="out",
            without="account.ReservationRemoved",
        ),
        Fault(
            "illegal_transition",
            2,
            ("illegal_transition",),
            "adapter_transfer.AskedAgain",
            ("adapter_transfer.AskedAgain",),
            flow="out",
            after="adapter_transfer.Sent",
            extra="AskedAgain",
        ),
        Fault(
            "left_not_arrived",
            2,
            ("residue_at_end", "missing_reaction"),
            "account.TransactionCreated",
            ("bank_transfer.RoutedInside", "bank_transfer.Succeeded", "account.TransactionCreated"),
            flow="inside",
            drop="CreditDue",
        ),
        Fault(
            "half_compensation",
            2,
            ("half_compensation", "residue_at_end", "reservation_leak"),
            "account.TransferFailed",
            ("account.FundsReserved", "bank_transfer.Failed", "account.TransferFailed"),
            flow="refused",
            without="account.ReservationReleased",
        ),
        Fault(
            "id_collision",
            1,
            ("id_collision",),
            "incoming.Credited",
            ("incoming.Credited",),
            flow="incoming",
            borrows="incoming.Credited",
        ),
        Fault(
            "unknown_event_type",
            2,
            ("unknown_event",),
            "account.AccountScreened",
            ("account.AccountScreened",),
            strike=_unknown,
            kind="account",
        ),
        Fault(
            "unreadable_payload",
            2,
            ("unreadable",),
            "account.LimitChanged",
            ("account.LimitChanged",),
            strike=_unreadable,
            kind="account",
        ),
        Fault(
            "backdated_event",
            2,
            ("clock_anomaly",),
            "account.Deposited",
            ("account.Deposited",),
            strike=_backdated,
            kind="account",
        ),
        Fault(
            "correction",
            2,
            ("unreasoned_correction",),
            "account.Corrected",
            ("account.Corrected",),
            strike=_correction,
            kind="account",
        ),
        Fault(
            "life_after_death",
            1,
            ("life_after_death", "illegal_transition"),
            "account.AccountFrozen",
            ("account.AccountClosed", "account.AccountFrozen"),
            strike=_life_after_death,
            kind="account",
            strikes_empty=True,
        ),
        Fault(
            "version_gap",
            1,
            ("version_gap",),
            "customer.AddressChanged",
            ("customer.AddressChanged",),
            strike=_version_gap,
            kind="customer",
        ),
    )
}
DEFAULT = {name: fault.count for name, fault in FAULTS.items()}
