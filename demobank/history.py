"""The bank's past: generated as a stream of rows, and loaded into its stores in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from demobank.faults import DEFAULT
from demobank.planting import Stroke
from demobank.simulation import DAY, Simulation

SEED = "whereabouts"
EVENTS = 100_000
DAYS_MAX = 180
ANCHOR = 1_795_435_200_000_000  # where a history ends if nothing is said: 2026-11-23T12:00:00Z


def simulation(
    seed: str,
    events: int,
    anchor: int = ANCHOR,
    faults: Mapping[str, int] | None = None,
    together: Sequence[Stroke] = (),
) -> Simulation:
    """A bank whose history of so many events ends at `anchor` (microseconds since 1970).

    `faults` are planted so many times each on a customer of their own, those of `together` on one customer.
    """
    days = max(12, min(DAYS_MAX, events // 500))
    return Simulation(seed, events, anchor - days * DAY, days, DEFAULT if faults is None else faults, together)
