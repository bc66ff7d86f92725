"""The gap set against a plain set of numbers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.sources import gapset
from audit.sources.gapset import Ranges

edges = st.tuples(st.integers(-20, 60), st.integers(0, 12)).map(lambda pair: (pair[0], pair[0] + pair[1]))
steps = st.lists(st.tuples(st.booleans(), edges), max_size=25)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(steps, edges)
def test_it_is_a_set_of_numbers(steps: list[tuple[bool, tuple[int, int]]], window: tuple[int, int]) -> None:
    ranges, numbers = Ranges(), set[int]()
    for adds, (low, high) in steps:
        (ranges.add if adds else ranges.remove)(low, high)
        numbers = numbers | {*range(low, high + 1)} if adds else numbers - {*range(low, high + 1)}
        assert Ranges.unpacked(ranges.packed()).packed() == ranges.packed()
    assert {number for low, high in ranges for number in range(low, high + 1)} == numbers
    assert ranges.numbers == len(numbers)
    assert all(number in ranges for number in numbers) and 1000 not in ranges
    lows = [low for low, _ in ranges]
    assert all(high + 1 < low for (_, high), low in zip(list(ranges), lows[1:], strict=False)), "ranges touch"
    others = list(ranges.others(*window))
    assert others == [number for number in range(window[0], window[1] + 1) if number not in numbers]
    within = {number for low, high in ranges.between(*window) for number in range(low, high + 1)}
    assert within == numbers & {*range(window[0], window[1] + 1)}


def test_a_million_dead_numbers_are_a_small_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gapset, "CHUNK_RANGES", 512)
    ranges = Ranges()
    for number in range(0, 100_000, 10):
        ranges.add(number, number)
    packed = ranges.packed()
    assert sum(map(len, packed)) < 3 * len(ranges)
    ranges.remove(50_000, 50_000)
    again = ranges.packed()
    assert again[:8] == packed[:8] and again != packed
    assert list(Ranges.unpacked(again)) == list(ranges)
