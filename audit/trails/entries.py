"""The log's entries as they were committed to, and what shows their payloads without what is personal."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from audit.answers.inquiry import Inquiry
from audit.errors import WhereaboutsError
from audit.log.entry import FORMAT, KINDS, Entry, line_of
from audit.log.merkle import leaf_of
from audit.values import rfc3339


def entry_line(row: tuple[Any, ...]) -> bytes:
    (
        position,
        kind,
        source,
        source_position,
        stream,
        version,
        type_,
        event_id,
        occurred,
        recorded,
        ingested,
        correlation,
        causation,
        step,
        first,
        commitment,
        leaf,
    ) = row[:17]
    line = line_of(
        Entry(
            causation,
            bytes(commitment).hex(),
            correlation,
            event_id,
            None if first is None else str(first),
            str(position),
            rfc3339(ingested),
            KINDS[kind],
            rfc3339(occurred),
            str(source_position),
            rfc3339(recorded),
            source,
            step,
            stream,
            type_,
            FORMAT,
            None if version is None else str(version),
        )
    )
    if leaf_of(line) != bytes(leaf):
        raise WhereaboutsError(
            f"entry {position} of the log does not give its leaf: it was changed; nothing is exported"
        )
    return line


def payload_document(row: tuple[Any, ...], pieces: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    """What shows that the entry's commitment is to this payload, every sealed piece closed (audit/log/seals.py)."""
    status, encoding, data_length, salt, skeleton, problem, place = row[17:]
    return {
        "i": str(row[0]),
        "status": status,
        "encoding": encoding,
        "data_length": data_length,
        "salt": bytes(salt).hex(),
        "skeleton": b64encode(bytes(skeleton)).decode(),
        "pieces": [
            {"start": start, "path": path, "commitment": bytes(committed).hex()} for _, start, path, committed in pieces
        ],
        "problem": problem,
        "place": place,
    }


def pieces_of(inquiry: Inquiry, positions: list[int]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    for row in inquiry.rows("trail_pieces", [positions]):
        found.setdefault(row[0], []).append(row)
    return found
