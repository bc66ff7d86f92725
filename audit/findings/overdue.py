"""Finds the states that have lasted too long, by the watermark of the source that would have to end them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from audit.arrays import Integers
from audit.database import Connection, sql
from audit.findings.because import link_subjects
from audit.findings.record import record
from audit.model.meaning import Model
from audit.projections.signs import Sign
from audit.values import time_of


def sweep_overdue(connection: Connection, model: Model, source_id: int, watermark: int, fresh: Iterable[int]) -> None:
    """Findings for states whose deadline the watermark has newly passed, and for `fresh` streams set in this batch."""
    rows = connection.execute(
        sql("overdue"), {"source": source_id, "watermark": time_of(watermark), "streams": Integers(fresh)}
    ).fetchall()
    record(connection, [_sign(row) for row in rows], model.digits)
    link_subjects(connection, [row[0] for row in rows])
    connection.execute(sql("overdue_swept"), [f"swept:{source_id}", watermark])


def _sign(row: Sequence[object]) -> Sign:
    subject_id, kind, key, item, lane, state, deadline, position, identity = row
    assert isinstance(subject_id, int) and isinstance(deadline, int) and isinstance(position, int)
    return Sign(
        "stuck",
        subject_id,
        f"{kind}:{key}",
        deadline,
        position,
        str(identity),
        [position],
        {"lane": str(lane), "state": str(state), "item": str(item)},
        detail=str(item),
    )
