"""The runner of the rules about causes: what waits for its cause is told once all sources are past it."""

from __future__ import annotations

from audit.arrays import Integers
from audit.database import Connection, sql
from audit.findings.record import record
from audit.model.meaning import Model
from audit.projections.causes import GRACE_MICROS, Causes
from audit.values import time_of


def judge_causes(connection: Connection, model: Model, after: int, upto: int) -> None:
    """Hold all events between two positions against their causes, in the caller's transaction."""
    record(connection, Causes(connection, model).judge_between(after, upto), model.digits)


def judge_orphans(connection: Connection, model: Model, watermark: int) -> None:
    """Tell of the events whose cause should have come by `watermark`, the least of all sources'. In the caller's
    transaction, on the generation in its search_path."""
    if model.causes_are_events:
        rows = connection.execute(sql("orphans"), [time_of(watermark - GRACE_MICROS)]).fetchall()
        if rows:
            signs = Causes(connection, model).orphans(Integers(row[0] for row in rows))
            record(connection, signs, model.digits)
