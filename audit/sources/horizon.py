"""The transaction horizon: rows are final when every transaction up to the one that wrote them has ended.

Transaction numbers do not order a stream's versions: a row is held back while an earlier one of its stream is.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

EPOCH = 1 << 32


class Waiting(msgspec.Struct, array_like=True):
    """A row that is seen and not yet final."""

    position: int
    transaction: int
    stream: str


def full_number(xmin: int, xmax: int) -> int:
    """A row's 32-bit `xmin` with its epoch, given the snapshot's next transaction `xmax` (a full number)."""
    number = (xmax >> 32 << 32) + xmin
    return number - EPOCH if number >= xmax else number


def final(waiting: Iterable[Waiting], horizon: int) -> tuple[list[int], list[Waiting]]:
    """The positions that are final, ascending, and what goes on waiting."""
    released: list[int] = []
    left: list[Waiting] = []
    held_streams: set[str] = set()
    for row in sorted(waiting, key=lambda row: row.position):
        if row.transaction < horizon and row.stream not in held_streams:
            released.append(row.position)
        else:
            held_streams.add(row.stream)
            left.append(row)
    return released, left
