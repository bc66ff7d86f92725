"""What a bank changes or removes after it was read is found by reading it again, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from audit.log.recount import Rounds, recount_all
from audit.sources.postgres import PostgresSource
from tests.conftest import Database
from tests.pipeline.following import follow_once
from tests.projections.feed import Feed, assert_same
from tests.projections.small import MODEL
from tests.sources.bank import MAPPING, PAID, Bank, insert, paid_in

FOUND = (
    "select f.rule, f.state, l.event_id, f.numbers->>'number' from finding f join log l on l.position = f.opened_by "
    "where f.rule in ('position_hole', 'changed_at_source') order by 3, 1"
)


@pytest.fixture
def bank(empty_database: Callable[[], str]) -> Bank:
    bank = Bank(empty_database())
    bank.create()
    with bank.connect() as connection:
        insert(connection, "account-A", 1, data='{"customer": "C"}', event_id="e1")
        for version in range(2, 8):
            paid_in(connection, version)
        connection.execute("begin")
        insert(connection)
        connection.execute("rollback")  # its number is never seen, and no finding
        paid_in(connection, 8)
    return bank


def follow(feed: Feed, bank: Bank) -> None:
    follow_once(feed.instance, [PostgresSource("core", MAPPING, bank.url, key=b"tests")])


def read_again(feed: Feed, bank: Bank) -> tuple[int, int, int]:
    source = PostgresSource("core", MAPPING, bank.url, key=b"tests")
    try:
        with feed.database.connect("follower", autocommit=True) as connection:
            done = recount_all(connection, source)
    finally:
        source.close()
    follow(feed, bank)
    return done.changed, done.gone, done.healed


def test_what_is_as_it_was_is_no_finding(database: Database, bank: Bank, tmp_path: Path) -> None:
    feed = Feed(tmp_path, database, MODEL)
    follow(feed, bank)
    assert read_again(feed, bank) == (0, 0, 0)
    assert feed.rows(FOUND) == []


def test_what_changed_or_went_is_found_once_and_healed(
    database: Database, bank: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.log.recount.SLICE", 3)
    feed = Feed(tmp_path, database, MODEL)
    follow(feed, bank)
    with bank.connect() as connection:
        connection.execute("update bank.events set data = %s where event_id = 'e3'", [PAID.replace("1.00", "9.00")])
        connection.execute("update bank.events set recorded_at = recorded_at - interval '1 h' where event_id = 'e4'")
        connection.execute("delete from bank.events where event_id = 'e5'")
    assert read_again(feed, bank) == (2, 1, 0)
    found = [
        ("changed_at_source", "open", "e3", "3"),
        ("changed_at_source", "open", "e4", "4"),
        ("position_hole", "open", "e5", "5"),
    ]
    assert feed.rows(FOUND) == found
    assert read_again(feed, bank) == (0, 0, 0)
    with bank.connect() as connection:
        connection.execute("update bank.events set data = %s where event_id = 'e3'", [PAID])
    assert read_again(feed, bank) == (0, 0, 1)
    found[0] = ("changed_at_source", "resolved", "e3", "3")
    assert feed.rows(FOUND) == found
    before = feed.dump()
    feed.rebuild()
    assert_same(feed.dump(), before)
    assert feed.rows("select amount from balance") != []


def test_a_follower_reads_again_once_a_day(database: Database, bank: Bank, tmp_path: Path) -> None:
    feed = Feed(tmp_path, database, MODEL)
    follow(feed, bank)
    source = PostgresSource("core", MAPPING, bank.url, key=b"tests")
    with bank.connect() as connection:
        connection.execute("delete from bank.events where event_id = 'e5'")
    with feed.database.connect("follower", autocommit=True) as connection:
        rounds = Rounds(connection, [source])
        rounds.go_on(0)
        assert connection.execute("select count(*) from trace.alarm").fetchone() == (0,)
        connection.execute("update trace.source set recount_at = watermark")
        rounds.go_on(59)  # looked at a moment ago
        assert connection.execute("select count(*) from trace.alarm").fetchone() == (0,)
        rounds.go_on(61)
        rounds.go_on(61)
        assert connection.execute("select count(*) from trace.alarm").fetchone() == (1,)
        row = connection.execute("select recount_from, recount_at > watermark from trace.source").fetchone()
        assert row == (0, True)
    source.close()
