"""The live bank: both services and the people's traffic, each a thread with connections of its own."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from random import Random

import psycopg

from demobank import by_day, core, people, standing, store
from demobank.aggregates import StandingOrder
from demobank.handlers import HANDLERS
from demobank.history import SEED
from demobank.loading import loaded
from demobank.people import Person
from demobank.service import Service
from demobank.traffic import Flow, Traffic
from demobank.work import CORE, Work

EVENTS_A_FLOW = 9
IDLE_SECONDS = 0.05
FIRST_CUSTOMERS = 12
BY_DAY = 0.05  # share of flows that follow the bank's days
NEW_CUSTOMER = 0.01  # share of flows that are somebody becoming a customer


class LiveTraffic(Traffic):
    """Traffic whose running numbers come from the bank's own sequence, so that restarts never use one twice."""

    def __init__(self, seed: str, connection: psycopg.Connection) -> None:
        super().__init__(seed, Random())
        self._connection = connection
        self._meet_everybody()

    def next_number(self) -> int:
        row = self._connection.execute("select nextval('bank.number')").fetchone()
        assert row is not None, "a sequence always has a next number"
        return int(row[0])

    def by_day(self) -> Flow:
        """What follows the bank's days: a bill in Sweden, or standing orders where there are none yet."""
        person = self.random.choice(self.customers)
        order = by_day.swedish_order(self.seed, self.next_number(), person)
        if order is not None and order.account not in self.quiet:
            return Flow(CORE, lambda work: core.start_transfer(work, order))
        return Flow(CORE, lambda work: _begin_bills(work, person))

    def _meet_everybody(self) -> None:
        """The customers are those of the running numbers so far; closed and struck accounts take no part."""
        registered = "select count(*) from core.events where type = 'CustomerRegistered'"
        for (count,) in self._connection.execute(registered):
            for number in range(count):
                self.know(people.person(self.seed, number))
        closed = "select substr(stream, 9) from core.events where type = 'AccountClosed'"
        self.closed = [account for (account,) in self._connection.execute(closed)]
        self.quiet.update(self.closed)
        for (accounts,) in self._connection.execute("select quiet from bank.history"):
            self.quiet.update(accounts)


def live(url: str, events_a_second: float = 4.0, stop: threading.Event | None = None) -> None:
    """Go on from where the store stands until SIGTERM, SIGINT or `stop`; what is begun goes on at the next start.

    Raises the first error that a part met, after all have stopped.
    """
    end = stop or _stopped_by_signal()
    seed = _seed_of(url)
    services = [Service(url, name, handlers, seed) for name, handlers in HANDLERS.items()]
    with ThreadPoolExecutor(len(services) + 1, "demobank") as pool:
        parts = [pool.submit(_guarded, end, partial(_serve, service, end)) for service in services]
        parts.append(pool.submit(_guarded, end, partial(_drive, url, seed, events_a_second, end)))
    for part in parts:
        part.result()


def _seed_of(url: str) -> str:
    with store.connect(url) as connection:
        store.prepare(connection)
        known = loaded(connection)
    return known.seed if known else SEED


def _stopped_by_signal() -> threading.Event:
    end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end.set())
    return end


def _guarded(end: threading.Event, part: Callable[[], None]) -> None:
    """When one part stops, for whatever reason, all do."""
    try:
        part()
    finally:
        end.set()


def _serve(service: Service, end: threading.Event) -> None:
    with closing(service):
        while not end.is_set():
            if not service.step():
                end.wait(IDLE_SECONDS)


def _drive(url: str, seed: str, events_a_second: float, end: threading.Event) -> None:
    """People at their phones, at a steady rate on the average."""
    commanded = {name: Service(url, name, {}, seed) for name in HANDLERS}
    with ExitStack() as open_:
        connection = open_.enter_context(store.connect(url))
        for service in commanded.values():
            open_.enter_context(closing(service))
        connection.autocommit = True
        traffic = LiveTraffic(seed, connection)
        while not end.is_set():
            flow = _next_flow(traffic)
            commanded[flow.service].perform(flow.act)
            end.wait(EVENTS_A_FLOW / events_a_second * 2 * traffic.random.random())


def _next_flow(traffic: LiveTraffic) -> Flow:
    """A first few customers where there are none, now and then one more, else what customers do."""
    lot = traffic.random.random()
    if len(traffic.customers) < FIRST_CUSTOMERS or lot < NEW_CUSTOMER:
        return traffic.register()
    return traffic.by_day() if lot > 1 - BY_DAY else traffic.next_flow()


def _begin_bills(work: Work, person: Person) -> None:
    """Their account for bills gets its money first; an order that stands already is not made twice."""
    for order in by_day.standing_orders(work.seed, person, work.clock()):
        if work.load(StandingOrder, order.standing_order).may("Created"):
            core.enter(work, order.account, "Deposited", 3 * order.units, channel="branch")
            standing.create(work, order)
