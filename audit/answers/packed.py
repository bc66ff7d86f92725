"""Columns that a statement packs into bytes, so that long series are read at the cost of their bytes, not of rows."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import repeat
from sys import byteorder
from typing import Any, NamedTuple

EPOCH_2000 = 946_684_800_000_000  # microseconds from 1970


class ChangeSeries(NamedTuple):
    """Every change of one stream's (and item's) field, in the stream's order. Times are microseconds since 1970."""

    stream_id: int
    stream: str
    source_id: int
    item: str
    recorded: list[int]
    occurred: list[int]
    orders: Sequence[int]
    positions: Sequence[int]
    values: Sequence[str]

    def keys(self, is_recorded: bool) -> Iterator[tuple[int, int, int, int, int]]:
        times = self.recorded if is_recorded else self.occurred
        return zip(times, self.recorded, repeat(self.source_id), self.orders, self.positions)  # noqa: B905


def change_series(row: tuple[Any, ...]) -> ChangeSeries:
    """A row of `answer_change_series`."""
    stream_id, stream, source_id, item, recorded, occurred, orders, positions, values = row
    clocks = times(recorded), times(occurred)
    return ChangeSeries(stream_id, stream, source_id, item, *clocks, integers(orders), integers(positions), values)


def integers(packed: bytes) -> array[int]:
    """Big-endian integers of eight bytes."""
    found = array("q", bytes(packed))
    if byteorder == "little":
        found.byteswap()
    return found


def times(packed: bytes) -> list[int]:
    """Times as PostgreSQL sends them, in microseconds since 1970."""
    return [time + EPOCH_2000 for time in integers(packed)]


def time_in(packed: bytes) -> int:
    """One of them."""
    return int.from_bytes(packed, "big", signed=True) + EPOCH_2000
