"""Faults that happen to an account or customer alone, and not to a flow: each writes what no handler would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from demobank import core, identity
from demobank.aggregates import Account, Customer
from demobank.fault import DAY, HOUR, Planted, Slip
from demobank.work import CURRENCY, money

if TYPE_CHECKING:
    from demobank.simulation import Simulation

HONEST = Slip()
LIMIT = {"amount": "25000.00", "currency": CURRENCY}


def unknown(simulation: Simulation, planted: Planted) -> None:
    facts = {"account": planted.account, "list": "EU-2026-04", "outcome": "clear"}
    _write(simulation, planted, "AccountScreened", facts)


def unreadable(simulation: Simulation, planted: Planted) -> None:
    torn = b'{"amount":"25000.00","currency":"D\xff\xfe\x00'
    _write(simulation, planted, "LimitChanged", {"currency": CURRENCY}, Slip(payload=torn))


def backdated(simulation: Simulation, planted: Planted) -> None:
    back = min(35 * DAY, simulation.planting.age(planted.account) // 2)
    _write(simulation, planted, "Deposited", _deposit("700.00"), Slip(backdated=back))


def clock_ahead(simulation: Simulation, planted: Planted) -> None:
    _write(simulation, planted, "Deposited", _deposit("60.00"), Slip(backdated=-2 * HOUR))


def correction(simulation: Simulation, planted: Planted) -> None:
    facts = {"amount": "125.00", "currency": CURRENCY, "direction": "credit", "by": "E-107", "approved_by": "E-107"}
    _write(simulation, planted, "Corrected", facts)


def life_after_death(simulation: Simulation, planted: Planted) -> None:
    core.close(simulation, planted.account)
    planted.rows.append(simulation.rows[-1])
    facts = {"account": planted.account, "reason": "screening"}
    simulation.at(simulation.now + 2 * HOUR, lambda: _write(simulation, planted, "AccountFrozen", facts))


def version_gap(simulation: Simulation, planted: Planted) -> None:
    customer = simulation.load(Customer, planted.person.customer)
    home = {"customer": planted.person.customer, "address": {"street": "Havnegade 4", "town": planted.person.town}}
    simulation.write(customer, None, None, (("AddressChanged", home),), Slip(gap=1), planted)


def version_clash(simulation: Simulation, planted: Planted) -> None:
    """Two writers that did not know of each other took the same version."""
    _write(simulation, planted, "LimitChanged", LIMIT)
    identifier = identity.event_id(simulation.seed, planted.account, 0)
    _write(simulation, planted, "LimitChanged", {**LIMIT, "amount": "30000.00"}, Slip(gap=-1, id=identifier))


def delivered_twice(simulation: Simulation, planted: Planted) -> None:
    _write(simulation, planted, "LimitChanged", LIMIT)
    simulation.deliver_again(planted.rows[-1])


def same_id_other_bytes(simulation: Simulation, planted: Planted) -> None:
    """Delivered again with another amount, under the same identifier."""
    _write(simulation, planted, "LimitChanged", LIMIT)
    row = planted.rows[-1]
    simulation.deliver_again(replace(row, data=row.data.replace(b"25000.00", b"35000.00")))


def orphan(simulation: Simulation, planted: Planted) -> None:
    """The request that caused it was never recorded anywhere."""
    cause = identity.event_id(simulation.seed, f"lost-{planted.account}", 1)
    _write(simulation, planted, "LimitChanged", LIMIT, Slip(cause=cause))


def overdrawn(simulation: Simulation, planted: Planted) -> None:
    """A fee that the account does not hold."""
    units = simulation.account(planted.account).available + 10_000
    _write(simulation, planted, "FeeCharged", {"amount": money(units), "currency": CURRENCY, "fee": "monthly"})


def misstated(simulation: Simulation, planted: Planted) -> None:
    """A statement that says more than the account holds."""
    known = simulation.account(planted.account)
    booked = money(known.available + sum(known.holds.values()))
    amounts = {"booked": booked, "available": money(known.available + 1_000), "currency": CURRENCY}
    _write(simulation, planted, "StatementMade", {"account": planted.account, **amounts})


def released_unheld(simulation: Simulation, planted: Planted) -> None:
    """A reservation is released for a transfer that never was."""
    transfer = simulation.traffic.next_transfer()
    facts = {"transfer": transfer, "amount": "75.00", "currency": CURRENCY, "route": "clearing"}
    known = simulation.load(Account, planted.account)
    planted.also = f"transfer:{transfer}"
    simulation.write(known, None, transfer, (("ReservationReleased", facts),), Slip(), planted)


def _deposit(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": CURRENCY, "channel": "branch"}


def _write(
    simulation: Simulation, planted: Planted, type_: str, facts: dict[str, str], slip: Slip = HONEST
) -> None:
    simulation.write(simulation.load(Account, planted.account), None, None, ((type_, facts),), slip, planted)
