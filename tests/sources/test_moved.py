"""A store that is moved, restored, rewound or killed: it is said, nothing is lost, nothing counted twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing

import msgspec
import psycopg
import pytest

from audit import servers
from audit.errors import SourceUnavailable
from audit.sources.contract import Source
from audit.sources.postgres import PostgresSource
from audit.sources.tailstate import Known
from tests.sources.bank import MAPPING, Bank, Follower, insert


@pytest.fixture(scope="module")
def other_server(server_url: str) -> Iterator[str]:
    """A second cluster, which may be killed."""
    with servers.postgres("other") as lease:
        yield lease.url


@pytest.fixture
def other_bank(other_server: str) -> Iterator[Bank]:
    other = Bank(other_server)
    yield other
    with other.connect() as connection:
        connection.execute("drop schema if exists bank cascade")


class Moving:
    """A source whose address can change."""

    def __init__(self, url: str) -> None:
        self.url = url

    def source(self) -> Source:
        return PostgresSource("core", MAPPING, lambda: self.url, warm_seconds=0, cold_seconds=0)


def followed(bank: Bank, count: int, limit: int = 3) -> tuple[Moving, Follower]:
    bank.create()
    with bank.connect() as writer:
        for number in range(count):
            insert(writer, version=number, event_id=f"event-{number}", recorded_at="2026-01-01T00:00:00Z")
    moving = Moving(bank.url)
    follower = Follower(moving.source, limit=limit, restarts=True)
    follower.drain()
    return moving, follower


def restore(source: Bank, target: Bank, upto: int) -> None:
    """As pg_dump and pg_restore do: rows, and where the sequence stood."""
    target.create()
    columns = "id, stream, version, type, event_id, data, metadata, recorded_at"
    copied = f"copy (select {columns} from bank.events where id <= %d order by id) to stdout"
    into = f"copy bank.events ({columns}) from stdin"
    with source.connect() as reader, target.connect() as writer:
        with reader.cursor().copy((copied % upto).encode()) as rows, writer.cursor().copy(into.encode()) as restored:
            for block in rows:
                restored.write(block)
        writer.execute("select setval('bank.events_id_seq', %s)", (upto,))


def test_moved_with_all_it_held(bank: Bank, other_bank: Bank) -> None:
    moving, follower = followed(bank, 10)
    restore(bank, other_bank, 10)
    moving.url = other_bank.url
    with other_bank.connect() as writer:
        new = insert(writer)
    follower.drain()
    follower.close()
    assert follower.released == [*range(1, 11), new]
    assert follower.last is not None and "is on another server" in (follower.last.notice or "")


def test_restored_from_an_older_dump(bank: Bank, other_bank: Bank) -> None:
    moving, follower = followed(bank, 10)
    restore(bank, other_bank, 6)
    moving.url = other_bank.url
    follower.allows_repeats = True
    with other_bank.connect() as writer:
        reused = insert(writer, event_id="new-7")
    follower.drain()
    follower.close()
    assert reused == 7
    assert follower.events[7].id == "new-7"
    assert follower.released[-1] == 7
    assert follower.last is not None and "events after it are read again" in (follower.last.notice or "")


@pytest.mark.parametrize(("limit", "new"), [(3, 2), (100, 4), (3, 7)])
def test_restored_in_its_place_one_statement_after_the_other(bank: Bank, limit: int, new: int) -> None:
    """Polled after the rows were taken away and before the numbers were set back: what comes after is not missed."""
    _, follower = followed(bank, 10, limit)
    follower.allows_repeats = True
    with bank.connect() as writer:
        writer.execute("delete from bank.events where id > 6")
        follower.poll()
        follower.poll()
        writer.execute("select setval('bank.events_id_seq', 6)")
        for number in range(new):
            insert(writer, event_id=f"new-{number}")
    follower.drain()
    follower.close()
    told = [follower.events[position].id for position in range(7, 7 + new)]
    assert told == [f"new-{number}" for number in range(new)]
    assert follower.last is not None and "events after it are read again" in (follower.last.notice or "")


def test_another_store_altogether_is_not_mixed_in(bank: Bank, other_bank: Bank) -> None:
    moving, follower = followed(bank, 4)
    other_bank.create()
    with other_bank.connect() as writer:
        insert(writer)
    moving.url = other_bank.url
    with pytest.raises(SourceUnavailable, match="none of the events read last is in it"):
        follower.poll()
    moving.url = bank.url
    follower.drain()
    follower.close()
    assert follower.released == [1, 2, 3, 4]


def test_numbers_that_begin_again_are_not_mixed_in(bank: Bank) -> None:
    _, follower = followed(bank, 4)
    with bank.connect() as writer:
        writer.execute("truncate bank.events restart identity")
        insert(writer, event_id="other")
    with pytest.raises(SourceUnavailable, match="was changed back; none of the events"):
        follower.poll()
    follower.close()


def test_events_deleted_by_the_bank_are_said_and_the_rest_goes_on(bank: Bank) -> None:
    _, follower = followed(bank, 4)
    with bank.connect() as writer:
        writer.execute("delete from bank.events where id > 2")
        new = insert(writer)
        follower.drain()
    follower.close()
    assert follower.released == [1, 2, 3, 4, new]
    assert follower.last is not None and "no longer in the store" in (follower.last.notice or "")


def test_a_store_that_keeps_nothing_that_was_read_may_fail_over(bank: Bank) -> None:
    """An outbox, emptied once it is read: nothing of before is in it, and it is the same store all the same."""
    _, follower = followed(bank, 4)
    with bank.connect() as writer:
        writer.execute("delete from bank.events")
        follower.poll()
        promoted = Known.of(follower.state)
        assert promoted.state.origin is not None
        timeline = promoted.state.origin.timeline - 1  # what it was before
        promoted.state.origin = msgspec.structs.replace(promoted.state.origin, timeline=timeline)
        follower.state = promoted.saved()
        follower.poll()
        new = insert(writer)
    follower.drain()
    follower.close()
    assert follower.released == [1, 2, 3, 4, new]


def test_a_changed_event_is_read_again(bank: Bank) -> None:
    _, follower = followed(bank, 4)
    follower.allows_repeats = True
    with bank.connect() as writer:
        writer.execute("""update bank.events set data = '{"n": 2}' where id = 4""")
    follower.drain()
    follower.close()
    assert follower.events[4].raw.startswith(b'{"n": 2}')


def test_a_killed_backend_leaves_a_gap_that_is_closed(other_bank: Bank) -> None:
    _, follower = followed(other_bank, 2)
    with other_bank.transaction() as doomed:
        insert(doomed)
        with other_bank.connect() as quick:
            above = insert(quick)
        follower.poll()
        assert above not in follower.released
        row = doomed.execute("select pg_backend_pid()").fetchone()
        assert row is not None
        os.kill(row[0], signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            doomed.execute("select 1")
    _wait_until_up(other_bank.url)
    with other_bank.connect() as writer:
        after = insert(writer)
    follower.drain()
    follower.close()
    assert follower.released == [1, 2, above, after]
    assert follower.late == []


def _wait_until_up(url: str, tries_max: int = 400) -> None:
    """The server restarts itself after one of its processes was killed; each try waits on the socket."""
    wait: Callable[[float], None] = __import__("threading").Event().wait
    for _ in range(tries_max):
        try:
            with closing(psycopg.connect(url)):
                return
        except psycopg.OperationalError:
            wait(0.05)
    raise AssertionError("the server did not come back")
