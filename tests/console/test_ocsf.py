"""The access log for a SIEM: valid against OCSF's own schema, complete, and without a customer in it."""

from __future__ import annotations

import json
import tomllib
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from ocsf_emitter import models

from audit.access import looks, ocsf
from audit.access.looks import Look
from audit.access.people import SYSTEM, Actor
from audit.access.reasons import Reason
from audit.errors import UsageError
from audit.models import AuditRecord
from audit.values import Subject
from audit.version import VERSION
from tests.conftest import Database
from tests.console.conftest import PASSWORD, make_user

CLASSES: dict[int, Any] = {3002: models.Authentication, 6003: models.ApiActivity}


def printed(**options: Any) -> list[dict[str, Any]]:
    out = StringIO()
    call_command("access_log", ocsf=True, stdout=out, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_every_kind_is_valid_ocsf(database: Database) -> None:
    person = Actor("mette", "support", session="digest", address="203.0.113.9")
    about, reason = [Subject("customer", "C-4711")], Reason("call", "Mette Holm")
    for kind in looks.KINDS:
        look = Look(kind, "customer", about, reason, unmasked=["name"], duration_ms=12, details={"what": "Mette Holm"})
        for actor in (person, SYSTEM, Actor("", "", address="203.0.113.9")):
            looks.record(actor, look)
    told = printed()
    assert len(told) == 3 * len(looks.KINDS)
    for event in told:
        checked = CLASSES[event["class_uid"]].model_validate(event)
        assert set(event) <= set(type(checked).model_fields)
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
        text = json.dumps(event)
        assert "C-4711" not in text and "Holm" not in text
        assert event["class_uid"] == 3002 or event["resources"][0]["uid"] == ocsf.pseudonym("customer:C-4711")


def test_signing_in_and_failing_are_told_apart(database: Database) -> None:
    make_user("support")
    browser = Client(HTTP_HOST="localhost")
    for password in ("wrong", PASSWORD):
        browser.post("/sign-in", {"username": "support", "password": password})
    told = [(event["class_uid"], event["status_id"], event["user"]["name"]) for event in printed()]
    assert told == [(3002, 2, "support"), (3002, 1, "support")]


def test_none_is_missed_or_told_twice(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that commits late has a lower number than others that were told already."""
    monkeypatch.setattr(ocsf, "BATCH", 2)
    with database.connect("web") as late:
        insert = (
            b"insert into audit_record (kind, actor, recorded_at, role, session, address, subjects, page, unmasked,"
        )
        insert += (
            b" moment, reason_code, ticket, caller_identified, outcome, details) values ('look', 'late', now(), '',"
        )
        insert += b" '', '', '[]', '', '[]', '', '', '', '', '', '{}')"
        late.execute(insert)
        for _ in range(5):
            looks.record(SYSTEM, Look("look", "desk"))
        first = printed()
        late.commit()
    last = first[-1]["metadata"]["uid"] if first else ocsf.BEGINNING
    told = [*first, *printed(after=last)]
    numbers = sorted(int(event["metadata"]["uid"].partition("-")[2]) for event in told)
    assert numbers == sorted(AuditRecord.objects.values_list("id", flat=True))


def test_a_place_that_is_none_is_refused(database: Database) -> None:
    for after in ("", "7", "-", "x-1", "1-x", "1-2-3", "9" * 50 + "-1"):
        with pytest.raises(UsageError):
            printed(after=after)


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION
