"""The history that all replays of this folder are of, and what one plain run makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demobank.history import simulation
from tests.conftest import Database, MakeDatabase, using
from tests.projections.bank import MODEL, History
from tests.projections.feed import Dump, Feed

ANCHOR = 1_795_000_000_000_000
EVENTS = 2_500


@pytest.fixture(scope="package")
def history() -> History:
    run = simulation("tests", EVENTS, ANCHOR)
    return History(list(run.run()), run)


@pytest.fixture(scope="package")
def plain(
    history: History, make_database: MakeDatabase, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[Dump]:
    """The read model of one run over one file."""
    made = make_database()
    with using(made, django_db_blocker):
        feed = Feed(tmp_path_factory.mktemp("plain"), made, MODEL)
        feed.take(feed.write(history.lines()))
        yield feed.dump()


@pytest.fixture
def feed(database: Database, tmp_path: Path) -> Feed:
    return Feed(tmp_path, database, MODEL)
