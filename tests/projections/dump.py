"""The read model as text that does not depend on our own numbering: positions become SOURCE/ID, identifiers names."""

from __future__ import annotations

from typing import Any

from audit.database import Connection

EVENT = (
    "(select s.name || '/' || l.event_id from trace.log l join trace.source s on s.id = l.source_id"
    " where l.position = {})"
)
SUBJECT = "(select kind || ':' || key from trace.subject where id = {})"
PLACE = "(select book || '/' || kind || ':' || key || '/' || currency from trace.place where id = {})"
STREAM = (
    "(select o.name || '/' || r.name from trace.stream r join trace.source o on o.id = r.source_id where r.id = {})"
)

TABLES = {
    "timeline": f"{SUBJECT.format('subject_id')}, recorded_at, {EVENT.format('t.position')}, flags, meaning",
    "missed": f"correlation, recorded_at, {EVENT.format('t.position')}",
    "link": f"{SUBJECT.format('subject_id')}, other_kind, first_at, {SUBJECT.format('other_id')}",
    "aggregate": f"{STREAM.format('stream_id')}, item, lane, {SUBJECT.format('subject_id')}, state, is_final, "
    f"recorded_at, occurred_at, {EVENT.format('t.position')}, version, deadline",
    "change": f"{STREAM.format('stream_id')}, item, field, {EVENT.format('t.position')}, value",
    "entry": f"{PLACE.format('place_id')}, recorded_at, ordinal, occurred_at, {EVENT.format('t.position')}, "
    f"{PLACE.format('counter_id')}, amount, balance, total",
    "day_sum": f"{PLACE.format('place_id')}, recorded_day, occurred_day, incoming, outgoing, entries",
    "balance": f"{PLACE.format('place_id')}, amount, entries, in_order",
    "kind_total": "book, kind, currency, amount, entries",
    "flow": f"{SUBJECT.format('subject_id')}, started_at, changed_at, amount, currency, declared_at, state, is_final, "
    f"state_at, is_open, (select jsonb_agg(jsonb_build_array({PLACE.format('(n->>0)::int8')}, n->>1, "
    f"{EVENT.format('(n->>2)::int8')}) order by {PLACE.format('(n->>0)::int8')}) from jsonb_array_elements(nets) n)",
    "open_flow": f"{SUBJECT.format('subject_id')}, {SUBJECT.format('flow_id')}",
    "expected": f"{SUBJECT.format('subject_id')}, expectation, after_at, {EVENT.format('after_position')}, due_at, "
    f"met_at, {EVENT.format('met_position')}, reactions, bucket",
    "usual": "expectation, bucket, reactions",
    "passage": "lane, from_state, to_state, type, day, bucket, passed",
    "effect": f"{SUBJECT.format('subject_id')}, {EVENT.format('t.position')}, encode(digest, 'hex'), meaning",
    "heard": f"{EVENT.format('first_position')}, first_at, {EVENT.format('last_position')}, last_at",
    "staff_act": f"{EVENT.format('t.position')}, at, day, act, actor, role, subjects, has_ticket, record, reviews",
    "identifier": f"name, value, {SUBJECT.format('subject_id')}",
    "finding": f"id, rule, severity, {SUBJECT.format('subject_id')}, state, opened_at, "
    f"{EVENT.format('opened_by')}, resolved_at, {EVENT.format('resolved_by')}, because_of, "
    f"(select array_agg({EVENT.format('e')} order by {EVENT.format('e')}) from unnest(evidence) e), numbers, money",
    "unbroken": f"{EVENT.format('first_position')}, first_number, {EVENT.format('last_position')}, last_number",
    "correction": f"event_id, {EVENT.format('t.position')}",
    "awaited": f"{EVENT.format('t.position')}, causation, recorded_at, is_told",
    "counts": "name, value",
}


def dump(connection: Connection, generation: int) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, sorted; rows whose sums are nothing are left out, as are a sweep's own marks."""
    found = {}
    with connection.transaction():
        connection.execute("select set_config('search_path', %s, true)", [f"read_{generation}, trace, public"])
        for table, columns in TABLES.items():
            rows = connection.execute(f"select {columns} from {table} t".encode()).fetchall()
            found[table] = sorted((row for row in rows if not _is_nothing(table, row)), key=repr)
    return found


def _is_nothing(table: str, row: tuple[Any, ...]) -> bool:
    if table in ("day_sum", "kind_total", "usual", "passage"):
        return bool(row[-1] == 0)
    if table == "balance":
        return bool(row[-2] == 0)
    return table == "counts" and (row[0].startswith("swept:") or row[0] == "judged" or row[1] == 0)
