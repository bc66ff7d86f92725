"""A small history with every fault in it, generated once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from demobank import store
from demobank.handlers import HANDLERS
from demobank.history import simulation
from demobank.service import Service
from demobank.simulation import Simulation
from demobank.work import SERVICES, Row

EVENTS = 20_000
ANCHOR = 1_795_000_000_000_000


@dataclass(frozen=True)
class Past:
    """The rows of a history, and the simulation that made them."""

    rows: list[Row]
    run: Simulation

    def unstruck(self) -> list[Row]:
        """The rows that no fault has written."""
        struck = {id(row) for planted in self.run.planting.planted for row in planted.rows}
        return [row for row in self.rows if id(row) not in struck]

    def struck(self) -> set[str]:
        """The flows that a fault struck."""
        also = (planted.also for planted in self.run.planting.planted if planted.also)
        return {*self.run.planting.watched, *(key.partition(":")[2] for key in also)}

    def honest(self) -> list[Row]:
        """The rows of streams and transfers that no fault touched."""
        struck = {row.stream for planted in self.run.planting.planted for row in planted.rows}
        transfers = set(self.run.planting.watched)
        return [row for row in self.rows if row.stream not in struck and row.correlation not in transfers]


def make_past(seed: str = "tests", events: int = EVENTS, anchor: int = ANCHOR) -> Past:
    run = simulation(seed, events, anchor)
    return Past(list(run.run()), run)


def bring_forward(url: str) -> None:
    """The next timer becomes due, the later ones as much earlier; a standing order's days never end, so they stay."""
    honest = "where message->>'type' <> 'StandingOrderDue'"
    timers = " union all ".join(f"select due from {schema}.timer {honest}" for schema in store.SCHEMAS.values())
    with store.connect(url) as connection:
        wait = connection.execute(f"select min(due) - clock_timestamp() from ({timers}) t".encode()).fetchone()
        for schema in store.SCHEMAS.values():
            moved = f"update {schema}.timer set due = due - greatest(%s, interval '0') {honest}"
            connection.execute(moved.encode(), wait)


def handle_all(url: str, seed: str) -> None:
    """Handle all there is, with the timers' times brought forward."""
    services = [Service(url, name, HANDLERS[name], seed) for name in SERVICES]
    busy = True
    while busy:
        bring_forward(url)
        busy = any([service.step() for service in services])
    for service in services:
        service.close()


@pytest.fixture(scope="session")
def past() -> Past:
    return make_past()


@pytest.fixture
def bank_url(empty_database: Callable[[], str]) -> str:
    """An empty database for a bank."""
    return empty_database()
