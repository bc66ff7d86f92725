"""What follows the bank's days: transfers to Sweden and standing orders, with accounts that serve for nothing else.

Days depend on when a history ends. On accounts of their own, they change nothing of what the rest of the bank does.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from demobank import core, identity, people, standing
from demobank.bank_days import DANISH, SWEDISH
from demobank.core import Order
from demobank.people import Person
from demobank.standing import Standing
from demobank.work import Message

if TYPE_CHECKING:
    from demobank.simulation import Simulation

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
FIRST_NUMBER = 3_000_000_000  # transfers to Sweden are numbered from here, so that no other's number depends on days
SWEDES = 200
ORDERS = 2  # to Sweden, of each account in Swedish kronor
ORDER_EVENTS, RUN_EVENTS = 12, 13
SETTLED_WITHIN = 2 * HOUR
PERIODS = {"week": 7.0, "month": 30.4}
STARTING = {"SEK": 6_000_000, "JPY": 350_000, "BHD": 2_500_000}  # minor units that the accounts begin with


def swedish_order(seed: str, number: int, person: Person) -> Order | None:
    """A bill in Sweden, as it follows from its number."""
    if person.foreign is None or person.foreign[1] != "SEK":
        return None
    lot = identity.digest(seed, "swedish order", number)
    receiver = people.swede(seed, lot % SWEDES)
    units = 20_000 + lot // 512 % 400_000
    key, reference = identity.transfer_key(seed, number), f"faktura {1_000 + lot // 8 % 9_000}"
    account = person.foreign[0]
    return Order(key, account, person.customer, person.name, units, receiver, None, reference, currency="SEK")


def standing_orders(seed: str, person: Person, now: int) -> list[Standing]:
    """The customer's bills, the first due in two days; of eight customers one pays by the week too."""
    if person.bills is None:
        return []
    first = DANISH.local(now).date() + timedelta(days=2)
    return [
        Standing(
            identity.standing_order_key(seed, person.bills, number),
            person.bills,
            person.customer,
            person.name,
            _bill(seed, person, every),
            people.biller(person.number + number),
            f"aftale {1 + identity.digest(seed, person.bills, number) % 90_000}",
            every,
            first,
        )
        for number, every in enumerate(_periods(person), 1)
    ]


def _periods(person: Person) -> tuple[str, ...]:
    return ("month", "week") if person.number % 320 == 2 else ("month",)


def _bill(seed: str, person: Person, every: str) -> int:
    units = 10_000 + identity.digest(seed, "bill", person.number) % 600_000
    return units if every == "month" else units // 20


class ByDay:
    """Plans them in a history. `promised` is how many events they will come to, whatever days there are."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self.promised = 0
        self.pending: list[tuple[int, Message]] = []  # what waits for a day after the end
        self._keys: set[str] = set()
        self._numbers = FIRST_NUMBER

    def follows(self, correlation: str | None) -> bool:
        return correlation in self._keys

    def accounts(self) -> set[str]:
        """The accounts that serve for nothing else."""
        known = self._simulation.traffic.customers
        return {key for one in known for key in (one.bills, one.foreign[0] if one.foreign else None) if key}

    def adopt(self, key: str) -> None:
        """A flow that was not planned here follows the bank's days too."""
        self._keys.add(key)

    def welcome(self, person: Person) -> None:
        """What a new customer will do by the bank's days, and the money for it."""
        simulation = self._simulation
        if person.foreign is not None:
            account, currency = person.foreign
            simulation.at(simulation.now + HOUR, lambda: self._deposit(account, STARTING[currency]))
        if f"account-{person.accounts[0]}" in simulation.planting.kept:
            return
        if person.foreign is not None and person.foreign[1] == "SEK":
            self._plan_orders(person)
        if person.bills is not None:
            self._plan_bills(person)

    def _deposit(self, account: str, units: int) -> None:
        core.enter(self._simulation, account, "Deposited", units, channel="branch")

    def _plan_orders(self, person: Person) -> None:
        simulation, begun = self._simulation, self._simulation.now + 2 * HOUR
        for number in range(ORDERS):
            share = identity.digest(simulation.seed, person.number, number) % 1_000
            time = begun + (simulation.length - begun) * (1_000 * number + share) // (1_000 * ORDERS)
            simulation.at(time, lambda: self._order(person))
            self.promised += ORDER_EVENTS

    def _order(self, person: Person) -> None:
        """What could not be settled before the history's end is not ordered."""
        simulation = self._simulation
        self._numbers += 1
        order = swedish_order(simulation.seed, self._numbers, person)
        opening = SWEDISH.opening(simulation.clock())
        if order is not None and opening + SETTLED_WITHIN < simulation.start + simulation.closing:
            self._keys.add(order.transfer)
            core.start_transfer(simulation, order)

    def _plan_bills(self, person: Person) -> None:
        simulation, account = self._simulation, person.bills
        assert account is not None
        periods = _periods(person)
        need = sum(_bill(simulation.seed, person, every) * (4 if every == "week" else 1) for every in periods)
        units = need * (7 if person.number % 3 else 4) // 6  # every third pays in too little
        for time in range(simulation.now + HOUR, simulation.closing, 30 * DAY):
            simulation.at(time, lambda: self._deposit(account, units))
        simulation.at(simulation.now + 2 * HOUR, lambda: self._begin(person))
        days = (simulation.length - simulation.now) / DAY
        share = 0.9 if person.number % 3 else 0.75  # some are cancelled, some are skipped
        self.promised += round(sum(RUN_EVENTS * (share * days / PERIODS[every] + 0.5) for every in periods))

    def _begin(self, person: Person) -> None:
        simulation = self._simulation
        for number, order in enumerate(standing_orders(simulation.seed, person, simulation.clock())):
            self._keys.add(order.standing_order)
            standing.create(simulation, order)
            if identity.digest(simulation.seed, order.standing_order) % 5 == 0:
                time = simulation.now + (simulation.length - simulation.now) * (3 + number) // 5
                simulation.at(time, lambda order=order: self._cancel(order))  # type: ignore[misc]

    def _cancel(self, order: Standing) -> None:
        standing.cancel(self._simulation, order.standing_order, order.account)

    def keeps(self, time: int, message: Message) -> bool:
        """Whether the message is for a day after the end. A run's transfer follows the days as its order does."""
        simulation = self._simulation
        if message.type == "StandingOrderDue":
            self._keys.add(identity.run_key(simulation.seed, message.correlation, message.body["run"]))
            if time >= simulation.closing:
                self.pending.append((simulation.start + time, message))
            return time >= simulation.closing
        return time >= simulation.length
