"""Rebuilds all projections from the log into a new generation, beside the one that is read, and switches at the end.

The work is divided by streams into parts that any number of workers take; each part is one transaction, so a worker
that dies leaves its part to the others and nothing half.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from audit.database import (
    Connection,
    add_indexes,
    add_reading_indexes,
    connect,
    create_generation,
    drop_generation,
    sql,
    use_generation,
)
from audit.errors import WhereaboutsError
from audit.log.logged import Logged
from audit.log.own_records import tell
from audit.log.replay import replay
from audit.model.meaning import Model
from audit.projections.projector import Projector
from audit.projections.signs import Sign

STREAMS_PER_PART = 10_000
BATCH = 20_000
REBUILDING = 7_306_061_303  # advisory lock of the one process that directs a rebuild
Record = Callable[[Connection, list[Sign]], None]


def become_the_only(connection: Connection) -> None:
    """While the connection lasts; raises WhereaboutsError where another rebuild, or a dry run, is under way."""
    row = connection.execute("select pg_try_advisory_lock(%s)", [REBUILDING]).fetchone()
    connection.commit()
    if row is None or not row[0]:
        raise WhereaboutsError("another rebuild, or a dry run of one, is under way: wait until it is done")


def begin(connection: Connection, model: Model) -> int:
    """Make the tables of a new generation and its parts; returns its number. Builds that were left are removed: nobody
    else builds (`become_the_only`)."""
    with connection.transaction():
        connection.execute("select position from trace.head for update")
        for (number,) in connection.execute(sql("generations_left_over")).fetchall():
            drop_generation(connection, number)
            connection.execute(
                "update trace.generation set state = 'failed' where number = %s and state = 'building'", [number]
            )
        row = connection.execute(sql("begin_generation"), [model.hash]).fetchone()
        assert row is not None
        create_generation(connection, row[0], with_indexes=False)
        connection.execute(sql("divide_generation"), {"number": row[0], "size": STREAMS_PER_PART})
    return int(row[0])


def work(connection: Connection, number: int, model: Model, record: Record) -> bool:
    """Do one part of generation `number` that nobody is at; whether there was one."""
    with connect("follower") as reading, connection.transaction():
        part = connection.execute(sql("take_part"), [number]).fetchone()
        if part is None:
            return False
        use_generation(connection, number)
        projector = Projector(connection, model, {}, is_bulk=True)
        for events in replay(reading, model, 0, part[3], (part[1], part[2]), BATCH):
            signs, _ = projector.project(events, part[3])
            record(connection, list(signs))
        connection.execute(
            "update trace.generation_part set done_at = clock_timestamp() where number = %s and part = %s",
            [number, part[0]],
        )
    return True


def parts(connection: Connection, number: int) -> tuple[int, int]:
    """How many parts are done, and how many there are."""
    with connection.transaction():
        row = connection.execute(
            "select count(done_at), count(*) from trace.generation_part where number = %s", [number]
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def finish_parts(connection: Connection, number: int) -> None:
    """Sum what the parts wrote side by side, and make the indexes."""
    with connection.transaction():
        use_generation(connection, number)
        for statement in sql("consolidate").split(";"):
            if statement.strip():
                connection.execute(statement.encode())
        add_indexes(connection, number)
        add_reading_indexes(connection, number)
    with connection.transaction():
        use_generation(connection, number)
        connection.execute("analyze timeline, entry, link, aggregate, change, flow, memory")


def switch(
    connection: Connection,
    number: int,
    model: Model,
    watermarks: Mapping[int, int],
    finish: Callable[[set[int]], None],
    record: Record,
) -> None:
    """Fold what came since, under the lock that keeps other projectors out, and make `number` current."""
    with connection.transaction():
        current, target = come_level(connection, number, model, watermarks, finish, record)
        connection.execute("update trace.generation set state = 'retired' where number = %s", [current])
        before = connection.execute("select model_hash from trace.generation where number = %s", [current]).fetchone()
        connection.execute(sql("switch_generation"), [target, number])
        if before is not None and before[0] != model.hash:
            connection.execute(sql("shut_out_readers"))  # who reads sources by the model before writes nothing more
            _declare(connection, model)
        details = {"model": model.hash, "before": before[0] if before else None, "generation": number}
        tell(connection, "model_change", details)


def _declare(connection: Connection, model: Model) -> None:
    """Write down what is to be sealed in what was read before, by the role that may not seal it."""
    connection.execute(sql("declared_begin"), [model.hash])
    paths = [(name, type_, json.dumps(path)) for name, lane in model.lanes.items()
             for type_, meaning in lane.events.items() for path in meaning.personal]  # fmt: skip
    connection.execute(sql("declared_personal"), [model.hash, *([one[n] for one in paths] for n in range(3))])
    lanes = [(pattern.like, pattern.literals, lane) for pattern, lane in model.patterns]
    connection.execute(sql("declared_lanes"), [model.hash, *([one[n] for one in lanes] for n in range(3))])


def come_level(
    connection: Connection,
    number: int,
    model: Model,
    watermarks: Mapping[int, int],
    finish: Callable[[set[int]], None],
    record: Record,
) -> tuple[int, int]:
    """Bring `number` to where the current generation stands, which is locked; that one, and where it stands."""
    row = connection.execute(sql("generation_to_replace"), [number]).fetchone()
    if row is None:
        raise WhereaboutsError("another rebuild has finished meanwhile; this one is not needed")
    current, target, position = row
    use_generation(connection, number)
    projector, streams = Projector(connection, model, watermarks), set[int]()
    for events in _since(connection, model, position, target):
        signs, folded = projector.project(events, events[-1].position)
        record(connection, list(signs))
        streams |= folded
    finish(streams)
    return current, target


def give_up(connection: Connection, number: int) -> None:
    """Remove a generation that was built to be looked at."""
    with connection.transaction():
        drop_generation(connection, number)
        connection.execute("update trace.generation set state = 'failed' where number = %s", [number])


def _since(connection: Connection, model: Model, position: int, target: int) -> list[list[Logged]]:
    return list(replay(connection, model, position, target, batch=BATCH)) if target > position else []
