"""Stores to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from audit.sources.contract import Source
from audit.sources.mapping import Mapping
from audit.sources.postgres import PostgresSource
from tests.sources.bank import MAPPING, Bank, Follower


@pytest.fixture
def bank(empty_database: Callable[[], str]) -> Bank:
    """A store whose table a test makes with `bank.create()`."""
    return Bank(empty_database())


@pytest.fixture
def follow(bank: Bank) -> Iterator[Callable[..., Follower]]:
    """Makes followers of the bank's table; numbers proved empty are looked at again at every poll."""
    made: list[Follower] = []

    def follow(mapping: Mapping = MAPPING, limit: int = 1000, restarts: bool = False, **pace: float) -> Follower:
        pace = {"warm_seconds": 0, "cold_seconds": 0, "check_seconds": 0, **pace}

        def source() -> Source:
            return PostgresSource("core", mapping, bank.url, **pace)  # type: ignore[arg-type]

        made.append(Follower(source, limit, restarts))
        return made[-1]

    yield follow
    for follower in made:
        follower.close()
