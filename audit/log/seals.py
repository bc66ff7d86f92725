"""Sealing and opening of pieces, and the salted commitments that the log holds instead of hashes.

A value's commitment is SHA-256(0x02 || salt || value). An event's is that of its exact bytes; where pieces were cut
out, it is SHA-256(0x03 || salt || length and bytes of the skeleton || for each piece: start, length and bytes of the
path, commitment), lengths and starts as 4 bytes, so that it can be shown with every piece closed or open.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from struct import Struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit.errors import WhereaboutsError

SALT_BYTES = 32

_u32 = Struct(">I").pack
_bound = Struct(">qh").pack


class BrokenSeal(WhereaboutsError):
    """A sealed piece does not open under its key: it was changed since it was sealed."""


def commitment_of_value(salt: bytes, value: bytes) -> bytes:
    return sha256(b"\x02" + salt + value).digest()


def commitment_of_parts(salt: bytes, skeleton: bytes, pieces: Sequence[tuple[int, str, bytes]]) -> bytes:
    """`pieces` are (start, path, commitment)."""
    parts = [b"\x03", salt, _u32(len(skeleton)), skeleton]
    for start, path, commitment in pieces:
        named = path.encode()
        parts += [_u32(start), _u32(len(named)), named, commitment]
    return sha256(b"".join(parts)).digest()


def seal(cipher: AESGCM, nonce: bytes, position: int, ordinal: int, path: str, value: bytes) -> bytes:
    """The ciphertext, bound to its place in the log. `nonce` must be random and never used before."""
    return cipher.encrypt(nonce, value, _bound(position, ordinal) + path.encode())


def unseal(cipher: AESGCM, position: int, ordinal: int, path: str, nonce: bytes, ciphertext: bytes) -> bytes:
    try:
        return cipher.decrypt(nonce, ciphertext, _bound(position, ordinal) + path.encode())
    except InvalidTag:
        raise BrokenSeal(
            f"the sealed piece {ordinal} of log position {position} was changed: restore trace.segment from a backup"
        ) from None
