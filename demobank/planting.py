"""When and to whom the faults of a history happen; all of it follows from the seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from demobank import adapter, core, identity, people
from demobank.adapter import Arrival
from demobank.core import Order
from demobank.faults import DAY, FAULTS, HOUR, Fault, Planted
from demobank.people import Party, Person
from demobank.work import Fate, Row, Work

if TYPE_CHECKING:
    from demobank.simulation import Simulation

AMOUNT = 50_000
FOLLOWED = 5  # customers followed for each fault, from whom its victim is chosen


class Planting:
    """`watched` are the transfers that go wrong, `kept` the streams whose rows the answer key needs."""

    def __init__(self, simulation: Simulation, counts: Mapping[str, int]) -> None:
        unknown = sorted(set(counts) - set(FAULTS))
        if unknown:
            raise ValueError(f"there is no fault {unknown[0]!r}; there are: {', '.join(FAULTS)}")
        self._simulation = simulation
        self._wanted = [FAULTS[name] for name in FAULTS for _ in range(counts.get(name, 0))]
        self._victims: set[str] = set()
        self.planted: list[Planted] = []
        self.watched: dict[str, Planted] = {}
        self.kept: dict[str, list[Row]] = {}

    def plan(self, length: int) -> None:
        """Spread the faults over the time from the first customers to some days before the end."""
        first, last = length // 4, length - 3 * DAY
        seed, count = self._simulation.seed, len(self._wanted)
        order = sorted(self._wanted, key=lambda fault: identity.digest(seed, fault.name))
        order = order[::2] + order[1::2]
        for place, fault in enumerate(order):
            time = first + (last - first) * (2 * place + 1) // (2 * count)
            self._simulation.at(time, lambda fault=fault: self._choose(fault))  # type: ignore[misc]
        self._follow([people.person(seed, len(people.NASTY_NAMES) + number) for number in range(count * FOLLOWED)])

    def _follow(self, followed: list[Person]) -> None:
        """Keep their rows from the first day; some savings accounts stay empty for the faults that need one."""
        for person in followed:
            for stream in (f"customer-{person.customer}", *(f"account-{account}" for account in person.accounts)):
                self.kept[stream] = []
        empty = sum(fault.strikes_empty for fault in self._wanted)
        savings = [person.accounts[1] for person in followed if len(person.accounts) > 1]
        self._simulation.traffic.quiet.update(savings[:empty])

    def _choose(self, fault: Fault) -> None:
        """The victim begins nothing new; an hour later all that was begun is over, and it strikes."""
        person, account = self._victim(fault)
        subject = {"account": account, "customer": person.customer}.get(fault.kind, "")
        fate = Fate(1_500_000, "the account is closed" if fault.flow == "refused" else None)
        planted = Planted(fault, person, account, subject, fate)
        self.planted.append(planted)
        self._victims.add(person.customer)
        self._simulation.traffic.quiet.update(person.accounts, person.foreign[:1] if person.foreign else ())
        self._simulation.at(self._simulation.now + HOUR, lambda: self._strike(planted))

    def _victim(self, fault: Fault) -> tuple[Person, str]:
        for person in self._simulation.traffic.customers:
            account = person.accounts[-1] if fault.strikes_empty else person.accounts[0]
            is_followed = f"account-{account}" in self.kept and person.customer not in self._victims
            if is_followed and self._is_fit(fault, person, account):
                return person, account
        raise ValueError(f"nobody is left for the fault {fault.name}: plant fewer faults, or write more events")

    def _is_fit(self, fault: Fault, person: Person, account: str) -> bool:
        known = self._simulation.account(account)
        if known.state != "open" or known.holds:
            return False
        if fault.strikes_empty:
            return not known.available and account in self._simulation.traffic.quiet
        return known.available > 2 * AMOUNT and person.accounts[-1] not in self._simulation.traffic.quiet

    def _strike(self, planted: Planted) -> None:
        if planted.fault.strike is not None:
            planted.fault.strike(self._simulation, planted)
            return
        begin = _incoming if planted.fault.flow == "incoming" else _order
        key, act = begin(self._simulation, planted)
        planted.subject = key
        self.watched[key] = planted
        act(self._simulation)


def _incoming(simulation: Simulation, planted: Planted) -> tuple[str, Callable[[Work], None]]:
    arrival: Arrival = simulation.traffic.arrival(people.stranger(simulation.seed, 7), planted.account, AMOUNT)
    planted.borrowed = simulation.planting.kept[f"customer-{planted.person.customer}"][0]
    return arrival.transfer, lambda work: adapter.receive(work, arrival)


def _order(simulation: Simulation, planted: Planted) -> tuple[str, Callable[[Work], None]]:
    """The transfer that goes wrong, ordered the honest way."""
    traffic, person, account = simulation.traffic, planted.person, planted.account
    receiver, inside = people.stranger(simulation.seed, identity.digest(account) % 600), None
    if planted.fault.flow == "inside":
        others = ((one, key) for one, key in traffic.accounts if one is not person)
        other, inside = next((one, key) for one, key in others if simulation.account(key).state == "open")
        receiver = Party(other.name, None, people.own_iban(inside))
    order = Order(
        traffic.next_transfer(), account, person.customer, person.name, AMOUNT, receiver, inside, traffic.reference()
    )
    return order.transfer, lambda work: core.start_transfer(work, order)
