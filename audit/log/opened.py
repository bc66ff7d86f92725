"""Payloads in the clear, for reading one event deeper: skeleton and sealed pieces put together, never written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit import prepared
from audit.database import Connection, sql
from audit.log.decode import data_of, data_of_skeleton
from audit.log.logged import READABLE
from audit.log.pieces import Sealed, original
from audit.values import Subject

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Payload:
    """An event's content. `data` None: unreadable, or its key is destroyed. `raw` None: erased in part.

    `sealed` are the paths of the payload that were sealed, and for whom (() stands for the whole).
    """

    position: int
    status: int
    encoding: str
    data_length: int
    data: dict[str, Any] | None
    raw: bytes | None
    problem: str | None = None
    place: str | None = None
    sealed: Mapping[Path, Subject] = field(default_factory=dict)


def open_payloads(connection: Connection, positions: Sequence[int]) -> dict[int, Payload]:
    """The payloads of these positions, in two statements. A redelivery has none: its bytes are kept already."""
    if not positions:
        return {}
    pieces = pieces_of(connection, positions)
    rows = prepared.rows(connection, sql("answer_payloads"), [list(positions)])
    return {row[0]: _opened(row, pieces.get(row[0], [])) for row in rows}


def pieces_of(connection: Connection, positions: Sequence[int]) -> dict[int, list[Sealed]]:
    """The sealed pieces of these positions' payloads, in their order."""
    found: dict[int, list[Sealed]] = {}
    rows = prepared.rows(connection, sql("answer_segments"), [list(positions)])
    for position, ordinal, start, key_id, path, nonce, ciphertext, kind, key, wrapped in rows:
        piece = Sealed(ordinal, start, key_id, path, bytes(nonce), bytes(ciphertext), (kind, key), bytes(wrapped))
        found.setdefault(position, []).append(piece)
    return found


def _opened(row: tuple[Any, ...], pieces: list[Sealed]) -> Payload:
    position, status, encoding, data_length, skeleton, problem, place = row
    raw = original(position, bytes(skeleton), pieces)
    sealed = {payload_path(piece.path, encoding): Subject(*piece.owner) for piece in pieces}
    data = _data(raw, bytes(skeleton), status, encoding, data_length)
    return Payload(position, status, encoding, data_length, data, raw, problem, place, sealed)


def payload_path(path: str, encoding: str) -> Path:
    """The path of a piece, as the payload has it."""
    parts = tuple(path.split(".")) if path else ()
    return parts[1:] if encoding == "cloudevent" and parts[:1] == ("data",) else parts


def _data(raw: bytes | None, skeleton: bytes, status: int, encoding: str, data_length: int) -> dict[str, Any] | None:
    """An event whose type is not known may still be JSON: it is shown, and read for nothing."""
    try:
        if raw is not None:
            return data_of(raw, encoding, data_length)
        return data_of_skeleton(skeleton, encoding) if status == READABLE else None
    except (ValueError, RecursionError):
        return None
