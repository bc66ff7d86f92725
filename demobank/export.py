"""The stores' events as CloudEvents 1.0 JSON lines, as a bank would hand them over in a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from heapq import merge
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from demobank import store
from demobank.loading import EPOCH
from demobank.work import SERVICES, Row

BATCH = 5_000


def cloudevents(url: str) -> Iterator[bytes]:
    """All events of all stores in the order of their recording, one JSON object a line."""
    with ExitStack() as open_:
        streams = [_rows(open_.enter_context(store.connect(url)), service) for service in SERVICES]
        yield from map(cloudevent, merge(*streams, key=lambda row: row.recorded))


def lines(rows: Iterable[Row]) -> Iterator[bytes]:
    """The same of generated rows, without a database."""
    return map(cloudevent, rows)


def cloudevent(row: Row) -> bytes:
    """One line. A payload that is no JSON goes as base64, as the CloudEvents format has it for binary data."""
    envelope: dict[str, Any] = {
        "specversion": "1.0",
        "id": row.id,
        "source": row.service,
        "type": row.type,
        "subject": row.stream,
        "time": _time(row.occurred),
        "recordedtime": _time(row.recorded),
        "sequence": str(row.version),
        "datacontenttype": "application/json",
    }
    if row.correlation is not None:
        envelope["correlationid"] = row.correlation
    if row.causation is not None:
        envelope["causationid"] = row.causation
    try:
        msgspec.json.decode(row.data)
        envelope["data"] = msgspec.Raw(row.data)
    except msgspec.DecodeError:
        envelope["data_base64"] = row.data
    return msgspec.json.encode(envelope) + b"\n"


def _rows(connection: psycopg.Connection, service: str) -> Iterator[Row]:
    query = sql.SQL(
        "select stream, version, type, event_id, data, metadata->>'correlation_id', metadata->>'causation_id', "
        "occurred_at, recorded_at from {} order by id"
    ).format(sql.Identifier(store.SCHEMAS[service], "events"))
    with connection.cursor(f"export_{store.SCHEMAS[service]}") as cursor:
        cursor.itersize = BATCH
        for fields in cursor.execute(query):
            stream, version, type_, identifier, data, correlation, causation, occurred, recorded = fields
            times = _micros(occurred), _micros(recorded)
            yield Row(service, stream, version, type_, identifier, data, correlation, causation, *times)


def _micros(time: datetime) -> int:
    return (time - EPOCH) // timedelta(microseconds=1)


def _time(micros: int) -> str:
    seconds, fraction = divmod(micros, 1_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{fraction:06d}Z"
