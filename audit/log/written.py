"""Log entries as they stand in the database, as the lines and commitments that were made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audit.log.entry import FORMAT, Entry, line_of
from audit.log.kinds import KINDS
from audit.log.seals import commitment_of_payload, how_read
from audit.values import rfc3339

Row = tuple[Any, ...]  # of trail_entries.sql or log_written.sql
LEAF, STATUS, ENCODING, LENGTH, SALT, SKELETON = 16, 17, 18, 19, 20, 21  # in a row


def line_of_row(row: Row) -> bytes:
    """The canonical line that the entry's leaf was made of."""
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
    return line_of(
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


def commitment_of_row(row: Row, pieces: Sequence[tuple[int, str, bytes]]) -> bytes:
    """What the entry is committed to by its payload and the `pieces` (start, path, commitment) that were cut out."""
    status, encoding, data_length, salt, skeleton, problem, place = row[17:24]
    how = how_read(status, data_length, encoding, problem, place)
    return commitment_of_payload(bytes(salt), how, bytes(skeleton), pieces)
