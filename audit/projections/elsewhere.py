"""Two sources that bear one identifier with different payloads: noticed by whichever is read second, told the same way
whichever that is."""

from __future__ import annotations

from collections.abc import Sequence

from audit.database import Connection, sql
from audit.log.logged import EVENT, Logged
from audit.model.meaning import Model
from audit.projections.names import Names, SubjectName
from audit.projections.signs import Sign


def collisions(connection: Connection, model: Model, names: Names, events: Sequence[Logged]) -> list[Sign]:
    """A sign for each pair; it is opened by the later of the two by (recorded time, source name)."""
    pairs = [(e.first_position, e.position) for e in events if e.kind == EVENT and e.first_position is not None]
    if not pairs:
        return []
    rows = connection.execute(sql("collisions"), [[one for pair in pairs for one in pair]]).fetchall()
    found = {row[0]: row for row in rows}
    signs = []
    for pair in pairs:
        later = max((found[position] for position in pair if position is not None), key=lambda row: (row[1], row[2]))
        signs.append(_sign(connection, model, names, later, [position for position in pair if position is not None]))
    return signs


def _sign(
    connection: Connection, model: Model, names: Names, later: tuple[int, int, str, str, str, str], pair: list[int]
) -> Sign:
    position, recorded, source, event_id, stream, type_ = later
    route = model.lane_of(stream)
    subject: SubjectName = (route[0].name, route[1]) if route else ("stream", stream)
    names.subjects.resolve(connection, [subject])
    return Sign(
        rule="id_collision",
        subject_id=names.subjects[subject],
        subject=f"{subject[0]}:{subject[1]}",
        opened_at=recorded,
        opened_by=position,
        opened_id=f"{source}/{event_id}",
        evidence=pair,
        numbers={"type": type_, "stream": stream},
    )
