"""Where order within a time is not known: whether some order of its rows adds up, and what they may come to. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

TRIES_MAX = 20_000  # of the search that is left where values lie too close together to be told apart

Row = tuple[int, int | None]  # what it moves, and what it asserts after itself


def ends(rows: Sequence[Row], starts: Iterable[int], tolerance: int) -> set[int]:
    """The values that the rows may come to in an order in which each asserted value is, within `tolerance`, the value
    before it (the last asserted, first one of `starts`) and what was moved since. Empty: no order adds up.

    A search that would take too long is given up, and the rows are taken to be right.
    """
    found: set[int] = set()
    for start in starts:
        if len(rows) == 1:
            found |= _single(rows[0], start, tolerance)
        elif all(asserted is not None for _, asserted in rows):
            found |= _trail([(moved, asserted or 0) for moved, asserted in rows], start, tolerance)
        else:
            found |= _searched(rows, start, tolerance)
    return found


def last_values(rows: Sequence[Row]) -> list[int]:
    """What rows that do not add up may have come to: any asserted value, for which of them is wrong is not known. Those
    from which no other row goes on are likelier, and come first."""
    starts = Counter(asserted - moved for moved, asserted in rows if asserted is not None)
    asserted_values = Counter(asserted for _, asserted in rows if asserted is not None)
    return list(dict.fromkeys([*sorted(asserted_values - starts), *sorted(asserted_values)]))


def _single(row: Row, start: int, tolerance: int) -> set[int]:
    moved, asserted = row
    if asserted is None:
        return {start + moved}
    return {asserted} if abs(start + moved - asserted) <= tolerance else set()


def _trail(rows: Sequence[tuple[int, int]], start: int, tolerance: int) -> set[int]:
    """Rows are edges from what they need before to what they assert after; an order is a trail over all of them.

    Values nearer to each other than the tolerance are one node. Where such a node is wider than the tolerance, a trail
    is necessary and not sufficient, and the search decides.
    """
    edges = [(asserted - moved, asserted) for moved, asserted in rows]
    node, is_exact = _nodes({start, *(value for edge in edges for value in edge)}, tolerance)
    last = _last_node([(node[one], node[other]) for one, other in edges], node[start])
    if last is None:
        return set()
    return {asserted for _, asserted in rows if node[asserted] == last} if is_exact else _searched(
        rows, start, tolerance
    )


def _nodes(values: set[int], tolerance: int) -> tuple[dict[int, int], bool]:
    """Values by node, and whether each node's values are all within the tolerance of each other."""
    node: dict[int, int] = {}
    is_exact, first, previous = True, 0, None
    for value in sorted(values):
        if previous is None or value - previous > tolerance:
            first = value
        is_exact = is_exact and value - first <= tolerance
        node[value], previous = first, value
    return node, is_exact


def _last_node(edges: Sequence[tuple[int, int]], start: int) -> int | None:
    """Where a trail from `start` over all edges ends; None: there is none (Euler: degrees and connection)."""
    surplus = Counter(other for _, other in edges)
    surplus.subtract(Counter(one for one, _ in edges))
    surplus[start] += 1
    left = [node for node, count in surplus.items() if count]
    if len(left) != 1 or surplus[left[0]] != 1:
        return None
    beside: dict[int, set[int]] = defaultdict(set)
    for one, other in edges:
        beside[one].add(other)
        beside[other].add(one)
    reached, ahead = {start}, [start]
    while ahead:
        new = beside[ahead.pop()] - reached
        reached |= new
        ahead += new
    return left[0] if beside.keys() <= reached else None


def _searched(rows: Sequence[Row], start: int, tolerance: int) -> set[int]:
    """Depth first over what is left and the value reached; equal rows are one choice."""
    found: set[int] = set()
    seen: set[tuple[tuple[tuple[Row, int], ...], int]] = set()
    ahead = [(Counter(rows), start)]
    while ahead:
        left, value = ahead.pop()
        if not left:
            found.add(value)
            continue
        mark = (tuple(sorted(left.items(), key=repr)), value)
        if mark in seen:
            continue
        seen.add(mark)
        if len(seen) > TRIES_MAX:
            return {asserted for _, asserted in rows if asserted is not None} or {value}
        for row in left:
            reached = _single(row, value, tolerance)
            if reached:
                ahead.append((left - Counter([row]), reached.pop()))
    return found
