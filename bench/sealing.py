"""What sealing adds to catch-up: the same events read twice into empty instances, once without leaves, tree,
checkpoints and numbers, compared by processor time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.judging import apart

UNSEALED = Path(__file__).with_name("unsealed.py")


def measured(folder: Path, environment: Mapping[str, str], events: int, sealed: float) -> Iterator[tuple[str, str]]:
    """One row. `environment` says where the bank is, `sealed` what a whole catch-up takes."""
    without = apart(folder / "unsealed", UNSEALED, environment)
    yield "sealing", (
        f"adds {sealed / without - 1:.0%} to catch-up: {without / events * 1e6:.0f} us an event without it,"
        f" {sealed / events * 1e6:.0f} us with it (Python and PostgreSQL)"
    )
