"""A small bank's history, fed to the engine as event files in every way that files can be cut and ordered."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from audit import instance as instances
from audit import pipeline
from audit.rebuilding import rebuild_all
from audit.sources.files import sources_of
from demobank.answer_key import answer_key
from demobank.export import cloudevent
from demobank.simulation import Simulation
from demobank.work import ADAPTER, CORE, Row
from tests.conftest import Database
from tests.projections.dump import dump

MODEL = Path(__file__).parents[2] / "demobank" / "model.toml"
Dump = dict[str, list[tuple[Any, ...]]]


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
    """Both services' lines, each service's in its own order, taken from one or the other at random."""
    chance = random.Random(seed)
    left = [history.lines(CORE)[::-1], history.lines(ADAPTER)[::-1]]
    mixed = []
    while left := [lines for lines in left if lines]:
        mixed.append(chance.choice(left).pop())
    return mixed


@dataclass
class Feed:
    """Files written for one test, and an instance to read them into."""

    folder: Path
    database: Database
    files: int = 0

    def write(self, lines: Iterable[bytes]) -> Path:
        self.files += 1
        path = self.folder / f"events-{self.files}.ndjson"
        path.write_bytes(b"".join(lines))
        return path

    def take(self, *paths: Path, complete_until: int | None = None) -> pipeline.Outcome:
        """Ingest files in one run."""
        with self.database.connect("follower", autocommit=True) as connection:
            instance = instances.begin(connection, instances.load_model(MODEL))
        sources = sources_of(paths, key=b"tests", complete_until=complete_until)
        return pipeline.run(instance, sources, once=True, stop=threading.Event())

    def rebuild(self) -> None:
        rebuild_all(lambda number: None, _no_wait, lambda done, total: None)

    def dump(self) -> Dump:
        with self.database.connect("follower", autocommit=True) as connection:
            instance = instances.current(connection)
            assert instance is not None
            return dump(connection, instance.generation)


def _no_wait(seconds: float) -> None:
    raise AssertionError("nobody else is at a part: there is nothing to wait for")


def batches_of(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(pipeline, "BATCH_CATCHING_UP", size)


def assert_same(one: Dump, other: Dump, but: Callable[[str, tuple[Any, ...]], bool] | None = None) -> None:
    """Equal table by table; the first rows that only one of them has are named."""
    assert one.keys() == other.keys()
    for table in one:
        mine = [row for row in one[table] if but is None or not but(table, row)]
        yours = [row for row in other[table] if but is None or not but(table, row)]
        if mine == yours:
            continue
        only_mine = [row for row in mine if row not in yours]
        only_yours = [row for row in yours if row not in mine]
        raise AssertionError(f"{table}: {len(only_mine)} and {len(only_yours)} rows differ: "
                             f"{only_mine[:2]} instead of {only_yours[:2]}")
