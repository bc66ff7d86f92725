"""Torn lines and the whole events that they are the beginnings of, wherever these are read: in another file or source,
before or after. What is found is noted in the transaction that logs the later of the two (trace.note)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from audit.arrays import Integers, Texts
from audit.database import Connection, sql
from audit.log.identity import keyed_digest
from audit.log.logged import NOT_READ
from audit.log.opened import open_payloads
from audit.sources.contract import RawEvent
from audit.sources.torn import Torn, torn

LINE = "cloudevent"  # the encoding of what is a line


class _Line(NamedTuple):
    position: int
    event: RawEvent


def note_wholes(connection: Connection, source_id: int, read: Iterable[tuple[int, RawEvent, bool]]) -> None:
    """Of lines logged just now, each with its position and whether it can be read: which are whole what others are the
    beginning of, and the other way round. The head of the log is locked."""
    wholes: dict[str, _Line] = {}
    found: list[tuple[_Line, Torn]] = []
    for position, event, is_readable in read:
        if event.encoding != LINE:
            return
        if is_readable:
            wholes[event.id] = _Line(position, event)
        elif event.problem is not None and (told := torn(event.raw)) is not None:
            found.append((_Line(position, event), told))
    pairs = _earlier_wholes(connection, source_id, found) if found else []
    if found:
        _keep(connection, source_id, found)
    if wholes:
        rows = connection.execute(sql("torn_of"), {"ids": Texts(list(wholes)), "source": source_id}).fetchall()
        pairs += [(wholes[id_].position, at) for at, id_, *begun in rows if _begins(wholes[id_].event.raw, *begun)]
    if pairs:
        connection.execute(sql("note_wholes"), [Integers(one) for one in zip(*pairs, strict=True)])


def _keep(connection: Connection, source_id: int, found: Sequence[tuple[_Line, Torn]]) -> None:
    rows = [
        (line.position, told.id, None if told.names_source else source_id, len(_ended(line)), _digest(_ended(line)))
        for line, told in found
    ]
    with connection.cursor() as cursor:
        cursor.executemany(sql("torn_add"), rows)


def _earlier_wholes(
    connection: Connection, source_id: int, found: Sequence[tuple[_Line, Torn]]
) -> list[tuple[int, int]]:
    """Pairs of a whole event that was logged before and what is its beginning."""
    asked = {"ids": Texts([told.id for _, told in found]), "before": min(line.position for line, _ in found)}
    known: dict[str, list[tuple[int, int]]] = {}
    for id_, of_source, position in connection.execute(sql("wholes_of"), asked).fetchall():
        known.setdefault(id_, []).append((of_source, position))
    payloads = open_payloads(connection, [position for ones in known.values() for _, position in ones])
    return [
        (position, line.position)
        for line, told in found
        for of_source, position in known.get(told.id, ())
        if (told.names_source or of_source == source_id)
        and (payload := payloads.get(position)) is not None
        and payload.encoding == LINE
        and payload.status not in NOT_READ
        and payload.raw is not None
        and payload.raw.startswith(_ended(line))
    ]


def _begins(raw: bytes, length: int, digest: bytes) -> bool:
    return len(raw) > length and _digest(raw[:length]) == digest


def _ended(line: _Line) -> bytes:
    return line.event.raw.rstrip(b"\r")


def _digest(raw: bytes) -> bytes:
    digest = keyed_digest()
    digest.update(raw)
    return digest.digest()
