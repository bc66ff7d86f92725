"""What may befall a bank's stores: a row that is lost or rewritten after it was read, a number that was never used.

Nothing of the bank does this. Each gives its entry of an answer key, in the words of `answer_key.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, LiteralString

from psycopg import Connection, sql

from demobank import identity, store
from demobank.books import lane_of

Answer = dict[str, Any]
WITH_AMOUNT = (
    "select id, stream, event_id from {} where position('\"amount\":\"' in encode(data, 'escape')) > 0 order by id"
)
REWRITTEN = (
    "update {} set data = convert_to(replace(convert_from(data, 'UTF8'), '\"amount\":\"', '\"amount\":\"9'), 'UTF8') "
    "where id = %s"
)
LOST = "delete from {} where id = %s"
COLUMNS = "stream, version, type, event_id, data, metadata, occurred_at, recorded_at, transaction_id"
SKIPPED = (
    "with last as (delete from {table} where id = %s returning *) "
    f"insert into {{table}} (id, {COLUMNS}) overriding system value select id + 1, {COLUMNS} from last"
)


def lose_row(connection: Connection, service: str, seed: str) -> Answer:
    """One event is gone from its store, and its number with it."""
    return _strike(connection, service, f"lost/{seed}", "row_lost", "position_hole", LOST)


def rewrite_row(connection: Connection, service: str, seed: str) -> Answer:
    """One event's amount is another than when it was read: a repair by hand that left no event of its own."""
    return _strike(connection, service, f"rewritten/{seed}", "row_rewritten", "changed_at_source", REWRITTEN)


def skip_number(connection: Connection, service: str, seed: str) -> Answer:
    """Before it was read: the last event stands one farther on than it should, and its number stays empty."""
    table = sql.Identifier(store.SCHEMAS[service], "events")
    [(number, identifier)] = connection.execute(
        sql.SQL("select id, event_id from {} order by id desc limit 1").format(table)
    ).fetchall()
    connection.execute(sql.SQL(SKIPPED).format(table=table), [number])
    about = {"subject": f"source:{service}", "subjects": [f"source:{service}"]}
    return {"fault": "number_skipped", **about, "events": [f"{service}/{identifier}"], "rules": ["position_hole"],
            "moments": []}  # fmt: skip


def _strike(connection: Connection, service: str, lot: str, fault: str, rule: str, statement: LiteralString) -> Answer:
    table = sql.Identifier(store.SCHEMAS[service], "events")
    rows = connection.execute(sql.SQL(WITH_AMOUNT).format(table)).fetchall()
    number, stream, identifier = rows[identity.digest(lot) % len(rows)]
    connection.execute(sql.SQL(statement).format(table), [number])
    subjects = [f"source:{service}", ":".join(lane_of(stream))]
    events = [f"{service}/{identifier}"]
    about = {"subject": subjects[0], "subjects": subjects, "events": events}
    return {"fault": fault, **about, "rules": [rule], "moments": []}


TAMPERINGS: tuple[Callable[[Connection, str, str], Answer], ...] = (lose_row, rewrite_row)
