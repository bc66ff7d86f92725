"""When and to whom the faults of a history happen; all of it follows from the seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from demobank import adapter, cards, core, exchange, identity, people
from demobank.adapter import Arrival
from demobank.by_day import ORDER_EVENTS
from demobank.cards import Purchase
from demobank.core import Order
from demobank.exchange import Deal
from demobank.fault import DAY, HOUR, Fault, Planted
from demobank.faults import FAULTS
from demobank.people import Party, Person
from demobank.work import Fate, Row, Sale, Work

if TYPE_CHECKING:
    from demobank.simulation import Simulation

AMOUNT = 50_000
FOLLOWED = 5  # customers followed for each stroke, from whom its victim is chosen
STRIKES_MAX = 3  # on one victim, where there are not enough
Stroke = tuple[str, ...]  # the faults that strike one victim, one after the other
Begun = tuple[str, Callable[[Work], None]]


class Planting:
    """`watched` are the flows that go wrong, `kept` the streams whose rows the answer key needs."""

    def __init__(self, simulation: Simulation, counts: Mapping[str, int], together: Sequence[Stroke] = ()) -> None:
        strokes = [(name,) for name in FAULTS for _ in range(counts.get(name, 0))]
        named = {*counts, *(name for stroke in together for name in stroke)}
        if unknown := sorted(named - set(FAULTS)):
            raise ValueError(f"there is no fault {unknown[0]!r}; there are: {', '.join(FAULTS)}")
        self._simulation = simulation
        self._strokes: list[Sequence[Fault]] = [[FAULTS[name] for name in one] for one in (*strokes, *together)]
        self._struck: dict[str, int] = {}
        self.planted: list[Planted] = []
        self.watched: dict[str, Planted] = {}
        self.kept: dict[str, list[Row]] = {}

    def plan(self, length: int) -> None:
        """Spread the strokes over the time from the first customers to as long before the end as they need."""
        first, count = length // 4, len(self._strokes)
        seed = self._simulation.seed
        order = sorted(self._strokes, key=lambda stroke: identity.digest(seed, stroke[0].name))
        for place, stroke in enumerate(order[::2] + order[1::2]):
            last = max(first, length - max(fault.days for fault in stroke) * DAY)
            time = first + (last - first) * (2 * place + 1) // (2 * count)
            self._simulation.at(time, lambda stroke=stroke: self._choose(stroke))  # type: ignore[misc]
        flows = [fault.flow for stroke in self._strokes for fault in stroke]
        self._simulation.by_day.promised += ORDER_EVENTS * flows.count("sweden")
        self._follow([people.person(seed, len(people.NASTY_NAMES) + number) for number in range(count * FOLLOWED)])

    def age(self, account: str) -> int:
        """Of an account whose rows are kept, in microseconds."""
        return self._simulation.clock() - self.kept[f"account-{account}"][0].recorded

    def _follow(self, followed: list[Person]) -> None:
        """Keep their rows from the first day; some savings accounts stay empty for the faults that need one."""
        for person in followed:
            for stream in person.streams:
                self.kept[stream] = []
        empty = sum(stroke[0].strikes_empty for stroke in self._strokes)
        savings = [person.accounts[1] for person in followed if len(person.accounts) > 1]
        self._simulation.traffic.quiet.update(savings[:empty])

    def _choose(self, stroke: Sequence[Fault]) -> None:
        """The victim begins nothing new; an hour later all that was begun is over, and it strikes."""
        person, account = self._victim(stroke)
        ends = stroke[-1].ends_all
        self._struck[person.customer] = STRIKES_MAX if ends else self._struck.get(person.customer, 0) + 1
        self._simulation.traffic.quiet.update(person.accounts, person.foreign[:1] if person.foreign else ())
        for number, fault in enumerate(stroke, 1):
            planted = self._planted(fault, person, account)
            time = self._simulation.now + number * HOUR
            self._simulation.at(time, lambda planted=planted: self._strike(planted))  # type: ignore[misc]

    def _planted(self, fault: Fault, person: Person, account: str) -> Planted:
        subject = {"account": account, "customer": person.customer}.get(fault.kind, "")
        fate = Fate(1_500_000, "the account is closed" if fault.flow == "refused" else None)
        planted = Planted(fault, person, account, subject, fate, Sale(fault.acts))
        self.planted.append(planted)
        return planted

    def _victim(self, stroke: Sequence[Fault]) -> tuple[Person, str]:
        """Somebody whom nothing has struck yet; where nobody is left, somebody whom little has."""
        for struck in range(STRIKES_MAX):
            for person, account in self._fit(stroke):
                if self._struck.get(person.customer, 0) == struck:
                    return person, account
        raise ValueError(f"nobody is left for the fault {stroke[0].name}: plant fewer faults, or write more events")

    def _fit(self, stroke: Sequence[Fault]) -> Iterator[tuple[Person, str]]:
        flows = {fault.flow for fault in stroke}
        for person in self._simulation.traffic.customers:
            account = person.accounts[-1] if stroke[0].strikes_empty else person.accounts[0]
            abroad = person.foreign[1] if person.foreign else None
            can = ("exchange" not in flows or abroad) and ("sweden" not in flows or abroad == "SEK")
            if can and f"account-{account}" in self.kept and self._is_fit(stroke, person, account):
                yield person, account

    def _is_fit(self, stroke: Sequence[Fault], person: Person, account: str) -> bool:
        known, quiet = self._simulation.account(account), self._simulation.traffic.quiet
        if known.state != "open" or known.holds or self.age(account) < max(fault.age for fault in stroke):
            return False
        if stroke[0].strikes_empty:
            return not known.available and account in quiet
        is_kept_empty = person.accounts[-1] in quiet and person.customer not in self._struck
        return known.available > 2 * AMOUNT * len(stroke) and not is_kept_empty

    def _strike(self, planted: Planted) -> None:
        if planted.fault.strike is not None:
            planted.fault.strike(self._simulation, planted)
            return
        key, act = BEGIN[planted.fault.flow or ""](self._simulation, planted)
        planted.subject = key
        self.watched[key] = planted
        act(self._simulation)


def _incoming(simulation: Simulation, planted: Planted) -> Begun:
    arrival: Arrival = simulation.traffic.arrival(people.stranger(simulation.seed, 7), planted.account, AMOUNT)
    if planted.fault.borrows:
        planted.borrowed = simulation.planting.kept[f"customer-{planted.person.customer}"][0]
    return arrival.transfer, lambda work: adapter.receive(work, arrival)


def _outgoing(simulation: Simulation, planted: Planted) -> Begun:
    """The transfer that goes wrong, ordered the honest way; a twin is the second of two that are the same request."""
    receiver = people.stranger(simulation.seed, identity.digest(planted.account) % 600)
    order = _order(simulation, planted, planted.account, receiver)
    if planted.fault.twin:
        core.start_transfer(simulation, order)
        planted.borrowed = simulation.rows[-2]
        planted.also = f"transfer:{order.transfer}"
        order = replace(order, transfer=simulation.traffic.next_transfer(), request=core.request_of(order))
    return order.transfer, lambda work: core.start_transfer(work, order)


def _inside(simulation: Simulation, planted: Planted) -> Begun:
    others = ((one, key) for one, key in simulation.traffic.accounts if one is not planted.person)
    other, inside = next((one, key) for one, key in others if simulation.account(key).state == "open")
    order = _order(simulation, planted, planted.account, Party(other.name, None, people.own_iban(inside)), inside)
    return order.transfer, lambda work: core.start_transfer(work, order)


def _sweden(simulation: Simulation, planted: Planted) -> Begun:
    assert planted.person.foreign is not None, "the victim has an account in Swedish kronor"
    account, currency = planted.person.foreign
    order = replace(_order(simulation, planted, account, people.swede(simulation.seed, 3)), currency=currency)
    simulation.by_day.adopt(order.transfer)
    return order.transfer, lambda work: core.start_transfer(work, order)


def _order(
    simulation: Simulation, planted: Planted, account: str, receiver: Party, inside: str | None = None
) -> Order:
    key, person, reference = simulation.traffic.next_transfer(), planted.person, simulation.traffic.reference()
    return Order(key, account, person.customer, person.name, AMOUNT, receiver, inside, reference)


def _card(simulation: Simulation, planted: Planted) -> Begun:
    key = identity.payment_key(simulation.seed, simulation.traffic.next_number())
    shop = people.shop(identity.digest(planted.account) % 60)
    purchase = Purchase(key, planted.account, planted.person.customer, planted.person.card, shop, AMOUNT)
    return key, lambda work: cards.pay(work, purchase)


def _exchange(simulation: Simulation, planted: Planted) -> Begun:
    assert planted.person.foreign is not None, "the victim has an account in another currency"
    key = identity.deal_key(simulation.seed, simulation.traffic.next_number())
    deal = Deal(key, planted.person.customer, planted.account, planted.person.foreign[0], AMOUNT)
    return key, lambda work: exchange.order(work, deal)


BEGIN: dict[str, Callable[[Simulation, Planted], Begun]] = {
    "out": _outgoing,
    "refused": _outgoing,
    "inside": _inside,
    "incoming": _incoming,
    "sweden": _sweden,
    "card": _card,
    "exchange": _exchange,
}
