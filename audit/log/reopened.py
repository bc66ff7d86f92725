"""Sealed pieces opened again, as far as their keys live: whether each says what it is committed to, and whether they
stand in the payload where their paths say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from audit.database import Connection, sql
from audit.errors import WhereaboutsError
from audit.log.cut import cut
from audit.log.logged import READABLE
from audit.log.pieces import Sealed, rejoined
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
    position, values = row[0], list[tuple[Sealed, bytes]]()
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
        values.append((one.sealed, value))
    if is_sealed_anew and len(values) == len(pieces) and row[STATUS] == READABLE and not _fits(row, values):
        yield f"the pieces of entry {position:,} do not stand where their paths say"


def _fits(row: Row, values: Sequence[tuple[Sealed, bytes]]) -> bool:
    skeleton, encoding = bytes(row[SKELETON]), row[ENCODING]
    try:
        raw, left = rejoined(skeleton, values), [piece for piece, _ in values]
        is_outermost = True
        while left:  # of what encloses other pieces first, then of what stands in it
            paths = {tuple(one.path.split(".")) for one in left}
            outer = [one for one in left if not _is_inside(tuple(one.path.split(".")), paths)]
            found = [tuple(one.path.split(".")) for one in outer]
            again, cut_out = cut(raw, encoding, row[LENGTH], [path[encoding == "cloudevent" :] for path in found])
            if [(one.start, one.path) for one in cut_out] != [(one.start, one.path) for one in outer]:
                return False
            if is_outermost and again != skeleton:
                return False
            left, is_outermost = [one for one in left if one not in outer], False
    except (ValueError, RecursionError, AssertionError):
        return False
    return True


def _is_inside(path: tuple[str, ...], others: Collection[tuple[str, ...]]) -> bool:
    return any(path[:length] in others for length in range(1, len(path)))
