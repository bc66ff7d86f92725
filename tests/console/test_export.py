"""A trail is asked for through the door, made by a worker, and fetched by who asked for it, each time recorded."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from kombu.exceptions import OperationalError

from audit.models import AuditRecord, Export
from audit.tasks import make_export
from audit.trails.make import make
from tests.console.conftest import Bank, browser_of, with_reason


@pytest.fixture
def transfer(bank: Bank) -> int:
    return bank.with_finding("transfer")


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the workers were told of, and have not begun."""
    told: list[int] = []
    monkeypatch.setattr(make_export, "delay", told.append)
    return told


@pytest.fixture
def support(bank: Bank, transfer: int) -> Client:
    return with_reason(browser_of("support"), "transfer", transfer)


def test_an_export_is_asked_for_made_and_fetched(
    transfer: int, support: Client, waiting: list[int], bank: Bank, tmp_path: object
) -> None:
    asked = support.post(f"/of/transfer/{transfer}/export?at=2026-11-22T12:00")
    page = asked.headers["Location"]
    assert waiting and page == f"/export/{waiting[0]}"
    record = AuditRecord.objects.latest("id")
    assert (record.kind, record.outcome, record.reason_code) == ("export", "asked for", "call")
    text = support.get(page).content.decode()
    assert "Nobody is working on it" not in text
    assert "Waiting for a worker" in text and 'hx-trigger="every 1s"' in text
    assert support.get(f"{page}/file").status_code == 404
    make(waiting[0])
    made = Export.objects.get(pk=waiting[0])
    assert (made.state, made.moment) == ("done", "2026-11-22T11:00:00.000000Z")
    begins = re.search(r'<section class="card" id="export".*?>', support.get(page).content.decode())
    assert begins and "hx-trigger" not in begins[0]
    fetched = support.get(f"{page}/file")
    assert zipfile.ZipFile(io.BytesIO(b"".join(fetched))).testzip() is None
    assert fetched.headers["Content-Disposition"] == f'attachment; filename="trail-{waiting[0]}.zip"'
    assert AuditRecord.objects.latest("id").kind == "download"


def test_an_export_that_nobody_takes_says_so(
    transfer: int, support: Client, waiting: list[int], bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = support.post(f"/of/transfer/{transfer}/export").headers["Location"]
    monkeypatch.setattr("console.views.export.TAKEN_WITHIN", timedelta(seconds=-1))
    text = support.get(page).content.decode()
    assert "Nobody is working on it" in text and "console.celery:application worker" in text


def test_nobody_else_sees_or_fetches_it(transfer: int, support: Client, waiting: list[int], bank: Bank) -> None:
    page = support.post(f"/of/transfer/{transfer}/export").headers["Location"]
    make(waiting[0])
    other = with_reason(browser_of("investigator"), "transfer", transfer)
    assert other.get(page).status_code == other.get(f"{page}/file").status_code == 404
    assert browser_of("administrator").get(f"{page}/file").status_code == 403


def test_it_is_fetched_through_an_open_door_only(
    transfer: int, support: Client, waiting: list[int], bank: Bank
) -> None:
    page = support.post(f"/of/transfer/{transfer}/export").headers["Location"]
    make(waiting[0])
    later = browser_of("support").get(f"{page}/file")
    assert later.status_code == 302 and f"/of/transfer/{transfer}/reason" in later.headers["Location"]


def test_without_a_reason_nothing_is_made(transfer: int, waiting: list[int], bank: Bank) -> None:
    before = Export.objects.count()
    assert "/reason" in browser_of("support").post(f"/of/transfer/{transfer}/export").headers["Location"]
    assert not waiting and Export.objects.count() == before


def test_workers_that_cannot_be_reached_are_said(
    transfer: int, support: Client, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(number: int) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(make_export, "delay", fail)
    answer = support.post(f"/of/transfer/{transfer}/export", follow=True)
    assert "the workers cannot be reached" in answer.content.decode()


def test_its_part_equals_its_piece(transfer: int, support: Client, waiting: list[int], bank: Bank) -> None:
    page = support.post(f"/of/transfer/{transfer}/export").headers["Location"]
    piece = support.get(page, headers={"HX-Request": "true", "HX-Target": "export"}).content.decode()
    assert piece.strip() in support.get(page).content.decode()
