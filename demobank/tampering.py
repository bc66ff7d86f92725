"""What may befall a bank's stores after they were read: a row that is lost, a row that is rewritten.

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


def lose_row(connection: Connection, service: str, seed: str) -> Answer:
    """One event is gone from its store, and its number with it."""
    return _strike(connection, service, f"lost/{seed}", "row_lost", "position_hole", LOST)


def rewrite_row(connection: Connection, service: str, seed: str) -> Answer:
    """One event's amount is another than when it was read: a repair by hand that left no event of its own."""
    return _strike(connection, service, f"rewritten/{seed}", "row_rewritten", "changed_at_source", REWRITTEN)


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
