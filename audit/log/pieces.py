"""The sealed pieces of a payload as audit/sql/logged.sql packs them, and their opening."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from struct import Struct
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit.access import keys
from audit.log.cut import join
from audit.log.seals import unseal

_head = Struct(">hiq")
_length = Struct(">i")


class Sealed(NamedTuple):
    """One piece. `wrapped` is empty where its key was destroyed: the piece is erased for ever."""

    ordinal: int
    start: int
    key_id: int
    path: str
    nonce: bytes
    ciphertext: bytes
    owner: keys.Owner
    wrapped: bytes

    @property
    def is_erased(self) -> bool:
        return not self.wrapped or not self.ciphertext

    def open(self, position: int) -> bytes:
        cipher = _cipher(self.key_id, self.wrapped, self.owner)
        return unseal(cipher, position, self.ordinal, self.path, self.nonce, self.ciphertext)


def unpacked(packed: bytes | None) -> list[Sealed]:
    return list(_unpacked(packed)) if packed else []


def original(position: int, skeleton: bytes, pieces: list[Sealed]) -> bytes | None:
    """The event's exact bytes; None where a piece is erased."""
    if not pieces:
        return skeleton
    if any(piece.is_erased for piece in pieces):
        return None
    if len(pieces) == 1 and not pieces[0].path:
        return pieces[0].open(position)
    return rejoined(skeleton, [(piece, piece.open(position)) for piece in pieces])


def rejoined(skeleton: bytes, opened: Sequence[tuple[Sealed, bytes]]) -> bytes:
    """What encloses others (it was cut out after them) is put back before them."""
    ordered = sorted(opened, key=lambda one: (one[0].start, -one[0].ordinal))
    return join(skeleton, ((piece.start, value) for piece, value in ordered))


def _unpacked(packed: bytes) -> Iterator[Sealed]:
    at = 0
    while at < len(packed):
        ordinal, start, key_id = _head.unpack_from(packed, at)
        at += _head.size
        parts: list[bytes] = []
        for _ in range(6):
            (length,) = _length.unpack_from(packed, at)
            parts.append(packed[at + 4 : at + 4 + length])
            at += 4 + length
        path, nonce, ciphertext, kind, key, wrapped = parts
        yield Sealed(ordinal, start, key_id, path.decode(), nonce, ciphertext, (kind.decode(), key.decode()), wrapped)


@lru_cache(maxsize=20_000)
def _cipher(key_id: int, wrapped: bytes, owner: keys.Owner) -> AESGCM:
    return keys.opened(wrapped, owner)
