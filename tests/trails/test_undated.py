"""A trail of what bears no time: no view calls anything its time, and a stranger's check comes to the same."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

from audit.log.log_key import history
from audit.trails.bundle import write_bundle
from audit.trails.verify.checks import Trusted, verify
from audit.values import Subject
from tests.answers.conftest import asking
from tests.conftest import Database
from tests.projections.feed import Feed
from tests.projections.small import MODEL, line
from tests.trails.conftest import ASKED


def test_an_unknown_time_stands_in_the_logs_own_line_alone(database: Database, tmp_path: Path) -> None:
    nowhen = {"time": "yesterday", "recordedtime": "yesterday"}
    Feed(tmp_path, database, MODEL).tell(line("account-B", 1, "Opened", 0, envelope=nowhen, customer="C-2"))
    with asking() as inquiry:
        write_bundle(inquiry, Subject("account", "B"), ASKED, tmp_path / "trail.zip")
        key = history(inquiry.connection)[-1].key
    with ZipFile(tmp_path / "trail.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert [name for name, content in files.items() if b"1899" in content] == ["entries.jsonl"]
    assert b'"recorded_at":"1970' not in files["entries.jsonl"]
    assert b"time not known" in files["README.txt"]
    assert b'"undated":true' in files["view/story.jsonl"].replace(b" ", b"")
    verdict = verify(tmp_path / "trail.zip", Trusted(key, None, (), derives=True))
    assert verdict.is_intact and verdict.is_signed and not verdict.problems
