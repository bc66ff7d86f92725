"""A log to be written to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from audit.access import keys
from audit.database import Connection, sql
from audit.log.append import Appended, append
from audit.log.logged import Logged
from audit.log.replay import replay
from audit.model.meaning import Model
from audit.sources.contract import RawEvent
from tests.conftest import Database
from tests.log.small_model import small_model

NOW = 1_800_000_000_000_000
MODEL = small_model({"Opened": (), "Paid": (("receiver", "name"), ("iban",))})


def event(position: int, data: str = '{"amount": "5.00"}', **envelope: Any) -> RawEvent:
    """A row of a bank's table; its payload is `data`."""
    raw = data.encode()
    plain = dict(
        position=position,
        stream="account-1",
        version=position,
        type="Opened",
        id=f"event-{position}",
        occurred=NOW,
        recorded=NOW + position,
        correlation=None,
        causation=None,
        step=None,
        raw=raw,
        encoding="row",
        data_length=len(raw),
    )
    return RawEvent(**{**plain, **envelope})


@dataclass
class Log:
    """The log of one source, written to as the follower."""

    connection: Connection
    source: int = 1
    model: Model = MODEL

    def write(self, events: Sequence[RawEvent], released: Sequence[int] | None = None) -> Appended:
        if released is None:
            released = [event.position for event in events]
        done = append(self.connection, self.source, events, self.model, released, now=NOW)
        self.connection.commit()
        return done

    def replayed(self, model: Model | None = None, streams: tuple[int, int] | None = None) -> list[Logged]:
        batches = replay(self.connection, model or self.model, 0, 10**9, streams, batch=3)
        return [logged for batch in batches for logged in batch]

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(query.encode(), values).fetchall()

    def count(self, table: str) -> int:
        return int(self.rows(f"select count(*) from trace.{table}")[0][0])


@pytest.fixture
def log(database: Database) -> Iterator[Log]:
    with database.connect("follower") as connection:
        connection.execute(
            "insert into trace.source (id, name, kind) values (1, 'core', 'postgres'), (2, 'other', 'files')"
        )
        connection.commit()
        yield Log(connection)


Events = Callable[[int], list[RawEvent]]


def destroy(database: Database, key: str) -> int:
    """Destroy a customer's key as a restored receipt says; how many there were."""
    receipt = json.dumps({"owners": [f"customer:{key}"]})
    about = {"name": key, "kind": "customer", "key": key, "receipt": receipt, "at": "2026-01-01T00:00:00Z"}
    with database.connect("owner") as owner:
        owner.execute(sql("erasure_add"), about)
    with database.connect("erasure") as eraser:
        return len(keys.destroy(eraser, ("customer", key)))
