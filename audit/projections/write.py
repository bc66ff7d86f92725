"""Writes a batch's rows in the caller's transaction. What is only ever added, and what has a key that was made in this
transaction, is copied straight in; the rest is merged by its key. A rebuild copies all and consolidates at its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.arrays import packed
from audit.database import Connection, sql
from audit.log.rows import copy_in
from audit.projections.packing import PACKERS, ROWS, row_packer
from audit.projections.rows import FlowTouch, Rows, StoryKey

COLUMNS: dict[str, tuple[str, ...]] = {
    "timeline": ("subject_id int8", "recorded_at timestamptz", "source_id int4", "source_position int8",
                 "position int8", "flags int2", "meaning int4"),
    "entry": ("place_id int8", "recorded_at timestamptz", "source_id int4", "source_position int8", "ordinal int2",
              "occurred_at timestamptz", "position int8", "counter_id int8", "amount numeric", "balance numeric",
              "total numeric"),
    "change": ("stream_id int8", "item text", "field text", "source_position int8", "recorded_at timestamptz",
               "occurred_at timestamptz", "position int8", "value text"),
    "missed": ("correlation text", "source_id int4", "recorded_at timestamptz", "source_position int8",
               "position int8"),
    "correction": ("event_id text", "position int8"),
    "effect": ("digest bytea", "subject_id int8", "position int8", "recorded_at timestamptz", "source_id int4",
               "source_position int8", "meaning int4"),
    "link": ("subject_id int8", "other_id int8", "other_kind text", "first_at timestamptz"),
    "memory": ("stream_id int8", "memory bytea"),
    "aggregate": ("stream_id int8", "item text", "lane text", "subject_id int8", "state text", "is_final bool",
                  "recorded_at timestamptz", "occurred_at timestamptz", "position int8", "version int8",
                  "deadline timestamptz"),
    "day_sum": ("place_id int8", "recorded_day date", "occurred_day date", "incoming numeric", "outgoing numeric",
                "entries int8"),
    "balance": ("place_id int8", "amount numeric", "entries int8", "recorded_at timestamptz", "in_order bool"),
    "kind_total": ("book text", "kind text", "currency text", "amount numeric", "entries int8"),
    "flow": ("subject_id int8", "started_at timestamptz", "changed_at timestamptz", "amount numeric", "currency text",
             "declared_at timestamptz", "declared_source int4", "declared_order int8", "declared_position int8",
             "state text", "is_final bool", "is_failure bool", "state_at timestamptz", "state_source int4",
             "state_order int8", "state_position int8"),
    "passage": ("lane text", "from_state text", "to_state text", "type text", "day date", "bucket int2", "passed int8"),
    "dirty": ("subject_id int8", "judge_at timestamptz"),
    "identifier": ("name text", "value text", "subject_id int8"),
    "counts": ("name text", "value int8"),
}  # fmt: skip

Line = tuple[Any, ...]
Lines = Mapping[str, Sequence[Any]]  # by table
PACKED = ("timeline", "entry", "change")  # their lines are rows already
ROWS_AT_ONCE = 1_000  # narrow ones: they are joined before they are looked at one by one


@dataclass(slots=True)
class Fresh:
    """Identifiers that nothing in the read model can bear yet: they were made in this transaction."""

    subjects: set[int] = field(default_factory=set)
    streams: set[int] = field(default_factory=set)
    places: set[int] = field(default_factory=set)


def lines_of(rows: Rows, memories: Sequence[Line]) -> Lines:
    """A batch's rows by table, packed or as plain values: another process may write them."""
    return {
        "timeline": rows.timeline,
        "entry": rows.entries,
        "change": rows.changes,
        "missed": rows.missed,
        "correction": rows.corrections,
        "effect": rows.effects,
        "link": list(rows.links.values()),
        "memory": memories,
        "aggregate": [(*key, *one) for key, one in rows.aggregates.items()],
        "day_sum": [(*key, *sums) for key, sums in rows.days.items()],
        "identifier": list(rows.identifiers),
        "balance": [(id_, c.units, c.entries, c.recorded, c.in_order) for id_, c in rows.places.items()],
        "kind_total": [(*key, *sums) for key, sums in rows.kind_totals.items()],
        "flow": [_flow(subject_id, flow) for subject_id, flow in rows.flows.items()],
        "dirty": list(rows.dirty.items()),
        "passage": [(*passage, passed) for passage, passed in rows.passages.items()],
        "counts": list(rows.counts.items()),
    }


def write(connection: Connection, lines: Lines, fresh: Fresh, *, bulk: bool) -> None:
    """All rows of a batch. `bulk`: nothing has an index yet.

    Sorted by key, so that index pages are touched in order, and that writers never wait for each other in a circle:
    packed rows too, the first column's number stands first in them.
    """
    for table in PACKED:
        _copy(connection, table, sorted(lines[table]))
    for table in ("missed", "correction", "effect"):
        _copy(connection, table, sorted(lines[table]))
    for table, new, (one, other) in _keyed(fresh):
        found = sorted(lines[table])
        if bulk:
            _copy(connection, table, found)
        else:
            _copy(connection, table, [line for line in found if line[one] in new or line[other] in new])
            merge(connection, table, [line for line in found if line[one] not in new and line[other] not in new])


def merge(connection: Connection, table: str, lines: Sequence[Line]) -> None:
    """Rows that may meet others of their key; `merge_TABLE.sql` says what then becomes of them."""
    if not lines:
        return
    columns = []
    for column, values in zip(COLUMNS[table], zip(*lines, strict=True), strict=True):
        type_ = column.split(" ")[1]
        columns.append(packed(type_, map(PACKERS[type_], values)))
    connection.execute(sql(f"merge_{table}"), columns)


def _copy(connection: Connection, table: str, lines: Sequence[Any]) -> None:
    """Packed while those before are being sent: PostgreSQL works on them at the same time."""
    if not lines:
        return
    names, types = zip(*(column.split(" ") for column in COLUMNS[table]), strict=True)
    parts: Iterator[Iterable[Any]] = (lines[at : at + ROWS_AT_ONCE] for at in range(0, len(lines), ROWS_AT_ONCE))
    if table not in PACKED:
        pack = ROWS.get(table) or row_packer(types)
        parts = (map(pack, part) for part in parts)
    copy_in(connection, f"copy {table} ({', '.join(names)}) from stdin (format binary)", map(b"".join, parts))


def _keyed(fresh: Fresh) -> Iterator[tuple[str, set[int], tuple[int, int]]]:
    """The tables that have a key to be merged by, and which of their rows are certain to be the first of it: those that
    have one of these identifiers in either of two columns."""
    subjects, streams, places, none = fresh.subjects, fresh.streams, fresh.places, set[int]()
    yield "link", subjects, (0, 1)
    yield "memory", streams, (0, 0)
    yield "aggregate", streams, (0, 0)
    yield "day_sum", places, (0, 0)
    yield "identifier", subjects, (2, 2)
    yield "balance", places, (0, 0)
    yield "kind_total", none, (0, 0)
    yield "flow", subjects, (0, 0)
    yield "dirty", subjects, (0, 0)
    yield "passage", none, (0, 0)
    yield "counts", none, (0, 0)


def _flow(subject_id: int, f: FlowTouch) -> Line:
    units, currency = f.declared or (None, None)
    return (subject_id, f.started, f.changed, units, currency, *_story_key(f.declared_at), f.declared_position,
            f.state, f.is_final, f.is_failure, *_story_key(f.state_at), f.state_position)


def _story_key(key: StoryKey | None) -> tuple[int | None, int | None, int | None]:
    return (None, None, None) if key is None else (key.recorded, key.source_id, key.source_position)
