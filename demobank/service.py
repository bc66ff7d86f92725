"""One service against its real store: a handling is one transaction of events, outbox, timers, inbox and checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
import psycopg
from psycopg import errors, sql
from psycopg.types.json import Jsonb

from demobank import identity, store
from demobank.loading import EPOCH, metadata_of
from demobank.simulation import knows_causes
from demobank.store import SCHEMAS, statement, statement_of
from demobank.traffic import fate, sale
from demobank.work import SERVICES, Aggregate, Fact, Fate, Kind, Message, Row, Sale, Work

Handlers = Mapping[str, Callable[[Work, Message], None]]
Reached = Callable[[str], None]  # called at named points of a handling, so that a test can crash there
ATTEMPTS = 20
_OUTBOX_LOCK = 3_391


class Transaction:
    """Work in one open transaction of one service. Appends go out at once, messages and timers with `finish`."""

    def __init__(self, connection: psycopg.Connection, service: str, seed: str) -> None:
        self.seed, self._service, self._connection = seed, service, connection
        self._now: datetime = _one(connection.execute("select clock_timestamp()"))
        self._loaded: dict[str, Aggregate] = {}
        self._outbox: list[Message] = []

    def load(self, kind: type[Kind], key: str) -> Kind:
        stream = kind.prefix + key
        known = self._loaded.get(stream)
        if known is None:
            known = self._loaded[stream] = self._folded(kind(key))
        return known  # type: ignore[return-value]

    def _folded(self, aggregate: Kind) -> Kind:
        query = sql.SQL("select version, type, data from {} where stream = %s order by version")
        for version, type_, data in self._connection.execute(query.format(self._table("events")), [aggregate.stream]):
            with suppress(msgspec.DecodeError):  # a torn payload counts as a version and decides nothing
                aggregate.apply(type_, msgspec.json.decode(data))
            aggregate.version = version
        return aggregate

    def append(self, aggregate: Aggregate, cause: str | None, correlation: str | None, *facts: Fact) -> str:
        if aggregate.service != self._service:
            raise ValueError(f"{self._service} does not own {aggregate.stream}")
        causation = cause if knows_causes(self.seed, aggregate.stream) else None
        rows = [self._row(aggregate, fact, correlation, causation) for fact in facts]
        columns = {
            "streams": [row.stream for row in rows],
            "versions": [row.version for row in rows],
            "types": [row.type for row in rows],
            "ids": [row.id for row in rows],
            "data": [row.data for row in rows],
            "metadata": [metadata_of(row).decode() for row in rows],
        }
        self._connection.execute(statement_of("append", self._service), {**columns, "occurred": self._now})
        return rows[-1].id

    def _row(self, aggregate: Aggregate, fact: Fact, correlation: str | None, causation: str | None) -> Row:
        aggregate.apply(*fact)
        stream, version = aggregate.stream, aggregate.version
        identifier, data = identity.event_id(self.seed, stream, version), msgspec.json.encode(fact[1])
        return Row(self._service, stream, version, fact[0], identifier, data, correlation, causation, 0, 0)

    def tell(self, type_: str, body: dict[str, Any], cause: str, correlation: str) -> None:
        self._outbox.append(Message(f"{cause}/{type_}", type_, body, cause, correlation))

    def later(self, delay: int, type_: str, body: dict[str, Any], cause: str, correlation: str) -> None:
        message = Message(f"{cause}/{type_}", type_, body, cause, correlation)
        query = sql.SQL("insert into {} (due, message) values (clock_timestamp() + %s, %s)")
        values = [timedelta(microseconds=delay), Jsonb(msgspec.to_builtins(message))]
        self._connection.execute(query.format(self._table("timer")), values)

    def clock(self) -> int:
        return (self._now - EPOCH) // timedelta(microseconds=1)

    def sale(self, payment: str) -> Sale:
        return sale(self.seed, payment)

    def fate(self, transfer: str) -> Fate:
        return fate(self.seed, transfer)

    def finish(self) -> None:
        """Fill the outbox. Its numbers are drawn under a lock kept until commit: a reader of `id > n` misses none."""
        if self._outbox:
            self._connection.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [_OUTBOX_LOCK, self._service])
        columns = "(message_id, type, data, source_events, correlation) values (%s, %s, %s, %s, %s)"
        query = sql.SQL(f"insert into {{}} {columns} on conflict do nothing")
        for told in self._outbox:
            values = [told.id, told.type, Jsonb(told.body), [told.cause], told.correlation]
            self._connection.execute(query.format(self._table("outbox")), values)
        self._connection.execute("select pg_notify(%s, '')", [store.channel(self._service)])

    def _table(self, name: str) -> sql.Identifier:
        return sql.Identifier(SCHEMAS[self._service], name)


class Service:
    """A service's handling of messages: those of either outbox, and its own timers. Safe to kill at any point."""

    def __init__(self, url: str, name: str, handlers: Handlers, seed: str, reached: Reached | None = None) -> None:
        self.name, self._handlers, self._seed = name, handlers, seed
        self._reached = reached or (lambda _: None)
        self._connection = store.connect(url)

    def close(self) -> None:
        self._connection.close()

    def perform(self, act: Callable[[Work], None]) -> None:
        """A command, in a transaction of its own; begun again where another writer was faster."""
        self._retried(partial(self._act, act))

    def step(self) -> bool:
        """Handle the next message of each outbox and the next timer; False when there was nothing to do."""
        done = [self._retried(partial(self._handle_from, feed)) for feed in SERVICES]
        return any([*done, self._retried(self._handle_timer)])

    def _retried(self, unit: Callable[[], bool]) -> bool:
        for _ in range(ATTEMPTS):
            try:
                with self._connection.transaction():
                    return unit()
            except (errors.UniqueViolation, errors.DeadlockDetected):
                continue
        raise RuntimeError(f"{self.name}: another writer was faster {ATTEMPTS} times in a row")

    def _act(self, act: Callable[[Work], None]) -> bool:
        work = Transaction(self._connection, self.name, self._seed)
        act(work)
        work.finish()
        return True

    def _handle_from(self, feed: str) -> bool:
        """The first message of this outbox after the checkpoint that concerns us; both move in one transaction."""
        checkpoint, outbox = self._table("checkpoint"), sql.Identifier(SCHEMAS[feed], "outbox")
        self._connection.execute(statement("hold_checkpoint").format(checkpoint=checkpoint), {"feed": feed})
        query = statement("next_message").format(checkpoint=checkpoint, outbox=outbox)
        row = self._connection.execute(query, {"feed": feed, "types": list(self._handlers)}).fetchone()
        if row is None:
            return False
        self._handle(Message(*row[1:]))
        moved = sql.SQL("update {} set handled = %s where feed = %s").format(checkpoint)
        self._connection.execute(moved, [row[0], feed])
        self._reached("checkpoint written")
        return True

    def _handle_timer(self) -> bool:
        row = self._connection.execute(statement_of("take_timer", self.name)).fetchone()
        if row is None:
            return False
        self._handle(msgspec.convert(row[0], Message))
        return True

    def _handle(self, message: Message) -> None:
        """Handle a message once, however often it is delivered."""
        inbox = sql.SQL("insert into {} (message_id) values (%s) on conflict do nothing").format(self._table("inbox"))
        if self._connection.execute(inbox, [message.id]).rowcount == 0:
            return
        work = Transaction(self._connection, self.name, self._seed)
        self._handlers[message.type](work, message)
        self._reached("events written")
        work.finish()
        self._reached("outbox written")

    def _table(self, name: str) -> sql.Identifier:
        return sql.Identifier(SCHEMAS[self.name], name)


def _one(cursor: psycopg.Cursor[Any]) -> Any:
    row = cursor.fetchone()
    assert row is not None, "the statement always gives a row"
    return row[0]
