"""A demo bank's store that is written to, and instances that follow it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit import configuration, pipeline
from audit.sources.contract import Source
from demobank.loading import load_history
from tests.conftest import Database
from tests.pipeline.following import CONFIGURATION, END, follow_once
from tests.projections.bank import MODEL
from tests.projections.feed import Feed
from tests.projections.small import MODEL as SMALL
from tests.sources.bank import Bank

ANCHOR = datetime(2026, 11, 18, tzinfo=UTC)


@dataclass(frozen=True)
class Store:
    """A bank's two event stores, and the configuration that reads them."""

    url: str
    configuration: Path

    def sources(self) -> list[Source]:
        return configuration.open_sources(configuration.configuration(self.configuration), complete_until=END)

    def follow(self, feed: Feed) -> pipeline.Outcome:
        """Read all there is, and stop."""
        return follow_once(feed.instance, self.sources())


@pytest.fixture
def store(empty_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    url = empty_database()
    load_history(url, anchor=ANCHOR, seed="tests", events=2_500)
    monkeypatch.setenv("BANK_DATABASE_URL", url)
    path = tmp_path / "whereabouts.toml"
    path.write_text(CONFIGURATION.read_text().replace('"model.toml"', f'"{MODEL}"'))
    return Store(url, path)


@pytest.fixture
def bank(empty_database: Callable[[], str]) -> Bank:
    return Bank(empty_database())


@pytest.fixture
def feed(database: Database, tmp_path: Path) -> Feed:
    return Feed(tmp_path, database, MODEL)


@pytest.fixture
def small(database: Database, tmp_path: Path) -> Feed:
    return Feed(tmp_path, database, SMALL)
