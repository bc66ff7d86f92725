"""The log's entries as they were committed to, and what shows their payloads without what is personal."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from audit.answers.inquiry import Inquiry
from audit.errors import WhereaboutsError
from audit.log.merkle import leaf_of
from audit.log.written import LEAF, line_of_row


def entry_line(row: tuple[Any, ...]) -> bytes:
    line = line_of_row(row)
    if leaf_of(line) != bytes(row[LEAF]):
        raise WhereaboutsError(f"entry {row[0]} of the log does not give its leaf: it was changed; nothing is exported")
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
