"""The log read back: for the projections of what became final later, for rebuilds, and for refolding one stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from audit.database import Connection, sql
from audit.log.decode import NotAnObject, data_of, data_of_skeleton
from audit.log.drafts import Reader
from audit.log.logged import MARKER, NOT_READ, READABLE, SEALED_WHOLE, SIGHTING, UNREADABLE, Logged
from audit.log.pieces import original, unpacked
from audit.log.rows import EPOCH_2000
from audit.model.meaning import Model

BATCH = 20_000
POSITION_MAX = 2**63 - 1

_FINAL = (
    "not exists (select from trace.pending w where (w.source_id, w.source_position, w.position)"
    " = (l.source_id, l.source_position, l.position)) and not exists (select from trace.released w"
    " where (w.source_id, w.source_position, w.position) = (l.source_id, l.source_position, l.position))"
)
# A stream's own order: by version, then by place in the source. What bears no version, or is no event of the stream's
# own (a sighting, a collision), stands behind the greatest version that the source gave before it.
_EFFECTIVE_VERSION = (
    "case when l.kind = 0 and l.version is not null then l.version"
    " else coalesce(max(l.version) filter (where l.kind = 0)"
    " over (partition by l.stream_id order by l.source_position, l.position), -1) end"
)
_TYPES = [  # times are read as the whole numbers that they are sent as
    *("int8", "int2", "int4", "int8", "int8", "text", "int8", "text", "text", "int8", "int8", "text", "text", "text"),
    *("int8", "int2", "text", "int4", "bytea", "text", "text", "bytea"),
]


def take_released(
    connection: Connection, model: Model, limit: int = BATCH, upto: int = POSITION_MAX
) -> list[Logged]:
    """What became final after it was logged, taken out of trace.released, in the order of (source, its position).

    Only of our positions up to `upto`: what stands behind is to be found there by whoever reads on in the log.
    """
    positions = [row[0] for row in connection.execute(sql("take_released"), (upto, limit)).fetchall()]
    if not positions:
        return []
    listed = ", ".join(map(str, positions))
    return list(_rows(connection, model, f"l.position in ({listed})", "l.source_id, l.source_position, l.position"))


def replay(
    connection: Connection,
    model: Model,
    after_position: int,
    upto: int,
    streams: tuple[int, int] | None = None,
    batch: int = BATCH,
) -> Iterator[list[Logged]]:
    """All that is final of our positions after `after_position` up to `upto`, in batches, in order of position.

    With `streams` (first and last identifier) only those, each stream in its own order. The connection is busy until
    the iterator is used up. What waits in pending or released is left out.
    """
    condition = f"l.position > {after_position:d} and l.position <= {upto:d} and {_FINAL}"
    order = "l.position"
    if streams is not None:
        condition += f" and l.stream_id between {streams[0]:d} and {streams[1]:d}"
        order = f"l.stream_id, {_EFFECTIVE_VERSION}, l.source_position, l.position"
    gathered: list[Logged] = []
    for logged in _rows(connection, model, condition, order):
        gathered.append(logged)
        if len(gathered) >= batch:
            yield gathered
            gathered = []
    if gathered:
        yield gathered


def replay_stream(connection: Connection, model: Model, stream_id: int, upto: int) -> list[Logged]:
    """One stream's events in its own order; what waits in pending or released is left out."""
    condition = f"l.stream_id = {stream_id:d} and l.position <= {upto:d} and {_FINAL}"
    return list(_rows(connection, model, condition, f"{_EFFECTIVE_VERSION}, l.source_position, l.position"))


def logged_at(connection: Connection, model: Model, positions: Sequence[int]) -> list[Logged]:
    """What stands at these positions of the log."""
    listed = ", ".join(f"{position:d}" for position in positions)
    return list(_rows(connection, model, f"l.position in ({listed})", "l.position"))


def _rows(connection: Connection, model: Model, condition: str, order: str) -> Iterator[Logged]:
    names = connection.execute("select id, name from trace.source").fetchall()
    readers = {id_: Reader(model, name) for id_, name in names}
    statement = sql("logged").format(condition=condition, order=order)
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.set_types(_TYPES)
        for row in copy.rows():
            yield _logged(row, readers[row[2]])


def _logged(row: tuple[Any, ...], reader: Reader) -> Logged:
    (
        position, kind, source_id, source_position, stream_id, stream, version, type_, event_id, occurred, recorded,
        correlation, causation, step, first, status, encoding, data_length, skeleton, problem, place, packed,
    ) = row  # fmt: skip
    assert stream is not None and type_ is not None, f"log position {position} names a stream or type that is not there"
    logged = Logged(
        position,
        kind,
        source_id,
        source_position,
        stream_id,
        stream,
        version,
        type_,
        event_id,
        occurred + EPOCH_2000,
        recorded + EPOCH_2000,
        correlation,
        causation,
        step,
        READABLE if kind == SIGHTING else status,
        problem,
        place,
        first,
    )
    if kind == MARKER or status in NOT_READ or status is None:
        return logged
    _read(logged, reader, skeleton, encoding, data_length, packed)
    return logged


def _read(
    logged: Logged, reader: Reader, skeleton: bytes, encoding: str, data_length: int, packed: bytes | None
) -> None:
    """What the model in force makes of the payload now; a type that was unknown when it came may be known."""
    meaning = reader.meaning(logged.stream, logged.type)
    if meaning is None:
        logged.status = SEALED_WHOLE
        return
    raw = original(logged.position, skeleton, unpacked(packed))
    if raw is None and logged.status == SEALED_WHOLE:
        return  # erased as a whole
    try:
        logged.data = data_of_skeleton(skeleton, encoding) if raw is None else data_of(raw, encoding, data_length)
    except (NotAnObject, ValueError, RecursionError) as error:
        logged.status, logged.problem = UNREADABLE, str(error)
        return
    logged.status = READABLE
    logged.blinds = reader.masked(logged, logged.data, meaning)
