"""A trail is asked for through the door, made by a worker, and fetched by who asked for it, each time recorded."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pyrage
import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError

from audit.access import approvals, people
from audit.access.approvals import ApprovalMissing
from audit.models import AuditRecord, Export
from audit.tasks import make_export, remove_expired_exports
from audit.trails import folder
from audit.trails.expiry import withdraw
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
    record = AuditRecord.objects.latest("id")
    assert record.kind == "download"
    assert record.details == {"export": waiting[0], "form": "trail", "manifest": made.manifest}
    report, table = (b"".join(support.get(f"{page}/file?form={form}")) for form in ("report", "table"))
    assert report.startswith(b"%PDF") and made.manifest in table.decode("utf-8-sig")
    assert AuditRecord.objects.latest("id").details["form"] == "table"
    assert support.get(f"{page}/file?form=../key").status_code == 400


def test_to_a_recipient_no_file_is_plain(transfer: int, support: Client, waiting: list[int], bank: Bank) -> None:
    identity = pyrage.x25519.Identity.generate()
    page = support.post(f"/of/transfer/{transfer}/export", {"recipient": str(identity.to_public())}).headers["Location"]
    make(waiting[0])
    left = {file.name for file in folder().glob(f"{Export.objects.get(pk=waiting[0]).file.partition('.')[0]}*")}
    assert len(left) == 3 and all(name.endswith(".age") for name in left)
    fetched = support.get(f"{page}/file")
    assert fetched.headers["Content-Disposition"] == f'attachment; filename="trail-{waiting[0]}.zip.age"'
    opened = pyrage.decrypt(b"".join(fetched), [identity])
    digest = sha256(zipfile.ZipFile(io.BytesIO(opened)).read("manifest.json")).hexdigest()
    assert Export.objects.get(pk=waiting[0]).manifest == digest
    assert pyrage.decrypt(b"".join(support.get(f"{page}/file?form=report")), [identity]).startswith(b"%PDF")


@pytest.mark.parametrize(
    "key", ["age1nobody", "AGE-SECRET-KEY-1QQ", "ssh-dss AAAA", "-----BEGIN OPENSSH PRIVATE KEY-----"]
)
def test_what_is_no_public_key_is_refused_and_not_kept(
    key: str, transfer: int, support: Client, waiting: list[int], bank: Bank
) -> None:
    answer = support.post(f"/of/transfer/{transfer}/export", {"recipient": key})
    assert answer.status_code == 400 and key not in answer.content.decode() and not waiting


def test_after_its_time_the_files_are_gone_and_the_page_says_so(
    transfer: int, support: Client, waiting: list[int], bank: Bank
) -> None:
    page = support.post(f"/of/transfer/{transfer}/export").headers["Location"]
    make(waiting[0])
    Export.objects.filter(pk=waiting[0]).update(expires_at=timezone.now())
    assert support.get(f"{page}/file").status_code == 404, "also before the task has run"
    remove_expired_exports()
    assert not list(folder().glob(f"{Export.objects.get(pk=waiting[0]).file.partition('.')[0]}*"))
    assert "Removed." in support.get(page).content.decode()
    assert "ask for it again" in support.get(f"{page}/file").content.decode()
    withdraw(Export.objects.filter(pk=waiting[0]))
    assert "Withdrawn." in support.get(page).content.decode()
    assert "was withdrawn" in support.get(f"{page}/file").content.decode()


def test_who_has_the_right_fetches_what_others_asked_for(
    transfer: int, support: Client, waiting: list[int], bank: Bank
) -> None:
    page = support.post(f"/of/transfer/{transfer}/export").headers["Location"]
    make(waiting[0])
    auditor = browser_of("auditor")
    assert "/reason" in auditor.get(f"{page}/file").headers["Location"]
    assert b"".join(with_reason(auditor, "transfer", transfer).get(f"{page}/file")).startswith(b"PK")


def test_what_was_exported_under_secrecy_needs_the_right_to_secrecy_too(
    transfer: int, waiting: list[int], bank: Bank
) -> None:
    investigator = with_reason(browser_of("investigator"), "transfer", transfer, code="authority")
    page = investigator.post(f"/of/transfer/{transfer}/export").headers["Location"]
    assert browser_of("data_protection").get(page).status_code == 404
    assert browser_of("auditor").get(page).status_code == 200


def test_what_a_killed_worker_left_is_swept_away(
    transfer: int, support: Client, waiting: list[int], bank: Bank
) -> None:
    support.post(f"/of/transfer/{transfer}/export")
    left = folder() / f"trail-{waiting[0]}-0000.zip"
    others = folder() / f"trail-{waiting[0]}0-0000.zip"
    for file in (left, others):
        file.write_bytes(b"plain")
    make(waiting[0])
    assert not left.exists() and others.exists()
    others.unlink()


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


def test_what_shows_many_customers_needs_a_second_person(bank: Bank, tmp_path: Path) -> None:
    with bank.database.connect("web") as connection:
        place = connection.execute("select book || '/' || kind || ':' || key from trace.place where kind = 'clearing'"
                                   " order by id limit 1").fetchone()  # fmt: skip
    assert place is not None
    file = tmp_path / "trail.zip"
    words = ["export", f"place:{place[0]}", "-o", str(file), "--as", "investigator", "--reason", "fraud:F-1"]
    with pytest.raises(ApprovalMissing):
        call_command(*words)
    assert not file.exists()
    said = io.StringIO()
    call_command(*words, "--ask", "The clearing asks for it", "--json", stdout=said)
    number = json.loads(said.getvalue())["approval"]
    with pytest.raises(ApprovalMissing):
        call_command(*words)
    approvals.approve(people.actor_named("team_lead"), number)
    call_command(*words, "--json", stdout=io.StringIO())
    manifest = json.loads(zipfile.ZipFile(file).read("manifest.json"))
    assert manifest["approval"]["by"] == "team_lead" and manifest["approval"]["id"] == str(number)
    with pytest.raises(ApprovalMissing):
        call_command(*words)


def test_a_page_asks_for_a_part_of_a_trail(transfer: int, support: Client, waiting: list[int]) -> None:
    assert support.post(f"/of/transfer/{transfer}/export", {"since": "2026-01-01T00:00:00Z"}).status_code == 302
    made = Export.objects.get(pk=waiting[0])
    assert made.since == "2026-01-01T00:00:00.000000Z" and made.approval is None
    for wrong in ({"since": "yesterday"}, {"side": "customer:nobody"}, {"accounts": "A-1"}):
        assert support.post(f"/of/transfer/{transfer}/export", wrong).status_code in (400, 404), wrong
    assert len(waiting) == 1
    page = support.get(f"/of/transfer/{transfer}").content.decode()
    assert 'id="export-part"' in page and 'name="side"' in page and 'name="accounts"' not in page
