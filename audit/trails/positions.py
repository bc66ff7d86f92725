"""Positions of entries in the log, many of them, in little memory: arrays that ascend."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence


def once(ordered: Sequence[int]) -> array[int]:
    """Each of them once."""
    found, before = array("q"), 0
    for position in ordered:
        if position != before:
            found.append(position)
            before = position
    return found


def has(ordered: array[int], position: int) -> bool:
    at = bisect_left(ordered, position)
    return at < len(ordered) and ordered[at] == position
