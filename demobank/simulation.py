"""The bank on a simulated clock: the real handlers, run in the order of their times, give a history row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from random import Random
from typing import Any

import msgspec

from demobank import core, identity
from demobank.aggregates import Account
from demobank.by_day import ByDay
from demobank.fault import Planted, Slip
from demobank.handlers import HANDLERS
from demobank.planting import Planting, Stroke
from demobank.traffic import FLOW_EVENTS_MAX, Flow, Traffic, fate, sale
from demobank.work import CORE, Aggregate, Fact, Fate, Kind, Message, Row, Sale

SECOND = 1_000_000
DAY = 86_400 * SECOND
QUIET = 900 * SECOND  # before its end no flow starts, so that none is in flight then
MEAN_FLOW = 9.0
EVENTS_A_CUSTOMER = 66
NOTHING = Slip()
HANDLING = {type_: handler for handlers in HANDLERS.values() for type_, handler in handlers.items()}
encode = msgspec.json.Encoder().encode


class Simulation:
    """Work for both services at once. `rows` and `messages` hold what the last act wrote, until they are taken."""

    def __init__(
        self, seed: str, events: int, start: int, days: int, faults: Mapping[str, int], together: Sequence[Stroke] = ()
    ) -> None:
        self.seed, self.target, self.start, self.length = seed, events, start, days * DAY
        self.random = Random(f"history/{seed}")
        self.traffic = Traffic(seed, self.random)
        self.by_day = ByDay(self)
        self.planting = Planting(self, faults, together)
        self.rows: list[Row] = []
        self.messages: list[tuple[str, Message, int]] = []
        self.now = 0
        self.last = 0
        self.written = 0
        self.closing = self.length - QUIET
        self._elsewhere = 0  # events written, and messages under way, of what follows the bank's days
        self._waiting_elsewhere = 0
        self._teller = CORE  # the service that wrote last: it is the one that tells
        self._known: dict[str, Aggregate] = {}
        self._queue: list[tuple[int, int, Message | Callable[[], None]]] = []
        self._number = 0

    def run(self) -> Iterator[Row]:
        """Every event of the history, in the order of its recording."""
        self._plan()
        while self._queue:
            self.now, _, item = heappop(self._queue)
            if isinstance(item, Message):
                self._waiting_elsewhere -= self.by_day.follows(item.correlation)
                HANDLING[item.type](self, item)
            else:
                item()
            if self.rows:
                yield from self.rows
                self.rows.clear()

    def at(self, time: int, act: Callable[[], None]) -> None:
        self._push(time, act)

    def _push(self, time: int, item: Message | Callable[[], None]) -> None:
        self._number += 1
        heappush(self._queue, (time, self._number, item))

    # ---- what is planned: customers, paydays, faults, and flows as far as there is room for them

    def _plan(self) -> None:
        people_count = max(12, self.target // EVENTS_A_CUSTOMER)
        for number in range(people_count):
            early = number < people_count * 7 // 10
            share = number / people_count * 0.14 if early else 0.1 + 0.75 * self.random.random()
            self.at(int(share * self.length), self._welcome)
        self._plan_paydays(people_count)
        self.planting.plan(self.length)
        self.at(self.length // 200, self._flow)
        self.at(self.length - QUIET * 9 // 10, self._fill)

    def _plan_paydays(self, people_count: int) -> None:
        employers = people_count // 90 + 1
        days = self.length // DAY
        every = 30 if days > 60 else max(4, days // 3)
        for day in range(days // 6 + 2, days - 1, every):
            for employer in range(employers):
                time = day * DAY + employer * 37 * SECOND
                self.at(time, lambda employer=employer: self._payday(employer, employers))  # type: ignore[misc]

    def _welcome(self) -> None:
        if self.room() > FLOW_EVENTS_MAX:
            person = len(self.traffic.customers)
            self._do(self.traffic.register())
            first = self.traffic.customers[person].accounts[0]
            self.at(self.now + 3_600 * SECOND, lambda: self._first_deposit(first))
            self.by_day.welcome(self.traffic.customers[person])

    def _first_deposit(self, account: str) -> None:
        units = 500_000 + identity.digest(self.seed, account) % 4_000_000
        if self.room() > FLOW_EVENTS_MAX:
            core.enter(self, account, "Deposited", units, channel="branch")

    def _payday(self, employer: int, employers: int) -> None:
        staff = len(self.traffic.customers) // (employers * 3) + 2
        if self.room() > 6 * staff + FLOW_EVENTS_MAX:
            self._do(self.traffic.salaries(employer, employers))

    def room(self) -> int:
        """How many events may still be written, with what is in flight counted generously."""
        return self._left() - (len(self._queue) - self._waiting_elsewhere) // 2 - FLOW_EVENTS_MAX

    def _left(self) -> int:
        """Events to come besides those that follow the bank's days, which must change nothing of the others."""
        return self.target - (self.written - self._elsewhere) - self.by_day.promised

    def _flow(self) -> None:
        """Start one flow and choose the next one's time, so that events and time run out together."""
        end = self.closing
        left = max(1.0, self._left() / MEAN_FLOW)
        gap = (end - self.now) / left * _rhythm(self.length - self.now) * 2 * self.random.random()
        self.traffic.left = end - self.now
        if self.traffic.accounts and self.room() > FLOW_EVENTS_MAX * 2:
            self._do(self.traffic.next_flow())
        after = self.now + max(1_000, int(gap))
        if after < end:
            self.at(after, self._flow)

    def _fill(self) -> None:
        """Deposits at the counter, up to the very number and to the very end."""
        missing, span = self.target - self.written, self.length - self.now - SECOND
        for number in range(missing):
            self.at(self.now + span * (number + 1) // missing, self._small_deposit)

    def _small_deposit(self) -> None:
        while True:
            _, account = self.traffic.someone()
            if core.enter(self, account, "Deposited", 10_000 + self.written % 97 * 500, channel="branch"):
                return

    def _do(self, flow: Flow) -> None:
        flow.act(self)

    # ---- Work: what the handlers ask for

    def load(self, kind: type[Kind], key: str) -> Kind:
        known = self._known.get(kind.prefix + key)
        return known if known is not None else kind(key)  # type: ignore[return-value]

    def clock(self) -> int:
        return self.start + self.now

    def sale(self, payment: str) -> Sale:
        planted = self.planting.watched.get(payment)
        return planted.sale if planted is not None else sale(self.seed, payment, self.closing - self.now)

    def fate(self, transfer: str) -> Fate:
        planted = self.planting.watched.get(transfer)
        return planted.fate if planted is not None else fate(self.seed, transfer)

    def tell(self, type_: str, body: dict[str, Any], cause: str, correlation: str) -> None:
        planted = self.planting.watched.get(correlation)
        if planted is not None:
            type_, body = planted.told(type_, body)
        message = Message(f"{cause}/{type_}", type_, body, cause, correlation)
        self.messages.append((self._teller, message, self.start + self.last))
        self._send(type_, body, cause, correlation, 3_000 + int(cause[:8], 16) % 35_000)

    def later(self, delay: int, type_: str, body: dict[str, Any], cause: str, correlation: str) -> None:
        self._send(type_, body, cause, correlation, delay)

    def _send(self, type_: str, body: dict[str, Any], cause: str, correlation: str, delay: int) -> None:
        planted = self.planting.watched.get(correlation)
        if planted is not None:
            if planted.drops(type_):
                return
            delay += planted.delay(type_)
        message = Message(f"{cause}/{type_}", type_, body, cause, correlation)
        if not self.by_day.keeps(self.last + delay, message):
            self._waiting_elsewhere += self.by_day.follows(correlation)
            self._push(self.last + delay, message)

    def append(self, aggregate: Aggregate, cause: str | None, correlation: str | None, *facts: Fact) -> str:
        planted = self.planting.watched.get(correlation) if correlation else None
        if planted is None:
            return self.write(aggregate, cause, correlation, facts, NOTHING, None)
        written = [
            self.write(aggregate, cause, correlation, some, slip, planted)
            for some, slip in planted.appends(aggregate, facts)
        ]
        return written[0]

    def write(
        self,
        aggregate: Aggregate,
        cause: str | None,
        correlation: str | None,
        facts: tuple[Fact, ...],
        slip: Slip,
        planted: Planted | None,
    ) -> str:
        """One append, as it is recorded; `slip` is what goes wrong with it."""
        stream, service, identifier = aggregate.stream, aggregate.service, ""
        self.last = max(self.now + 1_500 + identity.digest(stream, aggregate.version) % 8_000, self.last + 4)
        occurred = self.start + self.now - slip.backdated - slip.early
        recorded = self.start + self.last - slip.early
        causation = slip.cause or (cause if planted is not None or knows_causes(self.seed, stream) else None)
        aggregate.version += slip.gap
        for type_, data in facts:
            aggregate.apply(type_, data)
            version, payload = aggregate.version, slip.payload or encode(data)
            identifier = slip.id or identity.event_id(self.seed, stream, version)
            row = Row(service, stream, version, type_, identifier, payload, correlation, causation, occurred, recorded)
            self.rows.append(row)
        self.written += len(facts)
        self._elsewhere += len(facts) * self.by_day.follows(correlation)
        self._teller = service
        self._remember(aggregate, planted, len(facts))
        return identifier

    def deliver_again(self, row: Row) -> None:
        """As a topic or file may hold it, and no store: the same identifier once more."""
        self.rows.append(row)
        self.written += 1

    def _remember(self, aggregate: Aggregate, planted: Planted | None, count: int) -> None:
        """Keep what later acts and the answer key need, and no more: what is over is forgotten."""
        stream, new = aggregate.stream, self.rows[-count:] if count else []
        if planted is not None:
            planted.rows.extend(new)
        if stream in self.planting.kept:
            self.planting.kept[stream].extend(new)
        if planted is None and not isinstance(aggregate, Account) and aggregate.is_over():
            self._known.pop(stream, None)
        else:
            self._known[stream] = aggregate

    def account(self, key: str) -> Account:
        return self.load(Account, key)


def knows_causes(seed: str, stream: str) -> bool:
    """An older client library writes no causation: one stream in forty, chosen by its name."""
    return identity.digest(seed, "causes", stream) % 40 != 0


def _rhythm(before_end: int) -> float:
    """How long the pauses are at this hour, if the history ends at one in the afternoon."""
    hour = (13 - before_end / (3_600 * SECOND)) % 24
    return 0.55 if 7 <= hour < 17 else 1.0 if 17 <= hour < 23 else 5.0
