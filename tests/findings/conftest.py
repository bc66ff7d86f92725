"""An empty instance with the small model, to be told events."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Database
from tests.projections.feed import Feed
from tests.projections.small import MODEL


@pytest.fixture
def feed(database: Database, tmp_path: Path) -> Feed:
    return Feed(tmp_path, database, MODEL)
