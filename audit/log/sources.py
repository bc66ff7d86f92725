"""The numbers that sources bear in every key: their order is that of the sources' names, whichever was seen first, so
that a tie between two sources is broken alike in every instance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby, pairwise

from audit.errors import UsageError

FIRST = 2**30
STEP = 2**20  # a thousand sources before and after the first, and room for twenty between any two
LAST = 2**31 - 1


def numbers_of(known: Mapping[str, int], wanted: Iterable[str]) -> dict[str, int]:
    """Numbers for the sources of `wanted` that are not `known` yet; names are compared as PostgreSQL's "C" does.

    Raises UsageError where there is no room left between two neighbours.
    """
    new = sorted(set(wanted) - known.keys(), key=str.encode)
    ordered = sorted(known, key=str.encode)
    found: dict[str, int] = {}
    for index, group in groupby(new, key=lambda name: sum(other.encode() < name.encode() for other in ordered)):
        below = known[ordered[index - 1]] if index else None
        above = known[ordered[index]] if index < len(ordered) else None
        names = list(group)
        numbers = _between(below, above, len(names))
        if not _is_ascending([0 if below is None else below, *numbers, LAST if above is None else above]):
            raise UsageError(f"source {names[0]!r} has no room among its neighbours: choose one that sorts elsewhere")
        found.update(zip(names, numbers, strict=True))
    return found


def _is_ascending(numbers: list[int]) -> bool:
    return all(one < other for one, other in pairwise(numbers))


def _between(below: int | None, above: int | None, count: int) -> list[int]:
    if below is None and above is None:
        below = FIRST - STEP
    if above is None:
        assert below is not None
        return [below + STEP * (n + 1) for n in range(count)]
    if below is None:
        return [above - STEP * (count - n) for n in range(count)]
    return [below + (above - below) * (n + 1) // (count + 1) for n in range(count)]
