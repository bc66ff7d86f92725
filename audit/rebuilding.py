"""Rebuilds the read model with as many workers as are there: this process, and Celery's where they run."""

from __future__ import annotations

from collections.abc import Callable

from audit.database import Connection, connect, sql, use_generation
from audit.findings.judge import FLOWS_AT_ONCE, judge_flows
from audit.findings.overdue import sweep_overdue
from audit.findings.record import record
from audit.instance import Instance, compiled, put_down, require
from audit.model.meaning import Model
from audit.projections import rebuild
from audit.projections.signs import Sign
from audit.values import micros_of

WAIT_SECONDS = 0.2
Progress = Callable[[int, int], None]


def rebuild_all(
    call_helpers: Callable[[int], None], wait: Callable[[float], None], progress: Progress, model: Model | None = None
) -> Instance:
    """Build a new generation from the log and switch to it. `call_helpers` is told its number once parts are ready.

    `model` replaces the one in force from the switch on; without it the one in force stays.

    Readers see the old generation until the switch; a crash before it leaves the old one as it was.
    """
    with connect("follower") as connection:
        in_force = require(connection).model
        model = model or in_force
        put_down(connection, model)
        connection.commit()
        number = rebuild.begin(connection, model)
        call_helpers(number)
        while _one_part(connection, number, model, progress):
            pass
        while _unfinished(connection, number, progress):  # parts that helpers are at, or have left
            if not _one_part(connection, number, model, progress):
                wait(WAIT_SECONDS)
        rebuild.finish_parts(connection, number)
        _judge(connection, number, model)
        _switch(connection, number, model)
    return Instance(model, number)


def help_rebuild(number: int) -> int:
    """Do parts of generation `number` until none is left; how many. What a Celery worker runs."""
    done = 0
    with connect("follower") as connection:
        row = connection.execute(sql("model_of_generation"), [number]).fetchone()
        connection.commit()
        if row is not None:
            model = compiled(row[0])
            while rebuild.work(connection, number, model, _recorder(model)):
                done += 1
    return done


def _one_part(connection: Connection, number: int, model: Model, progress: Progress) -> bool:
    was_one = rebuild.work(connection, number, model, _recorder(model))
    progress(*rebuild.parts(connection, number))
    return was_one


def _unfinished(connection: Connection, number: int, progress: Progress) -> bool:
    done, total = rebuild.parts(connection, number)
    progress(done, total)
    return done < total


def _judge(connection: Connection, number: int, model: Model) -> None:
    """Most of the judging is done before the switch's lock is taken; what came since is judged again under it."""
    judged = FLOWS_AT_ONCE
    while judged == FLOWS_AT_ONCE:
        with connection.transaction():
            marks = _watermarks(connection)
            use_generation(connection, number)
            judged = judge_flows(connection, model, min(marks.values())) if marks else 0


def _switch(connection: Connection, number: int, model: Model) -> None:
    marks: dict[int, int] = {}

    def finish(streams: set[int]) -> None:
        for source_id, watermark in marks.items():
            sweep_overdue(connection, model, source_id, watermark, streams)
        while marks and judge_flows(connection, model, min(marks.values())) == FLOWS_AT_ONCE:
            pass
        connection.execute(sql("count_subjects"))

    with connection.transaction():
        marks.update(_watermarks(connection))
        rebuild.switch(connection, number, model, marks, finish, _recorder(model))


def _watermarks(connection: Connection) -> dict[int, int]:
    """By source, in microseconds; empty while any source's is unknown."""
    found = connection.execute("select id, watermark from trace.source where kind <> 'console'").fetchall()
    return {} if any(at is None for _, at in found) else {source_id: micros_of(at) for source_id, at in found}


def _recorder(model: Model) -> Callable[[Connection, list[Sign]], None]:
    def keep(connection: Connection, signs: list[Sign]) -> None:
        record(connection, signs, model.digits)

    return keep
