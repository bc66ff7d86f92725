"""Rebuilds the read model with as many workers as are there: this process, and Celery's where they run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from audit.comparing import Difference, Side, compared
from audit.database import Connection, connect, sql, use_generation
from audit.erasing.declared import count_unsealed, seal_declared
from audit.findings.books import check_books
from audit.findings.causation import judge_causes, judge_orphans
from audit.findings.holes import Unbroken
from audit.findings.judge import FLOWS_AT_ONCE, judge_flows
from audit.findings.overdue import sweep_overdue
from audit.findings.record import record
from audit.findings.silence import hear_all
from audit.findings.staff import Staff
from audit.instance import Instance, compiled, put_down, require
from audit.model.meaning import Model
from audit.projections import rebuild
from audit.projections.alarms import alarms
from audit.projections.sequences import number_all
from audit.projections.signs import Sign
from audit.values import micros_of

WAIT_SECONDS = 0.2
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What is in force now. `sealed` counts older entries that held what its model calls personal in the clear."""

    instance: Instance
    sealed: int


def rebuild_all(
    call_helpers: Callable[[int], None], wait: Callable[[float], None], progress: Progress, model: Model | None = None
) -> Rebuilt:
    """Build a new generation from the log and switch to it. `call_helpers` is told its number once parts are ready.

    `model` replaces the one in force from the switch on; without it the one in force stays.

    Readers see the old generation until the switch; a crash before it leaves the old one as it was. After the switch
    what the model calls personal is sealed in what others read.
    """
    with connect("follower") as connection:
        rebuild.become_the_only(connection)
        model = model or require(connection).model
        number = _begin(connection, model)
        _build(connection, number, call_helpers, wait, progress, model)
        _switch(connection, number, model)
        number_all(connection)
    return Rebuilt(Instance(model, number), seal_declared())


def rehearse(
    call_helpers: Callable[[int], None], wait: Callable[[float], None], progress: Progress, model: Model | None = None
) -> Difference:
    """What the read model would be with `model` (None: built anew with the one in force), compared with what it is.

    Nothing is switched, and nothing of it is left.
    """
    with connect("follower") as connection:
        rebuild.become_the_only(connection)
        in_force = require(connection)
        model = model or in_force.model
        number = _begin(connection, model)
        try:
            _build(connection, number, call_helpers, wait, progress, model)
            with connection.transaction():
                marks = _watermarks(connection)
                finish = _finisher(connection, number, model, marks)
                current, _ = rebuild.come_level(connection, number, model, marks, finish, _recorder(model))
                use_generation(connection, current)  # locked: what its follower has not judged yet is judged here
                while marks and judge_flows(connection, in_force.model, min(marks.values())) == FLOWS_AT_ONCE:
                    pass
                found = compared(connection, Side(in_force.model, current), Side(model, number))
                if model.hash != in_force.model.hash:
                    found = replace(found, unsealed=count_unsealed(connection, model))
        finally:
            rebuild.give_up(connection, number)
    return found


def _begin(connection: Connection, model: Model) -> int:
    """The number of a new generation, still empty."""
    put_down(connection, model)
    connection.commit()
    return rebuild.begin(connection, model)


def _build(
    connection: Connection,
    number: int,
    call_helpers: Callable[[int], None],
    wait: Callable[[float], None],
    progress: Progress,
    model: Model,
) -> None:
    """Fold and judge all that was there when the generation was begun."""
    call_helpers(number)
    while _one_part(connection, number, model, progress):
        pass
    while _unfinished(connection, number, progress):  # parts that helpers are at, or have left
        if not _one_part(connection, number, model, progress):
            wait(WAIT_SECONDS)
    rebuild.finish_parts(connection, number)
    with connection.transaction():
        use_generation(connection, number)
        check_books(connection, model)
        judge_causes(connection, model, -1, _position(connection, number))
    _judge(connection, number, model)


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
            if marks:
                judge_orphans(connection, model, min(marks.values()))


def _switch(connection: Connection, number: int, model: Model) -> None:
    with connection.transaction():
        marks = _watermarks(connection)
        rebuild.switch(connection, number, model, marks, _finisher(connection, number, model, marks), _recorder(model))


def _finisher(
    connection: Connection, number: int, model: Model, marks: Mapping[int, int]
) -> Callable[[set[int]], None]:
    """What is left to judge once all is folded, under the lock."""

    def finish(streams: set[int]) -> None:
        judge_causes(connection, model, _position(connection, number), _position(connection))
        record(connection, [*alarms(connection, model), *hear_all(connection, model, marks)], model.digits)
        record(connection, Staff(connection, model).judge_all(), model.digits)
        record(connection, Unbroken(connection, model).judge_all(), model.digits)
        for source_id, watermark in marks.items():
            sweep_overdue(connection, model, source_id, watermark, streams)
        while marks and judge_flows(connection, model, min(marks.values())) == FLOWS_AT_ONCE:
            pass
        if marks:
            judge_orphans(connection, model, min(marks.values()))
        connection.execute(sql("count_subjects"))

    return finish


def _position(connection: Connection, number: int | None = None) -> int:
    """Of our positions, up to which a generation (None: the current one) is folded."""
    row = connection.execute(
        "select position from trace.generation where number = %s or (%s::int is null and state = 'current')",
        [number, number],
    ).fetchone()
    assert row is not None
    return int(row[0])


def _watermarks(connection: Connection) -> dict[int, int]:
    """By source, in microseconds; empty while any source's is unknown."""
    found = connection.execute("select id, watermark from trace.source where kind <> 'console'").fetchall()
    return {} if any(at is None for _, at in found) else {source_id: micros_of(at) for source_id, at in found}


def _recorder(model: Model) -> Callable[[Connection, list[Sign]], None]:
    def keep(connection: Connection, signs: list[Sign]) -> None:
        record(connection, signs, model.digits)

    return keep
