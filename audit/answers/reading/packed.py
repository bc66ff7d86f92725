"""Columns that a statement packs into bytes, so that long series are read at the cost of their bytes, not of rows."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import repeat
from operator import eq, le
from sys import byteorder
from typing import Any, NamedTuple, overload

EPOCH_2000 = 946_684_800_000_000  # microseconds from 1970


Key = tuple[int, ...]


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


class Keys(Sequence[Key]):
    """Of many entries: what `Ground.key_of` makes of each, made only where it is asked for. Times since 2000."""

    def __init__(self, asked: array[int], recorded: array[int], others: Sequence[array[int]]) -> None:
        self._columns = asked, recorded, *others

    def after(self, first: Key) -> Keys:
        """With one more that comes before them."""
        columns = [array("q", [value]) + column for value, column in zip(first, self._columns, strict=True)]
        for column in columns[:2]:
            column[0] -= EPOCH_2000
        return Keys(columns[0], columns[1], columns[2:])

    def __len__(self) -> int:
        return len(self._columns[0])

    @overload
    def __getitem__(self, at: int) -> Key: ...
    @overload
    def __getitem__(self, at: slice) -> list[Key]: ...
    def __getitem__(self, at: int | slice) -> Key | list[Key]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        asked, recorded, *others = (column[at] for column in self._columns)
        return asked + EPOCH_2000, recorded + EPOCH_2000, *others

    def __iter__(self) -> Iterator[Key]:
        asked, recorded, *others = self._columns
        since_1970 = [time + EPOCH_2000 for time in recorded]
        clocks = (since_1970 if asked is recorded else [time + EPOCH_2000 for time in asked], since_1970)
        return zip(*clocks, *others)  # noqa: B905

    @property
    def is_ascending(self) -> bool:
        """Whether they are in order and none is there twice. They are in the order of what was recorded."""
        asked, recorded, *_, positions = self._columns
        is_in_order = asked is recorded or all(map(le, asked, asked[1:]))
        return is_in_order and not any(map(eq, positions, positions[1:]))


class Entries(NamedTuple):
    """Of one place, in the order of what was recorded."""

    keys: Keys
    amounts: list[int]


def entries_of(row: tuple[Any, ...]) -> Entries:
    """A row of `answer_entry_series`."""
    _, recorded, occurred, *others, amounts = row
    clock = integers(recorded)
    asked = clock if occurred is None else integers(occurred)
    return Entries(Keys(asked, clock, [integers(column) for column in others]), list(map(int, amounts.split(","))))


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
