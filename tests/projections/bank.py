"""A small history of the demo bank as lines of event files."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from demobank.answer_key import answer_key
from demobank.export import cloudevent
from demobank.simulation import Simulation
from demobank.work import SERVICES, Row

MODEL = Path(__file__).parents[2] / "demobank" / "model.toml"

@dataclass(frozen=True)
class History:
    """What the bank wrote, with what it knows of the faults in it."""

    rows: Sequence[Row]
    run: Simulation

    @property
    def answers(self) -> list[dict[str, Any]]:
        return answer_key(self.run.planting)

    def lines(self, service: str | None = None) -> list[bytes]:
        return [cloudevent(row) for row in self.rows if service in (None, row.service)]


def in_disorder(rows: Sequence[Row], seed: int) -> list[bytes]:
    """Lines in any order, but for those of one append of one stream, whose order only the file can tell."""
    chance = random.Random(seed)
    appends = [list(group) for _, group in groupby(rows, lambda row: (row.stream, row.recorded))]
    chance.shuffle(appends)
    return [cloudevent(row) for group in appends for row in group]


def interleaved(history: History, seed: int) -> list[bytes]:
    """All services' lines, each service's in its own order, taken from one or the other at random."""
    chance = random.Random(seed)
    left = [history.lines(service)[::-1] for service in SERVICES]
    mixed = []
    while left := [lines for lines in left if lines]:
        mixed.append(chance.choice(left).pop())
    return mixed
