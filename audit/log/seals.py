"""Sealing and opening of pieces, and the salted commitments that the log holds instead of hashes.

A value's commitment is SHA-256(0x02 || salt || value). A payload's is SHA-256(0x03 || salt || status || data_length
|| encoding || problem || place || skeleton || for each piece that was cut out: start, path, commitment): how it was
read is committed to as much as its bytes, and it can be shown with every piece closed or open. The status is one byte,
numbers are four; texts and the skeleton stand behind their length in four bytes, one that is not there is 0xffffffff.
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
_read = Struct(">BI").pack
_NO_TEXT = b"\xff\xff\xff\xff"
_bound = Struct(">qh").pack


class BrokenSeal(WhereaboutsError):
    """A sealed piece does not open under its key: it was changed since it was sealed."""


def commitment_of_value(salt: bytes, value: bytes) -> bytes:
    return sha256(b"\x02" + salt + value).digest()


def commitment_of_payload(
    salt: bytes, how: bytes, skeleton: bytes, pieces: Sequence[tuple[int, str, bytes]] = ()
) -> bytes:
    """`how` it was read, as `how_read` packs it; `pieces` are (start, path, commitment)."""
    parts = [b"\x03", salt, how, _u32(len(skeleton)), skeleton]
    for start, path, commitment in pieces:
        parts += [_u32(start), _text(path), commitment]
    return sha256(b"".join(parts)).digest()


def how_read(status: int, data_length: int, encoding: str, problem: str | None, place: str | None) -> bytes:
    """What a payload's commitment says of how it was read."""
    return b"".join((_read(status, data_length), _text(encoding), _text(problem), _text(place)))


def _text(text: str | None) -> bytes:
    if text is None:
        return _NO_TEXT
    raw = text.encode()
    return _u32(len(raw)) + raw


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
