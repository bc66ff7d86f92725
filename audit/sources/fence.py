"""The sequence-lock fence: which missing numbers can no longer be filled, proved by who holds the sequence's lock.

A number that is seen was drawn before it was seen, hence every lower number was drawn earlier still, by a transaction
that held the sequence's lock from then to its end. Whoever is not among the holders read after the rows has ended, and
a second look at the rows, after that, shows what it left. Only for sequences with cache 1, on a primary, where numbers
are drawn in the transaction that inserts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

PREPARED = "prepared"  # stands for every prepared transaction: its holder has no process


class Gap(msgspec.Struct):
    """Missing numbers low..high, and the transactions that could still bring them."""

    low: int
    high: int
    held: list[str]


class Settling(msgspec.Struct):
    """Everything up to `upto` is decided as soon as none of `held` is left."""

    upto: int
    held: list[str]


def narrowed(held_before: Collection[str], held: Collection[str]) -> list[str]:
    """Of those who could bring a known gap, the ones left. A holder may have become a prepared transaction."""
    left = set(held_before) & set(held)
    if PREPARED in held:
        left.add(PREPARED)
    return sorted(left)


def fenced(known: Iterable[Gap], new: Iterable[tuple[int, int]], held: Collection[str], settled: int) -> list[Gap]:
    """All gaps with who can still bring them; `held` was read after the rows between which the gaps lie.

    Gaps at or below `settled` were decided before those rows were read.
    """
    gaps = [Gap(gap.low, gap.high, narrowed(gap.held, held)) for gap in known]
    gaps += [Gap(low, high, [] if high <= settled else sorted(held)) for low, high in new]
    return sorted(gaps, key=lambda gap: gap.low)


def apart(gap: Gap, seen: Iterable[int]) -> list[Gap]:
    """What is left of a gap when some of its numbers (ascending) are seen."""
    left: list[Gap] = []
    low = gap.low
    for number in seen:
        if low < number:
            left.append(Gap(low, number - 1, gap.held))
        low = number + 1
    if low <= gap.high:
        left.append(Gap(low, gap.high, gap.held))
    return left
