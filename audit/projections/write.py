"""Writes a batch's rows in the caller's transaction: what is only ever added is copied straight in, what is summed or
replaced goes through a staging table and one merge. A rebuild copies everything in and consolidates at its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from audit.database import Connection, sql
from audit.log.rows import copy_in
from audit.projections import packing
from audit.projections.memory import Memory, encode
from audit.projections.rows import FlowTouch, Passage, Rows, StoryKey

PG_EPOCH = 946_684_800_000_000  # microseconds from 1970 to 2000, PostgreSQL's zero; a timestamptz is sent as its int8

COLUMNS: dict[str, tuple[str, ...]] = {
    "timeline": ("subject_id int8", "recorded_at int8", "source_id int4", "source_position int8", "position int8",
                 "flags int2", "meaning int4"),
    "entry": ("place_id int8", "recorded_at int8", "source_id int4", "source_position int8", "ordinal int2",
              "occurred_at int8", "position int8", "counter_id int8", "amount numeric", "balance numeric",
              "total numeric"),
    "change": ("stream_id int8", "item text", "field text", "source_position int8", "recorded_at int8",
               "occurred_at int8", "position int8", "value text"),
    "link": ("subject_id int8", "other_kind text", "first_at int8", "other_id int8"),
    "missed": ("correlation text", "source_id int4", "recorded_at int8", "source_position int8", "position int8"),
    "memory": ("stream_id int8", "memory bytea"),
    "aggregate": ("stream_id int8", "item text", "lane text", "subject_id int8", "state text", "is_final bool",
                  "recorded_at int8", "occurred_at int8", "position int8", "version int8", "deadline int8"),
    "day_sum": ("place_id int8", "recorded_day int4", "occurred_day int4", "incoming numeric", "outgoing numeric",
                "entries int8"),
    "balance": ("place_id int8", "amount numeric", "entries int8", "recorded_at int8", "in_order bool"),
    "kind_total": ("book text", "kind text", "currency text", "amount numeric", "entries int8"),
    "flow": ("subject_id int8", "started_at int8", "changed_at int8", "amount numeric", "currency text",
             "declared_at int8", "declared_source int4", "declared_order int8", "declared_position int8", "state text",
             "is_final bool", "is_failure bool", "state_at int8", "state_source int4", "state_order int8",
             "state_position int8"),
    "passage": ("lane text", "from_state text", "to_state text", "type text", "day int4", "bucket int2", "passed int8"),
    "dirty": ("subject_id int8", "judge_at int8"),
    "identifier": ("name text", "value text", "subject_id int8"),
    "counts": ("name text", "value int8"),
}
APPENDED = ("timeline", "entry", "change", "missed")


def write(connection: Connection, rows: Rows, memories: dict[int, Memory], *, bulk: bool) -> None:
    """All rows of a batch. `memories` are the streams that the batch folded. `bulk`: nothing has an index yet."""
    for table, packed in _packed(rows, memories):
        is_direct = bulk or table in APPENDED
        copy_in(connection, _copy_of(table, table if is_direct else f"stage_{table}"), packed)
        if not is_direct:
            connection.execute(sql(f"merge_{table}"))
    for table, lines in _few(rows):
        if not lines:
            continue
        is_direct = bulk or table in APPENDED
        _write_lines(connection, table, table if is_direct else f"stage_{table}", lines)
        if not is_direct:
            connection.execute(sql(f"merge_{table}"))


def make_stages(connection: Connection) -> None:
    """The staging tables of this connection; they are emptied at each commit."""
    connection.execute(sql("make_stages"))


def empty_stages(connection: Connection) -> None:
    """Makes room for another batch in the same transaction."""
    for table in COLUMNS.keys() - set(APPENDED):
        connection.execute(f"delete from stage_{table}".encode())


def _copy_of(table: str, target: str) -> str:
    names = ", ".join(column.split(" ")[0] for column in COLUMNS[table])
    return f"copy {target} ({names}) from stdin (format binary)"


def _write_lines(connection: Connection, table: str, target: str, lines: Iterable[Sequence[Any]]) -> None:
    types = [column.split(" ")[1] for column in COLUMNS[table]]
    with connection.cursor() as cursor, cursor.copy(_copy_of(table, target).encode()) as copy:
        copy.set_types(types)
        for line in lines:
            copy.write_row(line)


def _packed(rows: Rows, memories: dict[int, Memory]) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Tables of many rows, packed while those before are being sent: PostgreSQL works on them at the same time.

    Sorted by key, so that index pages are touched in order, and that writers never wait for each other in a circle.
    """
    if rows.timeline:
        yield "timeline", map(packing.timeline_row, sorted(rows.timeline))
    if rows.entries:
        yield "entry", map(packing.entry_row, sorted(rows.entries))
    if rows.changes:
        yield "change", map(packing.change_row, sorted(rows.changes))
    if rows.links:
        yield "link", (packing.link_row(*pair, *rows.links[pair]) for pair in sorted(rows.links))
    if memories:
        yield "memory", (packing.memory_row(stream_id, encode(memories[stream_id])) for stream_id in sorted(memories))
    if rows.aggregates:
        yield "aggregate", (packing.aggregate_row(*key, rows.aggregates[key]) for key in sorted(rows.aggregates))
    if rows.days:
        yield "day_sum", (packing.day_sum_row(*key, *rows.days[key]) for key in sorted(rows.days))
    if rows.identifiers:
        yield "identifier", map(packing.identifier_row, sorted(rows.identifiers))


def _few(rows: Rows) -> Iterator[tuple[str, list[Sequence[Any]]]]:
    """Tables of few rows a batch."""
    places = sorted(rows.places.items())
    yield "balance", [(id_, c.units, c.entries, c.recorded - PG_EPOCH, c.in_order) for id_, c in places]
    yield "kind_total", [(*key, *sums) for key, sums in sorted(rows.kind_totals.items())]
    yield "flow", [_flow(subject_id, rows.flows[subject_id]) for subject_id in sorted(rows.flows)]
    yield "dirty", [(subject_id, at - PG_EPOCH) for subject_id, at in sorted(rows.dirty.items())]
    yield "missed", [(name, source, at - PG_EPOCH, order, p) for name, source, at, order, p in sorted(rows.missed)]
    yield "passage", [_passage(*one) for one in sorted(rows.passages.items())]
    yield "counts", [*sorted(rows.counts.items())]


def _passage(passage: Passage, passed: int) -> tuple[Any, ...]:
    return (*passage[:4], passage[4] - packing.EPOCH_2000_DAYS, passage[5], passed)


def _flow(subject_id: int, f: FlowTouch) -> tuple[Any, ...]:
    units, currency = f.declared or (None, None)
    return (subject_id, f.started - PG_EPOCH, f.changed - PG_EPOCH, units, currency, *_story_key(f.declared_at),
            f.declared_position, f.state, f.is_final, f.is_failure, *_story_key(f.state_at), f.state_position)


def _story_key(key: StoryKey | None) -> tuple[int | None, int | None, int | None]:
    return (None, None, None) if key is None else (key.recorded - PG_EPOCH, key.source_id, key.source_position)
