"""A history is written with binary COPY in one transaction: it is there whole, or not at all."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from demobank import store
from demobank.answer_key import answer_key
from demobank.history import EVENTS, SEED, simulation
from demobank.simulation import Simulation
from demobank.work import SERVICES, Message, Row

BATCH = 10_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
POSTGRES_EPOCH = 946_684_800_000_000  # microseconds from 1970 to 2000, where PostgreSQL counts from
HEAD, TAIL = b"PGCOPY\n\xff\r\n\x00" + bytes(8), b"\xff\xff"
COLUMNS = "stream, version, type, event_id, data, metadata, occurred_at, recorded_at"
_long = struct.Struct(">q").pack
_size = struct.Struct(">i").pack
_EIGHT = _size(8)
_FIELDS = struct.pack(">h", 8)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What stands in the database: how many events, up to when, with which answers; `is_new` if this call wrote it."""

    events: int
    seed: str
    anchor: datetime
    answers: list[dict[str, Any]]
    is_new: bool


def load_history(
    url: str,
    anchor: datetime | None = None,
    seed: str = SEED,
    events: int = EVENTS,
    progress: Progress | None = None,
    faults: Mapping[str, int] | None = None,
) -> Loaded:
    """Write the history that ends at `anchor` (None: now). Where one stands already nothing is written."""
    with store.connect(url) as connection:
        store.prepare(connection)
        known = loaded(connection)
        if known is not None:
            return known
        end = (anchor or datetime.now(UTC)).astimezone(UTC)
        run = simulation(seed, events, (end - EPOCH) // timedelta(microseconds=1), faults)
        for service in SERVICES:
            connection.execute(store.statement_of("empty", service))
        _copy(connection, run, progress)
        for service in SERVICES:
            connection.execute(store.statement_of("index", service))
        answers = answer_key(run.planting)
        _remember(connection, run, end, answers)
        return Loaded(run.written, seed, end, answers, is_new=True)


def loaded(connection: psycopg.Connection) -> Loaded | None:
    """The history that the database holds."""
    row = connection.execute("select events, seed, anchor, answers from bank.history").fetchone()
    return Loaded(row[0], row[1], row[2].astimezone(UTC), msgspec.json.decode(row[3]), is_new=False) if row else None


def _copy(connection: psycopg.Connection, run: Simulation, progress: Progress | None) -> None:
    rows: dict[str, list[bytes]] = {service: [] for service in SERVICES}
    for done, row in enumerate(run.run(), 1):
        rows[row.service].append(encoded(row))
        if done % BATCH == 0:
            _write(connection, rows, run)
            if progress is not None:
                progress(done, run.target)
    _write(connection, rows, run)


def _write(connection: psycopg.Connection, rows: dict[str, list[bytes]], run: Simulation) -> None:
    for service, waiting in rows.items():
        copy_rows(connection, service, waiting)
        waiting.clear()
        _write_messages(connection, service, [(told, at) for teller, told, at in run.messages if teller == service])
    run.messages.clear()


def copy_rows(connection: psycopg.Connection, service: str, rows: Sequence[bytes]) -> None:
    """Append encoded rows to a service's store; the store numbers them in this order."""
    table, columns = sql.Identifier(store.SCHEMAS[service], "events"), sql.SQL(COLUMNS)
    into = sql.SQL("copy {} ({}) from stdin (format binary)").format(table, columns)
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        copy.write(HEAD + b"".join(rows) + TAIL)


def _write_messages(connection: psycopg.Connection, service: str, messages: Sequence[tuple[Message, int]]) -> None:
    into = sql.SQL("copy {}.outbox (message_id, type, data, source_events, correlation, recorded_at) from stdin")
    with connection.cursor() as cursor, cursor.copy(into.format(sql.Identifier(store.SCHEMAS[service]))) as copy:
        copy.write(b"".join(_line(told, at) for told, at in messages))


def _line(told: Message, at: int) -> bytes:
    """One message in PostgreSQL's text COPY format; JSON has no bare tabs or newlines, but backslashes."""
    body = msgspec.json.encode(told.body).replace(b"\\", b"\\\\").decode()
    time = EPOCH + timedelta(microseconds=at)
    return f"{told.id}\t{told.type}\t{body}\t{{{told.cause}}}\t{told.correlation}\t{time.isoformat()}\n".encode()


def encoded(row: Row) -> bytes:
    """One row in PostgreSQL's binary COPY format."""
    stream, type_, identifier, metadata = row.stream.encode(), row.type.encode(), row.id.encode(), metadata_of(row)
    return b"".join(
        (
            _FIELDS,
            _size(len(stream)),
            stream,
            _EIGHT,
            _long(row.version),
            _size(len(type_)),
            type_,
            _size(len(identifier)),
            identifier,
            _size(len(row.data)),
            row.data,
            _size(len(metadata) + 1),
            b"\x01",  # the version of jsonb's wire form
            metadata,
            _EIGHT,
            _long(row.occurred - POSTGRES_EPOCH),
            _EIGHT,
            _long(row.recorded - POSTGRES_EPOCH),
        )
    )


def metadata_of(row: Row) -> bytes:
    """What is known of an event besides its payload; our own identifiers need no escaping."""
    parts = []
    if row.correlation is not None:
        parts.append(f'"correlation_id":"{row.correlation}"')
    if row.causation is not None:
        parts.append(f'"causation_id":"{row.causation}"')
    return f"{{{','.join(parts)}}}".encode()


def _remember(connection: psycopg.Connection, run: Simulation, end: datetime, answers: list[dict[str, Any]]) -> None:
    """The mark that it is whole, and where the live bank goes on."""
    traffic = run.traffic
    for service in SERVICES:
        for feed in SERVICES:
            ids = sql.Identifier(store.SCHEMAS[service], "checkpoint"), sql.Identifier(store.SCHEMAS[feed], "outbox")
            connection.execute(
                sql.SQL("insert into {} (feed, handled) select %s, coalesce(max(id), 0) from {}").format(*ids), [feed]
            )
        connection.execute("select pg_notify(%s, '')", [store.channel(service)])
    connection.execute(
        "insert into bank.history (seed, anchor, events, quiet, answers) values (%s, %s, %s, %s, %s)",
        [run.seed, end, run.written, sorted(traffic.quiet), msgspec.json.encode(answers).decode()],
    )
    connection.execute("select setval('bank.number', %s)", [traffic.numbers + 1])
    waiting = run.by_day.pending
    timers = [(EPOCH + timedelta(microseconds=due), Jsonb(msgspec.to_builtins(told))) for due, told in waiting]
    with connection.cursor() as cursor:
        cursor.executemany("insert into core.timer (due, message) values (%s, %s)", timers)
