"""What people do all day: it picks who pays whom what. The past and the live bank are driven by the same choices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from msgspec.structs import replace

from demobank import adapter, cards, core, exchange, identity, people
from demobank.adapter import Arrival
from demobank.aggregates import Account
from demobank.cards import Purchase
from demobank.core import Order
from demobank.exchange import Deal
from demobank.people import Party, Person
from demobank.work import ADAPTER, CORE, DIGITS, Fate, Sale, Work

Act = Callable[[Work], None]
EMPLOYEES = 3  # every third customer has a salary
STRANGERS = 600
SHOPS = 60
SECOND = 1_000_000
FLOW_EVENTS_MAX = 20  # no flow but a batch writes more


@dataclass(frozen=True, slots=True)
class Flow:
    """Something that somebody does: a piece of work for one service."""

    service: str
    act: Act


@dataclass(slots=True)
class Traffic:
    """Who there is, and what they do next. `quiet` accounts take no part any more."""

    seed: str
    random: Random
    customers: list[Person] = field(default_factory=list)
    accounts: list[tuple[Person, str]] = field(default_factory=list)
    travellers: list[Person] = field(default_factory=list)  # those with an account in another currency
    closed: list[str] = field(default_factory=list)
    quiet: set[str] = field(default_factory=set)
    numbers: int = 0
    left: int | None = None  # microseconds in which all that is begun must be over
    batches: int = 0

    def register(self) -> Flow:
        """The next customer; known to the traffic from now on."""
        person = people.person(self.seed, len(self.customers))
        self.know(person)
        return Flow(CORE, lambda work: core.register(work, person))

    def know(self, person: Person) -> None:
        self.customers.append(person)
        self.accounts.extend((person, account) for account in person.accounts)
        if person.foreign is not None:
            self.travellers.append(person)

    def next_number(self) -> int:
        """Transfers, card payments and exchanges are numbered together, from one."""
        self.numbers += 1
        return self.numbers

    def next_transfer(self) -> str:
        return identity.transfer_key(self.seed, self.next_number())

    def next_flow(self) -> Flow:
        """Mostly transfers out, inside and in; sometimes what an account does alone."""
        lot = self.random.random() * _TOTAL
        for weight, choice in _CHOICES:
            lot -= weight
            if lot < 0:
                return choice(self)
        return self.deposit()

    def someone(self) -> tuple[Person, str]:
        """A customer and one of their accounts that is not quiet."""
        while True:
            person, account = self.accounts[int(self.random.random() * len(self.accounts))]
            if account not in self.quiet:
                return person, account

    def amount(self) -> int:
        """Minor units: many small amounts, some round ones, a few large ones."""
        lot = self.random.random()
        units = int(2_500 + 180_000 * lot**3)
        return units // 10_000 * 10_000 + 10_000 if lot > 0.6 else units

    def deposit(self) -> Flow:
        _, account = self.someone()
        units = 20_000 + self.amount() * 3
        return Flow(CORE, lambda work: _enter(work, account, "Deposited", units, channel="branch"))

    def fee(self) -> Flow:
        _, account = self.someone()
        return Flow(CORE, lambda work: _enter(work, account, "FeeCharged", 2_500, fee="monthly"))

    def reversal(self) -> Flow:
        _, account = self.someone()

        def act(work: Work) -> None:
            if core.enter(work, account, "FeeCharged", 1_500, fee="reminder"):
                core.reverse_fee(work, account)

        return Flow(CORE, act)

    def correction(self) -> Flow:
        _, account = self.someone()
        number = int(self.random.random() * 9_000)
        reason = f"A deposit of the branch was entered with the wrong amount, case {number}"
        by, approver = f"E-{100 + number % 40}", f"E-{200 + number % 30}"
        facts = {"direction": "credit", "reason": reason, "by": by, "approved_by": approver}
        return Flow(CORE, lambda work: _enter(work, account, "Corrected", 5_000 + number, **facts))

    def limit(self) -> Flow:
        _, account = self.someone()
        return Flow(CORE, lambda work: _enter(work, account, "LimitChanged", 2_500_000))

    def move(self) -> Flow:
        person, _ = self.someone()
        lot = int(self.random.random() * 1_000)
        street, town = people.address(self.seed, person.number, lot), people.TOWNS[lot % len(people.TOWNS)]
        return Flow(CORE, lambda work: core.move_home(work, person.customer, street, town))

    def screening(self) -> Flow:
        _, account = self.someone()
        return Flow(CORE, lambda work: core.freeze(work, account))

    def closing(self) -> Flow:
        """An empty savings account is closed; transfers to it fail from then on."""
        person, account = self.someone()
        if account == person.accounts[0] or len(self.closed) > len(self.accounts) // 20:
            return self.deposit()

        def act(work: Work) -> None:
            core.close(work, account)
            if work.load(Account, account).state == "closed" and account not in self.quiet:
                self.quiet.add(account)
                self.closed.append(account)

        return Flow(CORE, act)

    def transfer_out(self) -> Flow:
        person, account = self.someone()
        receiver = people.stranger(self.seed, int(self.random.random() * STRANGERS))
        return self.order(person, account, receiver, None)

    def transfer_inside(self) -> Flow:
        person, account = self.someone()
        other, inside = self.someone()
        if self.closed and self.random.random() < 0.04:
            inside = self.closed[int(self.random.random() * len(self.closed))]
        if inside == account:
            return self.transfer_out()
        return self.order(person, account, Party(other.name, None, people.own_iban(inside)), inside)

    def card_payment(self) -> Flow:
        """Somebody pays at a till; now and then more than they have."""
        person, account = self.someone()
        payment = identity.payment_key(self.seed, self.next_number())
        wanted, dares = 1_500 + self.amount() // 2, self.random.random() < 0.06
        shop = people.shop(int(self.random.random() * SHOPS))

        def act(work: Work) -> None:
            available = work.load(Account, account).available
            units = wanted if dares or wanted <= available else available // 4
            if units > 0:
                cards.pay(work, Purchase(payment, account, person.customer, person.card, shop, units))

        return Flow(CORE, act)

    def currency_exchange(self) -> Flow:
        """A traveller buys another currency, or sells some of it back; kronor stay, for bills in Sweden."""
        key, lot, size = self.next_number(), self.random.random(), self.random.random()
        person = self.travellers[int(lot * len(self.travellers))] if self.travellers else None
        if person is None or person.foreign is None or person.accounts[0] in self.quiet:
            return self.deposit()
        home, (abroad, currency) = person.accounts[0], person.foreign
        sells = currency != "SEK" and lot * 1_000 % 1 < 0.3
        seller, buyer = (abroad, home) if sells else (home, abroad)

        def act(work: Work) -> None:
            available = work.load(Account, seller).available
            units = int(available * (0.05 + 0.4 * size if size < 0.95 else 1 + size))
            least = 10 ** DIGITS[currency] if sells else 5_000
            if units >= least:
                exchange.order(work, Deal(identity.deal_key(self.seed, key), person.customer, seller, buyer, units))

        return Flow(CORE, act)

    def statement(self) -> Flow:
        _, account = self.someone()
        return Flow(CORE, lambda work: core.state_balance(work, account))

    def order(self, person: Person, account: str, receiver: Party, inside: str | None) -> Flow:
        """A customer's order; they seldom try to pay more than they have."""
        transfer, wanted = self.next_transfer(), self.amount()
        dares, reference = self.random.random() < 0.08, self.reference()
        channel = self.random.choice(("app", "app", "web"))

        def act(work: Work) -> None:
            available = work.load(Account, account).available
            units = wanted if dares or wanted <= available else available // 3
            payer = (transfer, account, person.customer, person.name)
            if units > 0:
                core.start_transfer(work, Order(*payer, units, receiver, inside, reference, channel))

        return Flow(CORE, act)

    def reference(self) -> str:
        return f"{self.random.choice(people.NOTES)} {1_000 + int(self.random.random() * 9_000)}"

    def transfer_in(self) -> Flow:
        _, account = self.someone()
        if self.closed and self.random.random() < 0.02:
            account = self.closed[int(self.random.random() * len(self.closed))]
        sender = people.stranger(self.seed, int(self.random.random() * STRANGERS))
        arrival = self.arrival(sender, account, self.amount())
        lot = self.random.random()
        if lot < 0.02 and (self.left is None or self.left > adapter.CLERK + MINUTE):
            arrival = replace(arrival, iban=sender.iban, clerk="matches" if lot < 0.014 else "gives up")
        return Flow(ADAPTER, lambda work: adapter.receive(work, arrival))

    def arrival(self, sender: Party, account: str, units: int) -> Arrival:
        return Arrival(self.next_transfer(), account, people.own_iban(account), units, sender, self.reference())

    def salaries(self, employer: int, employers: int) -> Flow:
        """One firm's payday: a batch of payments to those of the customers who work there."""
        payer = people.employer(employer)
        staff = self.customers[employer * EMPLOYEES :: employers * EMPLOYEES]
        arrivals = [self.arrival(payer, one.accounts[0], 1_800_000 + one.number * 7_919 % 1_600_000) for one in staff]
        self.batches += 1
        batch = f"B-{self.batches:05d}"
        return Flow(ADAPTER, lambda work: adapter.receive_batch(work, batch, payer, arrivals))


def _enter(work: Work, account: str, type_: str, units: int, **facts: str) -> None:
    core.enter(work, account, type_, units, **facts)


_CHOICES: tuple[tuple[float, Callable[[Traffic], Flow]], ...] = (
    (40, Traffic.transfer_out),
    (16, Traffic.transfer_inside),
    (22, Traffic.transfer_in),
    (11, Traffic.deposit),
    (9, Traffic.card_payment),
    (2, Traffic.currency_exchange),
    (2, Traffic.statement),
    (7, Traffic.fee),
    (1.0, Traffic.limit),
    (1.0, Traffic.move),
    (0.7, Traffic.reversal),
    (2.5, Traffic.closing),
    (0.4, Traffic.screening),
    (0.2, Traffic.correction),
)
_TOTAL = sum(weight for weight, _ in _CHOICES)
REFUSALS = ("the account is closed", "the account is unknown", "the receiving bank refused")


def fate(seed: str, transfer: str) -> Fate:
    """The clearing answers most in seconds, some only after being asked again, and refuses one in thirty."""
    lot = identity.digest(seed, "fate", transfer)
    share, part = lot % 1_000, lot // 1_000 % 1_000
    delay = 400_000 + part * 3_600
    if share < 40:
        delay = 33 * SECOND + part * 24_000 if share < 28 else 64 * SECOND + part * 24_000
    return Fate(delay, REFUSALS[part % len(REFUSALS)] if lot // 1_000_000 % 30 == 0 else None)


MINUTE = 60 * SECOND
GRACE = 2 * 3_600 * SECOND  # after the hold's end, when a late capture comes
_QUICK = ((20 * SECOND, "capture"),)


def sale(seed: str, payment: str, left: int | None = None) -> Sale:
    """Most shops capture within hours, some a part, some not at all, and a few when the hold is gone.

    `left`: all of it must be over within so many microseconds; else the shop captures at once.
    """
    lot = identity.digest(seed, "sale", payment)
    share, part = lot % 1_000, lot // 1_000 % 1_000
    if share < 30:
        return Sale((), ("54", "57", "05")[part % 3])
    soon = (20 + part % 40) * SECOND if part < 600 else part * 12 * SECOND
    acts: tuple[tuple[int, str], ...] = ((soon, "capture"),)
    if share < 60:
        acts = ()
    elif share < 90:
        acts = ((cards.HOLD + GRACE + soon, "capture"),)
    elif share < 130:
        acts = ((soon, "part"), (10 * MINUTE + soon, "capture"))
    elif share < 170:
        acts = ((soon, "part"), (10 * MINUTE + soon, "rest"))
    elif share < 220:
        acts = ((soon, "reverse"),)
    needed = sum(delay for delay, _ in acts) if acts else cards.HOLD
    return Sale(_QUICK if left is not None and needed + MINUTE > left else acts)
