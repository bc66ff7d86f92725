"""What every source promises, whatever it is made of: one suite for all adapters."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest

from audit.sources.contract import Source
from audit.sources.files import FileSource
from audit.sources.mapping import Mapping
from audit.sources.own import OwnRecords
from audit.sources.postgres import PostgresSource
from tests.conftest import Database
from tests.sources.bank import MAPPING, Bank, Follower, insert

BAD = '{"n": 12345678901234567890}'


class World(Protocol):
    """Something that events are written to, and the source that reads it."""

    def write(self, number: int, data: str) -> None: ...

    def source(self) -> Source: ...


class Files:
    """An event file that grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def write(self, number: int, data: str) -> None:
        line = {"specversion": "1.0", "id": f"event-{number}", "source": "urn:bank", "type": "Opened"}
        line |= {"subject": "account-1", "time": "2026-11-21T11:03:07Z", "sequence": str(number)}
        with self.path.open("a") as file:
            file.write(json.dumps(line)[:-1] + f', "data": {data}}}\n')

    def source(self) -> Source:
        return FileSource("bank", [self.path])


class PackedFiles(Files):
    """The same as gzip, a member a line: as a logger writes it."""

    def write(self, number: int, data: str) -> None:
        plain = Files(self.path.with_suffix(".one"))
        plain.write(number, data)
        with self.path.open("ab") as file:
            file.write(gzip.compress(plain.path.read_bytes()))
        plain.path.unlink()


class Store:
    """A bank's table."""

    def __init__(self, bank: Bank, mapping: Mapping, data: str) -> None:
        bank.create(data=data)
        self._bank, self._mapping = bank, mapping
        self._connection = bank.connect()

    def write(self, number: int, data: str) -> None:
        insert(self._connection, "account-1", number, event_id=f"event-{number}", data=data)
        with self._bank.transaction() as failing:
            insert(failing)

    def source(self) -> Source:
        return PostgresSource("bank", self._mapping, self._bank.url, warm_seconds=0)

    def close(self) -> None:
        self._connection.close()


class Own:
    """The console's own table; nothing bad can be written to it but a number."""

    def __init__(self, database: Database) -> None:
        self._url = database.url

    def write(self, number: int, data: str) -> None:
        with psycopg.connect(self._url, options="-c role=whereabouts_web") as connection:
            connection.execute(
                "insert into public.audit_record (kind, actor, role, session, address, subjects, page, unmasked,"
                " moment, reason_code, ticket, caller_identified, outcome, details)"
                " values ('Opened', 'anna', '', '', '', '[]', '', '[]', '', '', '', '', '', %s)",
                (data,),
            )

    def source(self) -> Source:
        return OwnRecords(self._url)


WORLDS = ["files", "packed", "fence-jsonb", "fence-bytea", "fence-text", "xid8-json", "xmin-jsonb", "own"]


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    name: str = request.param
    if name == "files":
        yield Files(tmp_path / "events.ndjson")
    elif name == "packed":
        yield PackedFiles(tmp_path / "events.ndjson.gz")
    elif name == "own":
        yield Own(request.getfixturevalue("database"))
    else:
        seal, data = name.split("-")
        changes: dict[str, Any] = {"xid8": {"transaction": "transaction_id"}, "xmin": {"seal": "horizon"}}.get(seal, {})
        mapping = Mapping(**{field: getattr(MAPPING, field) for field in MAPPING.__slots__} | changes)
        store = Store(request.getfixturevalue("bank"), mapping, data)
        yield store
        store.close()


@pytest.fixture
def follower(world: World) -> Iterator[Callable[..., Follower]]:
    made: list[Follower] = []

    def make(limit: int = 1000, restarts: bool = False) -> Follower:
        made.append(Follower(world.source, limit, restarts))
        return made[-1]

    yield make
    for one in made:
        one.close()


Make = Callable[..., Follower]


def test_an_empty_source_is_idle(world: World, follower: Make) -> None:
    read = follower().poll()
    assert read.idle and not read.events and not read.released and read.sealed == 0


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 1000])
def test_it_gives_the_same_wherever_it_is_cut(world: World, follower: Make, limit: int) -> None:
    for number in range(1, 8):
        world.write(number, '{"n": 1}')
    whole, cut = follower(), follower(limit, restarts=True)
    whole.drain()
    cut.drain()
    assert cut.events == whole.events and len(whole.events) == 7
    assert cut.released == whole.released == sorted(whole.events)
    assert cut.last is not None and whole.last is not None and cut.last.sealed == whole.last.sealed


def test_what_comes_later_is_added_and_nothing_repeated(world: World, follower: Make) -> None:
    following = follower(limit=2, restarts=True)
    for number in range(1, 10):
        world.write(number, '{"n": 1}')
        if number % 2:
            following.drain()
    assert len(following.events) == 9
    assert following.released == sorted(following.events)
    positions = list(following.events)
    assert positions == sorted(positions)


def test_its_state_survives_being_stored_as_json(world: World, follower: Make) -> None:
    world.write(1, '{"n": 1}')
    following = follower(restarts=True)
    following.drain()
    assert following.state is not None
    following.state = json.dumps(json.loads(following.state)).encode()
    world.write(2, '{"n": 1}')
    following.drain()
    assert len(following.events) == 2


def test_an_unreadable_event_is_kept_and_holds_nothing_up(world: World, follower: Make) -> None:
    world.write(1, '{"n": 1}')
    world.write(2, BAD)
    world.write(3, '{"n": 1}')
    following = follower(limit=2)
    following.drain()
    first, bad, third = following.events.values()
    assert first.problem is None and third.problem is None
    assert bad.problem is not None and "beyond 2^53" in bad.problem and "write it as text" in bad.problem
    assert bad.place is not None and bad.problem.startswith(bad.place)
    assert b"12345678901234567890" in bad.raw
    assert (bad.type, bad.stream) == (first.type, first.stream)
    assert len(following.released) == 3


def test_the_watermark_never_runs_back(world: World, follower: Make) -> None:
    following = follower(limit=1)
    reached = 0
    for number in range(1, 5):
        world.write(number, '{"n": 1}')
        read = following.drain()
        assert read.watermark is not None and read.watermark >= reached
        reached = read.watermark


def test_a_version_and_a_time_are_carried(world: World, follower: Make) -> None:
    world.write(1, '{"n": 1}')
    following = follower()
    following.drain()
    (event,) = following.events.values()
    assert event.recorded > 0 and event.occurred == event.recorded
    assert event.version == (None if isinstance(world, Own) else 1)
    assert json.loads(event.raw[: event.data_length])
