"""Numbers that were never seen, as closed ranges that nothing is ever forgotten from but what was found after all."""

from __future__ import annotations

import base64
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

CHUNK_RANGES = 4096  # so many ranges are packed at a time, and packed again only when one of them changes


class Ranges:
    """Sorted closed ranges of whole numbers that do not touch each other."""

    def __init__(self) -> None:
        self._lows: list[int] = []
        self._highs: list[int] = []
        self._packed: list[str] = []  # of whole chunks, from the first on

    def __len__(self) -> int:
        return len(self._lows)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(list(self._lows), list(self._highs), strict=True)

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self._lows, number) - 1
        return at >= 0 and number <= self._highs[at]

    @property
    def numbers(self) -> int:
        return sum(self._highs) - sum(self._lows) + len(self._lows)

    def add(self, low: int, high: int) -> None:
        """Add a range; what it overlaps or touches becomes one with it."""
        first = bisect_left(self._highs, low - 1)
        last = bisect_right(self._lows, high + 1)
        if first < last:
            low, high = min(low, self._lows[first]), max(high, self._highs[last - 1])
        self._lows[first:last] = [low]
        self._highs[first:last] = [high]
        self._changed(first)

    def remove(self, low: int, high: int) -> None:
        """Take these numbers out, wherever they are."""
        first = bisect_left(self._highs, low)
        last = bisect_right(self._lows, high)
        if first >= last:
            return
        left = [(self._lows[first], low - 1)] if self._lows[first] < low else []
        right = [(high + 1, self._highs[last - 1])] if self._highs[last - 1] > high else []
        self._lows[first:last] = [start for start, _ in left + right]
        self._highs[first:last] = [end for _, end in left + right]
        self._changed(first)

    def between(self, low: int, high: int) -> Iterator[tuple[int, int]]:
        """The parts of the ranges that lie in low..high."""
        for at in range(bisect_left(self._highs, low), bisect_right(self._lows, high)):
            yield max(low, self._lows[at]), min(high, self._highs[at])

    def others(self, low: int, high: int) -> Iterator[int]:
        """The numbers of low..high that lie in no range."""
        for start, end in self.between(low, high):
            yield from range(low, start)
            low = end + 1
        yield from range(low, high + 1)

    def packed(self) -> list[str]:
        """For a checkpoint: about one byte and a half a range."""
        whole = len(self._lows) // CHUNK_RANGES
        for chunk in range(len(self._packed), whole):
            self._packed.append(self._pack(chunk * CHUNK_RANGES, (chunk + 1) * CHUNK_RANGES))
        rest = self._pack(whole * CHUNK_RANGES, len(self._lows)) if len(self._lows) % CHUNK_RANGES else None
        return self._packed + [rest] if rest else list(self._packed)

    @classmethod
    def unpacked(cls, chunks: list[str]) -> Ranges:
        ranges = cls()
        for chunk in chunks:
            numbers = _varints(zlib.decompress(base64.b85decode(chunk)))
            at = 0
            for gap, length in zip(numbers, numbers, strict=True):
                low = at + _unfolded(gap)
                ranges._lows.append(low)
                ranges._highs.append(low + length)
                at = low + length
        return ranges

    def _changed(self, at: int) -> None:
        del self._packed[at // CHUNK_RANGES :]

    def _pack(self, first: int, last: int) -> str:
        packed = bytearray()
        at = 0
        for low, high in zip(self._lows[first:last], self._highs[first:last], strict=True):
            _put(packed, _folded(low - at))
            _put(packed, high - low)
            at = high
        return base64.b85encode(zlib.compress(packed)).decode()


def _folded(number: int) -> int:
    return number * 2 if number >= 0 else -number * 2 - 1


def _unfolded(number: int) -> int:
    return -(number + 1) // 2 if number % 2 else number // 2


def _put(packed: bytearray, number: int) -> None:
    while number > 127:
        packed.append(number & 127 | 128)
        number >>= 7
    packed.append(number)


def _varints(packed: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in packed:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield number
            number = shift = 0
