"""Writes a batch's rows in the caller's transaction: what is only ever added is copied straight in, what is summed or
replaced goes through a staging table and one merge. A rebuild copies everything in and consolidates at its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from audit.database import Connection, sql
from audit.projections.memory import Memory, encode
from audit.projections.rows import FlowTouch, Rows, StoryKey

PG_EPOCH = 946_684_800_000_000  # microseconds from 1970 to 2000, PostgreSQL's zero; a timestamptz is sent as its int8
PG_EPOCH_DAYS = 10_957

COLUMNS: dict[str, tuple[str, ...]] = {
    "timeline": ("subject_id int8", "recorded_at int8", "source_id int4", "source_position int8", "position int8",
                 "flags int2"),
    "entry": ("place_id int8", "recorded_at int8", "source_id int4", "source_position int8", "ordinal int2",
              "occurred_at int8", "position int8", "counter_id int8", "amount numeric", "balance numeric",
              "total numeric"),
    "change": ("stream_id int8", "item text", "field text", "source_position int8", "recorded_at int8",
               "occurred_at int8", "position int8", "value text"),
    "link": ("subject_id int8", "other_kind text", "first_at int8", "other_id int8"),
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
    "dirty": ("subject_id int8", "judge_at int8"),
    "identifier": ("name text", "value text", "subject_id int8"),
    "counts": ("name text", "value int8"),
}
APPENDED = ("timeline", "entry", "change")


def write(connection: Connection, rows: Rows, memories: dict[int, Memory], *, bulk: bool) -> None:
    """All rows of a batch. `memories` are the streams that the batch folded. `bulk`: nothing has an index yet."""
    tables = {**_appended(rows), **_merged(rows, memories)}
    for table, lines in tables.items():
        if not lines:
            continue
        if bulk or table in APPENDED:
            _copy(connection, table, table, lines)
        else:
            _copy(connection, f"stage_{table}", table, lines)
            connection.execute(sql(f"merge_{table}"))


def make_stages(connection: Connection) -> None:
    """The staging tables of this connection; they are emptied at each commit."""
    connection.execute(sql("make_stages"))


def _copy(connection: Connection, target: str, table: str, lines: Iterable[Sequence[Any]]) -> None:
    names, types = zip(*(column.split(" ") for column in COLUMNS[table]), strict=True)
    statement = f"copy {target} ({', '.join(names)}) from stdin (format binary)"
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.set_types(types)
        for line in lines:
            copy.write_row(line)


def _appended(rows: Rows) -> dict[str, list[Sequence[Any]]]:
    """Sorted by key, so that index pages are touched in order."""
    return {
        "timeline": [(s, r - PG_EPOCH, *rest) for s, r, *rest in sorted(rows.timeline)],
        "entry": [(p, r - PG_EPOCH, s, sp, n, o - PG_EPOCH, *rest) for p, r, s, sp, n, o, *rest in sorted(
            rows.entries, key=lambda entry: entry[:5])],
        "change": [(s, i, f, sp, r - PG_EPOCH, o - PG_EPOCH, p, v) for s, i, f, sp, r, o, p, v in sorted(rows.changes)],
    }


def _merged(rows: Rows, memories: dict[int, Memory]) -> dict[str, list[Sequence[Any]]]:
    return {
        "link": [(one, kind, first - PG_EPOCH, other) for (one, other), (kind, first) in sorted(rows.links.items())],
        "memory": [(stream_id, encode(memories[stream_id])) for stream_id in sorted(memories)],
        "aggregate": [
            (stream_id, item, a.lane, a.subject_id, a.state, a.is_final, a.recorded - PG_EPOCH, a.occurred - PG_EPOCH,
             a.position, a.version, None if a.deadline is None else a.deadline - PG_EPOCH)
            for (stream_id, item), a in sorted(rows.aggregates.items())
        ],
        "day_sum": [(p, r - PG_EPOCH_DAYS, o - PG_EPOCH_DAYS, *sums) for (p, r, o), sums in sorted(rows.days.items())],
        "balance": [(p, c.units, c.entries, c.recorded - PG_EPOCH, c.in_order) for p, c in sorted(rows.places.items())],
        "kind_total": [(*key, *sums) for key, sums in sorted(rows.kind_totals.items())],
        "flow": [_flow(subject_id, rows.flows[subject_id]) for subject_id in sorted(rows.flows)],
        "dirty": [(subject_id, at - PG_EPOCH) for subject_id, at in sorted(rows.dirty.items())],
        "identifier": [*sorted(rows.identifiers)],
        "counts": [*sorted(rows.counts.items())],
    }


def _flow(subject_id: int, f: FlowTouch) -> tuple[Any, ...]:
    units, currency = f.declared or (None, None)
    return (subject_id, f.started - PG_EPOCH, f.changed - PG_EPOCH, units, currency, *_story_key(f.declared_at),
            f.declared_position, f.state, f.is_final, f.is_failure, *_story_key(f.state_at), f.state_position)


def _story_key(key: StoryKey | None) -> tuple[int | None, int | None, int | None]:
    return (None, None, None) if key is None else (key.recorded - PG_EPOCH, key.source_id, key.source_position)



