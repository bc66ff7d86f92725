"""Numbers that a source leaves out though the model says that it never does, whenever what is around them is read."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.findings.holes import Run, with_more
from audit.sources.postgres import PostgresSource
from tests.conftest import Database
from tests.pipeline.following import follow_once
from tests.projections.feed import Feed, assert_same
from tests.projections.small import MODEL
from tests.sources.bank import MAPPING, Bank, insert, paid_in

FOUND = (
    "select f.state, l.event_id, f.numbers->>'number' from finding f join log l on l.position = f.opened_by "
    "where f.rule = 'position_hole' order by l.source_position"
)


@pytest.fixture
def bank(empty_database: Callable[[], str]) -> Bank:
    bank = Bank(empty_database())
    bank.create()
    with bank.connect() as connection:
        insert(connection, "account-A", 1, data='{"customer": "C"}', event_id="e1")
        paid_in(connection, 2)
    return bank


def append(bank: Bank, number: int, version: int) -> None:
    with bank.connect() as connection:
        paid_in(connection, version, event_id=f"e{number}", id=number)
        connection.execute("select setval('bank.events_id_seq', (select max(id) from bank.events))")


def found(feed: Feed, bank: Bank) -> list[tuple[str, ...]]:
    """The same once more after a rebuild."""
    source = PostgresSource("core", MAPPING, bank.url, warm_seconds=0, cold_seconds=0, key=b"tests")
    follow_once(feed.instance, [source])
    before = feed.dump()
    feed.rebuild()
    assert_same(feed.dump(), before)
    return feed.rows(FOUND)


def test_numbers_never_seen_are_found_and_what_comes_after_all_is_taken_back(
    database: Database, bank: Bank, tmp_path: Path
) -> None:
    model = tmp_path / "dense.toml"
    model.write_text(MODEL.read_text() + "\n[source.core]\ndense = true\n")
    feed = Feed(tmp_path, database, model)
    assert found(feed, bank) == []
    append(bank, 3, 3)
    append(bank, 6, 4)
    append(bank, 7, 5)
    assert found(feed, bank) == [("open", "e6", "4 to 5")]
    append(bank, 9, 6)
    assert found(feed, bank) == [("open", "e6", "4 to 5"), ("open", "e9", "8")]
    append(bank, 5, 7)
    assert found(feed, bank) == [("open", "e5", "4"), ("open", "e9", "8")]
    append(bank, 8, 8)
    assert found(feed, bank) == [("open", "e5", "4")]


def test_a_source_of_which_nothing_is_said_may_leave_numbers_out(
    database: Database, bank: Bank, tmp_path: Path
) -> None:
    append(bank, 9, 3)
    assert found(Feed(tmp_path, database, MODEL), bank) == []


def test_runs_are_those_of_the_numbers_alone() -> None:
    chance = random.Random(4)
    for _ in range(200):
        numbers = chance.sample(range(1, 25), chance.randrange(1, 20))
        runs: list[Run] = []
        rest = list(numbers)
        while rest:
            batch, rest = rest[: (size := chance.randrange(1, 6))], rest[size:]
            runs = with_more(runs, [Run(n, 100 + n, n, n, 100 + n) for n in batch])
        firsts = sorted(n for n in numbers if n - 1 not in numbers)
        lasts = sorted(n for n in numbers if n + 1 not in numbers)
        assert runs == [Run(a, 100 + a, a, b, 100 + b) for a, b in zip(firsts, lasts, strict=True)]
