"""Exports that were asked for: made once, with progress; a failure is written down for people."""

from __future__ import annotations

from zipfile import ZipFile

import pytest

from audit.models import Export
from audit.trails import folder
from audit.trails.make import make
from tests.conftest import Database


def asked_for(subject: str) -> Export:
    return Export.objects.create(subject=subject, actor="eva", role="auditor", reason_code="audit")


def test_an_export_is_made_once_with_its_progress(world: Database) -> None:
    asked, told = asked_for("customer:C0"), []
    make(asked.pk, lambda done, total: told.append((done, total)))
    asked.refresh_from_db()
    assert asked.state == "done" and not asked.trouble and asked.finished_at is not None
    assert ZipFile(folder() / asked.file).testzip() is None
    assert told[-1][0] == told[-1][1] > 0 and [done for done, _ in told] == sorted(done for done, _ in told)
    file = asked.file
    make(asked.pk)
    asked.refresh_from_db()
    assert asked.file == file, "what is made is not made again"


def test_progress_is_written_where_a_page_can_see_it(world: Database) -> None:
    asked = asked_for("transfer:T1")
    make(asked.pk)
    asked.refresh_from_db()
    assert asked.done == asked.total > 0


def test_a_failure_is_written_down(world: Database) -> None:
    asked = asked_for("customer:nobody")
    make(asked.pk)
    asked.refresh_from_db()
    assert asked.state == "failed" and "customer:nobody" in asked.trouble and not asked.file


def test_a_fault_of_ours_is_raised_and_told(world: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asked_for("customer:C0")
    monkeypatch.setattr("audit.trails.make.write_bundle", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make(asked.pk)
    asked.refresh_from_db()
    assert asked.state == "failed" and "please report" in asked.trouble
