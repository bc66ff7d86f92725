"""What reading a source again has shown, events that are gone or differ; and what is wrong with our own evidence. Each
alarm is told once, and when it heals."""

from __future__ import annotations

from typing import Any, LiteralString

from audit.database import Connection, sql
from audit.model.meaning import Model
from audit.projections.names import Names, SubjectName
from audit.projections.signs import Sign
from audit.values import time_of

SEEN, SEEN_OWN = "alarms", "own_alarms"  # the counters of those that were told
LOG = ("log", "entries")  # the subject of what is wrong with our own evidence
RULES = {"gone": "position_hole", "changed": "changed_at_source"}
WHY = "is not in its source any more as it was read"


def alarms(connection: Connection, model: Model) -> list[Sign]:
    """What is new since the last call, on the generation in the connection's search_path."""
    return [*_of_sources(connection, model), *_of_our_own(connection)]


def _new(connection: Connection, name: LiteralString, counter: str) -> list[tuple[Any, ...]]:
    row = connection.execute("select value from counts where name = %s", [counter]).fetchone()
    rows = connection.execute(sql(name), [row[0] if row else 0]).fetchall()
    if rows:
        connection.execute(sql("set_count"), [counter, rows[-1][0]])
    return rows


def _of_our_own(connection: Connection) -> list[Sign]:
    """About the log and what proves it."""
    rows = _new(connection, "own_alarms", SEEN_OWN)
    if not rows:
        return []
    names = Names()
    names.subjects.resolve(connection, [LOG])
    return [
        Sign(
            rule=rule,
            subject_id=names.subjects[LOG],
            subject=":".join(LOG),
            opened_at=noticed,
            opened_by=position,
            opened_id=event,
            evidence=[position],
            numbers={"class": kind, "what": what, "mend": mend, "noticed": time_of(noticed).isoformat()},
            detail=kind,
            resolved_at=healed,
            resolved_by=None if healed is None else position,
        )
        for _, rule, kind, position, noticed, healed, what, mend, event in rows
    ]


def _of_sources(connection: Connection, model: Model) -> list[Sign]:
    rows = _new(connection, "alarms", SEEN)
    if not rows:
        return []
    names = Names()
    subjects = [_subject(model, one[7]) for one in rows]
    names.subjects.resolve(connection, subjects)
    return [_sign(one, subject, names.subjects[subject]) for one, subject in zip(rows, subjects, strict=True)]


def _subject(model: Model, stream: str) -> SubjectName:
    route = model.lane_of(stream)
    return (route[0].name, route[1]) if route else ("stream", stream)


def _sign(row: tuple[Any, ...], subject: SubjectName, subject_id: int) -> Sign:
    _, position, kind, noticed, healed, source, event_id, stream, type_, number = row
    return Sign(
        rule=RULES[kind],
        subject_id=subject_id,
        subject=f"{subject[0]}:{subject[1]}",
        opened_at=noticed,
        opened_by=position,
        opened_id=f"{source}/{event_id}",
        evidence=[position],
        numbers={
            "type": type_,
            "stream": stream,
            "source": source,
            "number": str(number),
            "what": f"{type_} of stream {stream} was read there, and is not there any more",
            "why": WHY,
            "noticed": time_of(noticed).isoformat(),
        },
        detail=kind,
        resolved_at=healed,
        resolved_by=None if healed is None else position,
    )
