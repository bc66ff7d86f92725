"""A bank's event table to be tailed, and a follower that checks at every poll what each source promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from audit.sources.contract import RawEvent, Read, Source
from audit.sources.mapping import Mapping

Connection = psycopg.Connection[tuple[Any, ...]]

MAPPING = Mapping(
    table="bank.events",
    position="id",
    stream="stream",
    version="version",
    type="type",
    id="event_id",
    data="data",
    metadata="metadata",
    recorded="recorded_at",
    correlation="metadata.correlation_id",
)

PAID = '{"amount": "1.00", "currency": "DKK"}'
_TABLE = """
create schema bank;
create table bank.events (
    id bigserial primary key,
    stream text,
    version bigint,
    type text,
    event_id text default gen_random_uuid()::text,
    data {data},
    metadata jsonb default '{{}}',
    recorded_at timestamptz default now(),
    transaction_id xid8 default pg_current_xact_id()
);
alter sequence bank.events_id_seq cache {cache};
"""


@dataclass(frozen=True)
class Bank:
    """A store with one table, `bank.events`."""

    url: str

    def connect(self) -> Connection:
        return psycopg.connect(self.url, autocommit=True)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection with an open transaction that is rolled back unless the body ends it."""
        connection = psycopg.connect(self.url)
        try:
            yield connection
        finally:
            connection.close()

    def create(self, *, data: str = "jsonb", cache: int = 1) -> None:
        with self.connect() as connection:
            connection.execute(_TABLE.format(data=data, cache=cache).encode())


def insert(connection: Connection, stream: str = "account-1", version: int = 1, **columns: Any) -> int:
    """Append one event; gives its position."""
    columns = {"stream": stream, "version": version, "type": "Opened", "data": '{"n": 1}', **columns}
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    row = connection.execute(
        f"insert into bank.events ({names}) values ({marks}) returning id".encode(), list(columns.values())
    ).fetchone()
    assert row is not None
    return int(row[0])


def paid_in(connection: Connection, version: int, **columns: Any) -> int:
    """Append that money came to account A."""
    columns = {"type": "PaidIn", "data": PAID, "event_id": f"e{version}", **columns}
    return insert(connection, "account-A", version, **columns)


def positions(connection: Connection) -> list[int]:
    return [row[0] for row in connection.execute("select id from bank.events order by id").fetchall()]


@dataclass
class Follower:
    """Follows a source and fails at once where an event or a release comes twice, or a release comes unseen."""

    make: Callable[[], Source]
    limit: int = 1000
    restarts: bool = False  # a new source object, with the saved checkpoint only, at every poll
    state: bytes | None = None
    events: dict[int, RawEvent] = field(default_factory=dict)
    released: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    last: Read | None = None
    allows_repeats: bool = False
    _source: Source | None = None

    def poll(self) -> Read:
        if self._source is None or self.restarts:
            self.close()
            self._source = self.make()
        read = self._source.read(self.state, self.limit)
        ascending = [event.position for event in read.events]
        assert ascending == sorted(set(ascending)), "a poll's events are not in ascending order"
        for event in read.events:
            assert self.allows_repeats or event.position not in self.events, f"{event.position} came twice"
            self.events[event.position] = event
        for position in read.released:
            assert position in self.events, f"{position} was released unseen"
            assert self.allows_repeats or position not in self.released, f"{position} was released twice"
            self.released.append(position)
        self.late += read.late
        self.state, self.last = read.state, read
        return read

    def drain(self, polls_max: int = 200) -> Read:
        """Poll until there is nothing more to read."""
        for _ in range(polls_max):
            read = self.poll()
            if read.idle and not read.events:
                return read
        raise AssertionError("the source never became idle")

    def drain_events(self) -> list[RawEvent]:
        """What comes until there is nothing more to read."""
        came: list[RawEvent] = []
        while not (read := self.poll()).idle or read.events:
            came += read.events
        return came

    def close(self) -> None:
        if self._source is not None:
            self._source.close()
            self._source = None
