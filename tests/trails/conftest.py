"""One small bank for all that is exported from it, and a trail of one of its transfers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest

from audit.log.log_key import history
from audit.log.signed_notes import PublicKey
from audit.trails.asked import Asked
from audit.trails.bundle import write_bundle
from audit.trails.contents import ORDER
from audit.values import Subject
from tests.answers.conftest import asking
from tests.answers.conftest import bank as bank
from tests.answers.conftest import world as world
from tests.authority import authority as authority
from tests.conftest import Database

ASKED = Asked("eva", "auditor", datetime(2026, 4, 1, tzinfo=UTC), "audit", "A-1")

@dataclass(frozen=True)
class Trail:
    path: Path
    key: PublicKey
    files: dict[str, bytes]

    @property
    def entries(self) -> list[bytes]:
        return self.files["entries.jsonl"].splitlines(keepends=True)

    def index(self, line: int) -> int:
        return int(json.loads(self.entries[line])["i"])


@pytest.fixture(scope="package")
def trail(world: Database, tmp_path_factory: pytest.TempPathFactory) -> Trail:
    folder = tmp_path_factory.mktemp("trail")
    with asking() as inquiry:
        write_bundle(inquiry, Subject("transfer", "T7"), ASKED, folder / "trail.zip")
        key = history(inquiry.connection)[-1].key
    unpacked = unpack(folder / "trail.zip", folder)
    return Trail(folder / "trail.zip", key, {name: (unpacked / name).read_bytes() for name in ORDER})


def unpack(path: Path, folder: Path) -> Path:
    """By a program that is not ours."""
    with ZipFile(path) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"
