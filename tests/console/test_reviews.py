"""Broken glass opens what stays shut, for a quarter of an hour, and somebody else looks at it afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client

from audit.access import looks, reviews
from audit.access.looks import Look
from audit.access.people import Actor
from audit.access.reasons import Reason
from audit.access.restricted import restrict
from audit.errors import Refused, UnknownSubject, UsageError
from audit.models import AuditRecord, OpenDoor
from audit.values import Subject
from tests.conftest import Database
from tests.console.conftest import Bank, browser_of, shut_doors

LEAD = Actor("team_lead", "team_lead", frozenset({"review"}))
GLASS = {"code": "complaint", "ticket": "T-1", "why": "the customer stands at the desk"}


@pytest.fixture(scope="module")
def kept(bank: Bank, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str]:
    """A customer whom nobody may open."""
    id = bank.ids("customer")[0]
    key = bank.rows("select key from trace.subject where id = %s", id)[0][0]
    file = tmp_path_factory.mktemp("list") / "restricted.csv"
    file.write_text(f"customer,ground,may_open\n{key},protected,\n")
    restrict(file)
    return id, key


def break_(browser: Client, key: str, **changed: str) -> int:
    return int(browser.post("/break-glass", {**GLASS, "text": key, **changed}).status_code)


def test_broken_glass_opens_one_customer_for_one_person_and_a_while(bank: Bank, kept: tuple[int, str]) -> None:
    id, key = kept
    support, other = browser_of("support"), browser_of("investigator")
    assert support.get(f"/of/customer/{id}").status_code == 404
    assert break_(support, key) == 302
    page = support.get(f"/of/customer/{id}")
    assert page.status_code == 200 and "glass broken" in page.content.decode()
    assert other.get(f"/of/customer/{id}").status_code == 404
    row = OpenDoor.objects.latest("id")
    assert row.closes_at - row.opened_at == timedelta(minutes=15)
    record = AuditRecord.objects.filter(kind="break_glass").latest("id")
    assert (record.subjects, record.outcome, record.ticket) == ([f"customer:{key}"], "broken", "T-1")
    assert GLASS["why"] not in str(record.details)
    shut_doors()
    assert support.get(f"/of/customer/{id}").status_code == 404


@pytest.mark.parametrize("missing", ["ticket", "why", "code", "text"])
def test_it_breaks_for_nobody_who_does_not_say_why(missing: str, kept: tuple[int, str]) -> None:
    doors = OpenDoor.objects.count()
    assert break_(browser_of("support"), kept[1], **{missing: ""}) == 200
    assert OpenDoor.objects.count() == doors


def test_trying_is_recorded_where_nobody_is_found(kept: tuple[int, str]) -> None:
    assert break_(browser_of("support"), "C-nobody") == 404
    assert AuditRecord.objects.filter(kind="break_glass").latest("id").outcome == "not found"


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_who_may_not_break_it_is_refused(role: str, kept: tuple[int, str]) -> None:
    assert break_(browser_of(role), kept[1]) == 403


def test_it_stays_on_the_list_until_another_person_has_reviewed_it(kept: tuple[int, str]) -> None:
    lead = browser_of("team_lead")
    assert break_(lead, kept[1]) == 302
    own = AuditRecord.objects.filter(kind="break_glass", outcome="broken").latest("id")
    page = lead.get("/reviews").content.decode()
    assert "another person reviews it" in page and f"/reviews/{own.pk}" not in page
    assert lead.post(f"/reviews/{own.pk}", {"verdict": "justified"}).status_code == 403
    assert browser_of("support").post(f"/reviews/{own.pk}", {"verdict": "justified"}).status_code == 403
    assert own.pk in [item.record.pk for item in reviews.broken().waiting]
    second = Actor("second", "team_lead", frozenset({"review"}))
    reviews.review(second, own.pk, "not_justified")
    assert own.pk not in [item.record.pk for item in reviews.broken().waiting]
    with pytest.raises(UsageError):
        reviews.review(second, own.pk, "justified")
    assert "not justified" in lead.get("/reviews").content.decode()


def test_a_review_is_of_what_can_be_reviewed(database: Database) -> None:
    secret = looks.record(Actor("anna", "investigator"), Look("reason", "door", [], Reason("authority")))
    look = looks.record(Actor("anna", "investigator"), Look("look", "customer"))
    for number in (secret, look, 10**9):
        with pytest.raises(UnknownSubject):
            reviews.review(LEAD, number, "justified")
    with pytest.raises(UsageError):
        reviews.review(LEAD, look, "fine")
    with pytest.raises(Refused):
        reviews.review(Actor("x", "support"), look, "justified")


def test_the_weeks_sample_is_the_same_whenever_it_is_drawn_and_has_everybody(database: Database) -> None:
    for number in range(40):
        who = Actor("busy" if number else "rare", "support")
        looks.record(who, Look("reason", "door", [Subject("customer", f"C-{number}")], Reason("written")))
    looks.record(Actor("desk", "authority_desk"), Look("reason", "door", [], Reason("authority")))
    week = datetime.now(UTC).date()
    drawn = [item.record.pk for item in reviews.sample(week)]
    assert drawn == [item.record.pk for item in reviews.sample(reviews.monday_of(week))]
    assert len(drawn) == reviews.SAMPLE
    assert {item.record.actor for item in reviews.sample(week)} == {"busy", "rare"}
    assert reviews.sample(date(2020, 1, 1)) == []


@pytest.mark.parametrize("text", ["2026", "2026-W60", "last", "2026-W1x"])
def test_a_week_is_written_as_one(text: str) -> None:
    with pytest.raises(UsageError):
        reviews.week_named(text)
    assert reviews.week_name(reviews.week_named("2026-W47")) == "2026-W47"


def test_the_command_names_nobody_and_ends_with_1_while_glass_waits(
    kept: tuple[int, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert break_(browser_of("support"), kept[1]) == 302
    with pytest.raises(SystemExit) as ended:
        call_command("reviews", json=True)
    told = capsys.readouterr().out
    assert ended.value.code == 1 and '"about":"break_glass"' in told and kept[1] not in told
