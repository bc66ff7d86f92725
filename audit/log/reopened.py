"""Sealed pieces opened again, as far as their keys live: whether each says what it is committed to, and whether they
stand in the payload where their paths say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from audit.database import Connection, sql
from audit.errors import WhereaboutsError
from audit.log.cut import Path, cut, join
from audit.log.decode import data_of
from audit.log.logged import READABLE
from audit.log.pieces import Sealed
from audit.log.seals import commitment_of_value
from audit.log.written import ENCODING, LENGTH, SKELETON, STATUS, Row


class Written(NamedTuple):
    """A piece as it stands in the database."""

    sealed: Sealed
    salt: bytes
    commitment: bytes

    @property
    def told(self) -> tuple[int, str, bytes]:
        """What the payload's commitment says of it."""
        return self.sealed.start, self.sealed.path, self.commitment


def pieces_written(connection: Connection, after: int, upto: int) -> dict[int, list[Written]]:
    """Those of the entries behind `after`, in their order."""
    found: dict[int, list[Written]] = {}
    for row in connection.execute(sql("log_written_pieces"), [after, upto]).fetchall():
        position, ordinal, start, key_id, path, nonce, ciphertext, kind, key, wrapped, salt, commitment = row
        sealed = Sealed(ordinal, start, key_id, path, bytes(nonce), bytes(ciphertext), (kind, key), bytes(wrapped))
        found.setdefault(position, []).append(Written(sealed, bytes(salt), bytes(commitment)))
    return found


def troubles(row: Row, pieces: Sequence[Written], *, is_sealed_anew: bool) -> Iterator[str]:
    """What is wrong with an entry's pieces. Of an entry that was sealed anew the log says nothing about where each was
    at first, so those are put back and cut out once more."""
    position, values = row[0], list[tuple[int, bytes]]()
    for one in pieces:
        if one.sealed.is_erased:
            continue
        try:
            value = one.sealed.open(position)
        except WhereaboutsError:
            yield f"the sealed piece {one.sealed.ordinal} of entry {position:,} does not open"
            continue
        if commitment_of_value(one.salt, value) != one.commitment:
            yield f"the sealed piece {one.sealed.ordinal} of entry {position:,} is not the one it is committed to"
        values.append((one.sealed.start, value))
    if is_sealed_anew and len(values) == len(pieces) and row[STATUS] == READABLE and not _fits(row, pieces, values):
        yield f"the pieces of entry {position:,} do not stand where their paths say"


def _fits(row: Row, pieces: Sequence[Written], values: Sequence[tuple[int, bytes]]) -> bool:
    skeleton, encoding = bytes(row[SKELETON]), row[ENCODING]
    try:
        raw = join(skeleton, values)
        data = data_of(raw, encoding, row[LENGTH])
        written = [one.sealed.path.removeprefix("data." if encoding == "cloudevent" else "") for one in pieces]
        found = [list(dict.fromkeys(_paths(data, path))) for path in written]
        if any(len(paths) > 1 for paths in found):
            return True  # names hold dots, and what is written so stands in several places
        again, cut_out = cut(raw, encoding, row[LENGTH], [path for paths in found for path in paths])
    except (ValueError, RecursionError, AssertionError):
        return False
    told = [(one.sealed.start, one.sealed.path) for one in pieces]
    return again == skeleton and [(one.start, one.path) for one in cut_out] == told


def _paths(data: Any, written: str) -> Iterator[Path]:
    """All that are written so: a name may hold a dot, and of a list every element may be meant."""
    name, _, rest = written.partition(".")
    if isinstance(data, list) and not name.isdigit():
        for one in data:
            yield from _paths(one, written)
    elif isinstance(data, list):
        if int(name) < len(data):
            yield from ((name, *path) for path in (_paths(data[int(name)], rest) if rest else [()]))
    elif isinstance(data, dict):
        for name in data:
            if written == name:
                yield (name,)
            elif written.startswith(f"{name}."):
                yield from ((name, *path) for path in _paths(data[name], written[len(name) + 1 :]))
