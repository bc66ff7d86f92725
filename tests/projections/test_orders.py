"""Rows without an order add up if some order does: held against trying them all."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from audit.projections import orders
from audit.projections.orders import Row

rows = st.lists(st.tuples(st.integers(-4, 4), st.none() | st.integers(-6, 6)), min_size=1, max_size=5)


def tried(rows: list[Row], start: int, tolerance: int) -> set[int]:
    found = set()
    for order in permutations(rows):
        value: int | None = start
        for moved, asserted in order:
            value = value + moved if value is not None else None
            if value is not None and asserted is not None:
                value = asserted if abs(value - asserted) <= tolerance else None
        if value is not None:
            found.add(value)
    return found


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(rows, st.integers(-2, 2), st.integers(0, 2))
def test_it_finds_an_order_whenever_there_is_one(rows: list[Row], start: int, tolerance: int) -> None:
    wanted, found = tried(rows, start, tolerance), orders.ends(rows, [start], tolerance)
    assert bool(found) == bool(wanted)
    assert wanted <= found


def test_a_long_day_takes_no_time() -> None:
    """Five hundred rows that go up and down between two values, the last one missing."""
    rows: list[Row] = [(5, 105), (-5, 100)] * 250
    assert orders.ends(rows, [100], 1) == {100}
    assert orders.ends(rows[:-1], [100], 1) == {105}
    assert orders.ends([*rows, (7, 90)], [100], 1) == set()
    assert orders.last_values([*rows, (7, 90)]) == [90, 100, 105]
