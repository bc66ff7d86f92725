"""Rows of the log's tables in PostgreSQL's binary COPY format, packed by hand: an object a value would cost most."""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct

from audit.database import Connection

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
EPOCH_2000 = 946_684_800_000_000  # PostgreSQL counts microseconds from 2000

_SALT_LENGTH = b"\0\0\0\x20"
_BLOCK_BYTES = 256 * 1024
_length = Struct(">i").pack
_identity_end = Struct(">iiiq").pack
_log_start = Struct(">hiqihiiiqiq").pack
_int8 = Struct(">iq").pack
_type_and_length = Struct(">iii").pack
_times = Struct(">iqiqiq").pack
_payload_start = Struct(">hiqih").pack
_stream_start = Struct(">hiqii").pack
_pending = Struct(">hiiiqiq").pack


def text(value: str) -> bytes:
    encoded = value.encode()
    return _length(len(encoded)) + encoded


def binary(value: bytes) -> bytes:
    return _length(len(value)) + value


def identity_row(event_id: bytes, source_id: int, position: int, digest: bytes) -> bytes:
    named = _identity_end(4, source_id, 8, position)
    return b"".join((b"\0\4", _length(len(event_id)), event_id, named, _length(len(digest)), digest))


def log_row(
    position: int,
    kind: int,
    source_id: int,
    source_position: int,
    stream_id: int,
    version: int | None,
    type_id: int,
    event_id: bytes,
    occurred: int,
    recorded: int,
    ingested: int,
    correlation: str | None,
    causation: str | None,
    step: str | None,
    first_position: int | None,
    commitment: bytes,
    leaf: bytes,
) -> bytes:
    """Times in microseconds since 1970."""
    return b"".join((
        _log_start(17, 8, position, 2, kind, 4, source_id, 8, source_position, 8, stream_id),
        NULL if version is None else _int8(8, version),
        _type_and_length(4, type_id, len(event_id)),
        event_id,
        _times(8, occurred - EPOCH_2000, 8, recorded - EPOCH_2000, 8, ingested - EPOCH_2000),
        NULL if correlation is None else text(correlation),
        NULL if causation is None else text(causation),
        NULL if step is None else text(step),
        NULL if first_position is None else _int8(8, first_position),
        b"\0\0\0\x20",
        commitment,
        b"\0\0\0\x20",
        leaf,
    ))


def payload_row(
    position: int,
    status: int,
    encoding: bytes,
    data_length: int,
    salt: bytes,
    skeleton: bytes,
    problem: str | None,
    place: str | None,
) -> bytes:
    """`encoding` is packed already (`text`)."""
    return b"".join((
        _payload_start(8, 8, position, 2, status),
        encoding,
        b"\0\0\0\4",
        _length(data_length),
        _SALT_LENGTH,
        salt,
        _length(len(skeleton)),
        skeleton,
        NULL if problem is None else text(problem),
        NULL if place is None else text(place),
    ))


def segment_row(
    position: int,
    ordinal: int,
    start: int,
    path: str,
    key_id: int,
    salt: bytes,
    nonce: bytes,
    ciphertext: bytes,
    commitment: bytes,
) -> bytes:
    return b"".join((
        b"\0\x09", _int8(8, position), b"\0\0\0\2", ordinal.to_bytes(2, "big"), b"\0\0\0\4", _length(start), text(path),
        _int8(8, key_id), binary(salt), binary(nonce), binary(ciphertext), binary(commitment),
    ))


def blind_row(digest: bytes, position: int, piece: int) -> bytes:
    return b"".join((b"\0\3", binary(digest), _int8(8, position), b"\0\0\0\2", piece.to_bytes(2, "big", signed=True)))


def stream_row(id_: int, source_id: int, name: str) -> bytes:
    return _stream_start(3, 8, id_, 4, source_id) + text(name)


def pending_row(source_id: int, source_position: int, position: int) -> bytes:
    return _pending(3, 4, source_id, 8, source_position, 8, position)


def copy_in(connection: Connection, statement: str, rows: Iterable[bytes]) -> None:
    """Send packed rows by a `copy ... from stdin (format binary)` statement, in blocks."""
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        block: list[bytes] = [HEADER]
        size = 0
        for row in rows:
            block.append(row)
            size += len(row)
            if size >= _BLOCK_BYTES:
                copy.write(b"".join(block))
                block, size = [], 0
        block.append(TRAILER)
        copy.write(b"".join(block))
