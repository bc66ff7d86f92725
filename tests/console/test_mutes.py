"""Muted findings and correction notes: two people, never silently, and gone from no list."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg
import pytest
from django.test import Client
from django.utils import timezone

from audit.access import approvals, corrections, mutes, people
from audit.access.mask import hidden
from audit.answers.inquiry import inquire
from audit.answers.pages.findings import finding as ask_finding
from audit.answers.pages.findings import rule_lines
from audit.answers.shapes import FindingLine, RuleLine
from audit.database import reading
from audit.errors import UsageError
from audit.models import Approval, AuditRecord, CorrectionNote, Mute
from audit.values import Subject
from tests.console.conftest import Bank, browser_of, with_reason

NOTE = "We paid 500 by hand to Kirsten Olsen"
TOMORROW = timezone.now().date() + timedelta(days=1)


def asked_by(browser: Client, url: str, **post: str) -> Approval:
    answer = browser.post(url, post)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/approvals")
    return Approval.objects.latest("pk")


def done(request: Approval, browser: Client) -> None:
    """Approved by another person, then done by who asked, on the page."""
    assert browser.post(f"/approvals/{request.pk}/do").status_code == 403
    assert browser_of("investigator").post(f"/approvals/{request.pk}/approve").status_code == 302
    assert b"Do it now" in browser.get("/approvals").content
    assert browser_of("investigator").post(f"/approvals/{request.pk}/do").status_code == 403
    assert browser.post(f"/approvals/{request.pk}/do").status_code == 302
    assert browser.post(f"/approvals/{request.pk}/do").status_code == 403


@pytest.fixture(scope="module")
def finding(bank: Bank) -> str:
    return str(bank.rows(
        "select f.id from finding f join trace.subject s on s.id = f.subject_id where s.kind = 'transfer'"
        " and f.state = 'open' order by f.id limit 1")[0][0])  # fmt: skip


def looked_at(finding: str) -> tuple[FindingLine, dict[str, RuleLine]]:
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        return ask_finding(inquiry, finding).finding, {one.rule: one for one in rule_lines(inquiry)}


@pytest.fixture(scope="module")
def unmuted(bank: Bank, finding: str) -> tuple[FindingLine, dict[str, RuleLine]]:
    return looked_at(finding)


@pytest.fixture(scope="module")
def mute(finding: str, unmuted: object) -> Approval:
    browser = browser_of("team_lead")
    request = asked_by(browser, f"/finding/{finding}/mute", whom="subject", until=TOMORROW.isoformat(), why="known")
    done(request, browser)
    return request


@pytest.fixture(scope="module")
def note(bank: Bank, finding: str) -> None:
    browser = browser_of("team_lead")
    request = asked_by(browser, f"/finding/{finding}/correction", text=NOTE)
    assert NOTE.encode() in browser_of("investigator").get("/approvals").content
    done(request, browser)


def test_a_muted_rule_is_judged_listed_and_counted_apart(
    finding: str, unmuted: tuple[FindingLine, dict[str, RuleLine]], mute: Approval
) -> None:
    browser = browser_of("team_lead")
    (before, lines), (after, now) = unmuted, looked_at(finding)
    assert (before.muted_until, after.muted_until, after.state) == (None, TOMORROW, "open")
    assert now[after.rule].open == lines[after.rule].open and now[after.rule].muted == 1
    assert b"muted until" in browser.get(f"/finding/{finding}").content
    assert b"muted until" in browser.get(f"/findings?rule={after.rule}&state=open").content
    assert b"1 muted" in browser.get("/overview").content
    record = AuditRecord.objects.get(kind="mute")
    assert record.details["until"] == TOMORROW.isoformat() and record.details["approval"] == mute.pk


@pytest.mark.parametrize("until", [date(2020, 1, 1), timezone.now().date(), TOMORROW + timedelta(days=400)])
def test_nothing_is_muted_for_ever_or_for_the_past(until: date, bank: Bank) -> None:
    with pytest.raises(UsageError, match="say until which day"):
        mutes.ask(people.actor_named("team_lead"), "stuck", None, until, "known")


def test_a_note_stands_on_the_page_of_whom_it_is_about(bank: Bank, finding: str, note: None) -> None:
    browser = browser_of("team_lead")
    id = bank.rows("select subject_id from finding where id = %s", finding)[0][0]
    with_reason(browser, "transfer", id)
    assert NOTE.encode() in browser.get(f"/of/transfer/{id}").content
    page = browser.get(f"/finding/{finding}").content
    assert b"A note by team_lead with investigator" in page and NOTE.encode() not in page, "that page needs no reason"
    assert NOTE not in repr(list(AuditRecord.objects.filter(kind="correction_note").values()))


def test_neither_is_written_without_the_approval_of_exactly_it(bank: Bank, mute: Approval, note: None) -> None:
    lead = people.actor_named("team_lead")
    pending = mutes.ask(lead, "stuck", None, TOMORROW, "known")
    with pytest.raises(approvals.ApprovalMissing):
        mutes.mute(lead, pending)
    used = Approval.objects.get(pk=mute.pk)
    for statement in (
        "insert into mute (what, rule, subject, until, muted_by, approval_id) values ('x', 'stuck', '', %s, 'a', %s)",
        "insert into correction_note (what, subject, finding, text_id, written_by, approval_id)"
        f" select what, 'a:b', '', {pending.why_id}, 'a', id from approval where now() > %s and id = %s",
    ):
        with bank.database.connect("web") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode(), (TOMORROW - timedelta(days=9), used.pk))
    other = "insert into mute (what, rule, subject, until, muted_by, approval_id) select what, {}, '', id"
    said = ("details ->> 'rule'", "details ->> 'subject'", "(details ->> 'until')::date")
    for at, changed in enumerate(("'another'", "'customer:another'", "'2999-01-01'::date")):  # of what was approved
        columns = ", ".join(changed if at == one else column for one, column in enumerate(said))
        with bank.database.connect("web") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"{other.format(columns)} from approval where id = %s".encode(), (used.pk,))
    for table in ("mute", "correction_note"):
        for statement in (f"update {table} set what = ''", f"delete from {table}"):
            with bank.database.connect("owner") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
    assert Mute.objects.count() == CorrectionNote.objects.count() == 1
    assert corrections.corrections(Subject.parse(CorrectionNote.objects.get().subject)).total == 1


def test_a_note_is_about_what_was_approved_and_nothing_else(bank: Bank, finding: str) -> None:
    """Its subject, finding, text and writer are bound: an approval that was used stands for no other note."""
    lead = people.actor_named("team_lead")
    about = Subject.parse(CorrectionNote.objects.get().subject)
    request = corrections.ask(lead, about, finding, "put right by hand", [about])
    approvals.approve(people.actor_named("investigator"), request.pk)
    used = approvals.take(lead, "correction_note", request.what, request.details)
    add = ("insert into correction_note (what, subject, finding, text_id, written_by, approval_id)"
           " select what, {}, {}, {}, {}, id from approval where id = %s")  # fmt: skip
    said = ("details ->> 'subject'", "details ->> 'finding'", "why_id", "requester")
    others = ("'customer:another'", "'another'", "(select min(id) from kept_text)", "'auditor'")
    for at, changed in enumerate(others):
        columns = [changed if at == one else column for one, column in enumerate(said)]
        with bank.database.connect("web") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(add.format(*columns).encode(), (used.pk,))
    with bank.database.connect("web") as connection:
        assert connection.execute(add.format(*said).encode(), (used.pk,)).rowcount == 1
        connection.rollback()


def test_data_protection_asks_for_an_erasure_and_holds_on_the_page(bank: Bank) -> None:
    id = bank.ids("customer")[0]
    browser = with_reason(browser_of("data_protection"), "customer", id, "written")
    assert b"Ask to erase" in browser.get(f"/of/customer/{id}").content
    assert b"Ask to erase" not in with_reason(browser_of("support"), "customer", id).get(f"/of/customer/{id}").content
    assert browser.post(f"/of/customer/{id}/erasure", {"what": "erase", "why": "She asks"}).status_code == 403
    asked_by(browser, f"/of/customer/{id}/erasure", what="erase", why="She asks", despite="yes")
    assert browser.post(f"/of/customer/{id}/erasure", {"what": "hold", "why": "Police"}).status_code == 302
    assert b"A legal hold stands" in browser.get(f"/of/customer/{id}").content
    request = Approval.objects.latest("pk")
    browser_of("authority_desk").post(f"/approvals/{request.pk}/approve")
    assert browser.post(f"/approvals/{request.pk}/do").status_code == 403, "the hold came after the approval"
    assert browser.post(f"/of/customer/{id}/erasure", {"what": "lift"}).status_code == 302
