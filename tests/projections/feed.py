"""Event files fed to an instance in every way that files can be cut and ordered, and the read model taken out again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from audit import instance as instances
from audit import pipeline
from audit.instance import Instance
from audit.rebuilding import rebuild_all
from audit.sources.files import sources_of
from tests.conftest import Database
from tests.projections.dump import dump

Dump = dict[str, list[tuple[Any, ...]]]
Row = tuple[Any, ...]


@dataclass
class Feed:
    """Files written for one test, and an instance to read them into."""

    folder: Path
    database: Database
    model: Path
    files: int = 0

    @property
    def instance(self) -> Instance:
        with self.database.connect("follower", autocommit=True) as connection:
            return instances.begin(connection, instances.load_model(self.model))

    def write(self, lines: Iterable[bytes]) -> Path:
        self.files += 1
        path = self.folder / f"events-{self.files}.ndjson"
        path.write_bytes(b"".join(lines))
        return path

    def take(self, *paths: Path, complete_until: int | None = None) -> pipeline.Outcome:
        """Ingest files in one run."""
        sources = sources_of(paths, key=b"tests", complete_until=complete_until)
        return pipeline.run(self.instance, sources, once=True, stop=threading.Event())

    def tell(self, *lines: bytes, complete_until: int | None = None) -> None:
        """Ingest these lines as one more file."""
        self.take(self.write(lines), complete_until=complete_until)

    def rebuild(self) -> None:
        rebuild_all(lambda number: None, _no_wait, lambda done, total: None)

    def dump(self) -> Dump:
        with self.database.connect("follower", autocommit=True) as connection:
            return dump(connection, self.instance.generation)

    def rows(self, query: str, *values: Any) -> list[Row]:
        """Ask the current generation and the log."""
        with self.database.connect("follower") as connection:
            path = f"read_{self.instance.generation}, trace, public"
            connection.execute("select set_config('search_path', %s, true)", [path])
            return connection.execute(query.encode(), values).fetchall()

    def findings(self, rule: str | None = None) -> list[tuple[str, str, str, str]]:
        """Rule, subject, state and the opening event of each finding (of a rule), in story order."""
        return [
            (row[0], row[1], row[2], row[3])
            for row in self.rows(
                "select f.rule, s.kind || ':' || s.key, f.state, o.name || '/' || l.event_id from finding f "
                "join subject s on s.id = f.subject_id join log l on l.position = f.opened_by "
                "join source o on o.id = l.source_id order by f.opened_at, f.rule, 2, f.id"
            )
            if rule in (None, row[0])
        ]


def _no_wait(seconds: float) -> None:
    raise AssertionError("nobody else is at a part: there is nothing to wait for")


def batches_of(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Read and fold at most so many events at once."""
    monkeypatch.setattr("audit.feeds.BATCH_CATCHING_UP", size)
    monkeypatch.setattr("audit.pipeline.BATCH_CATCHING_UP", size)


def assert_same(one: Dump, other: Dump, but: Callable[[str, Row], bool] | None = None) -> None:
    """Equal table by table; the first rows that only one of them has are named."""
    assert one.keys() == other.keys()
    for table in one:
        mine = [row for row in one[table] if but is None or not but(table, row)]
        yours = [row for row in other[table] if but is None or not but(table, row)]
        if mine == yours:
            continue
        only_mine = [row for row in mine if row not in yours]
        only_yours = [row for row in yours if row not in mine]
        raise AssertionError(
            f"{table}: {len(only_mine)} and {len(only_yours)} rows differ: {only_mine[:2]} instead of {only_yours[:2]}"
        )
