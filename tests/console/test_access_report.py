"""The report for a customer: dates and purposes, nobody's name, nothing under secrecy, and every making recorded."""

from __future__ import annotations

import contextlib
import io
import json
import re
from dataclasses import replace

import pytest
from django.core.management import call_command

from audit.access import looks, reviews
from audit.access.looks import Look
from audit.access.people import Actor
from audit.access.reasons import Reason
from audit.errors import Refused
from audit.models import AuditRecord
from audit.values import Subject
from tests.console.conftest import Bank, browser_of, with_reason

CALLED, SECRET = Reason("call", "88123", "app"), Reason("money_laundering", "AML-7")


@pytest.fixture(scope="module")
def customer(bank: Bank) -> tuple[int, str, str]:
    """Looked at twice in one session, once in another, exported, and once under secrecy."""
    id = bank.ids("customer")[0]
    key = bank.rows("select key from trace.subject where id = %s", id)[0][0]
    account = bank.rows(
        "select s.key from link l join trace.subject s on s.id = l.other_id"
        " where l.subject_id = %s and other_kind = 'account' order by s.id", id,
    )[0][0]  # fmt: skip
    names = ("annamarie", "bojesen", "carlsen")
    anna, bo, carl = (Actor(name, "support", frozenset(), f"session of {name}") for name in names)
    one = [Subject("customer", key)]
    looks.record(anna, Look("look", "customer", one, CALLED))
    looks.record(anna, Look("look", "account", [Subject("account", account)], CALLED, unmasked=["iban"]))
    looks.record(bo, Look("export", "export", one, Reason("complaint"), outcome="asked for"))
    looks.record(bo, Look("search", "search", one, outcome="found 1"))
    looks.record(bo, Look("refusal", "customer", one, outcome="refused"))
    looks.record(carl, Look("look", "customer", one, SECRET))
    return id, key, account


def report(customer: str, **options: str) -> dict[str, object]:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        call_command("access_report", customer, json=True, **options)
    return dict(json.loads(out.getvalue()))


def test_it_tells_when_and_why_and_by_nobody(customer: tuple[int, str, str]) -> None:
    told = report(customer[1])
    lines = [(one["purpose"], one["done"]) for one in told["consulted"]]  # type: ignore[attr-defined]
    assert lines == [
        ("call", "2 pages were looked at, details were shown in full"),
        ("complaint", "a copy was made"),
        ("search", ""),
    ]
    assert not re.search("annamarie|bojesen|carlsen|88123|money|AML", json.dumps(told))


def test_it_is_made_on_a_page_in_the_customers_language(customer: tuple[int, str, str]) -> None:
    browser = browser_of("data_protection")
    page = browser.post(f"/of/customer/{customer[0]}/access-report", {"language": "da"}).content.decode()
    assert "fra begyndelsen til" in page
    assert "Du ringede til os" in page and "2 sider blev set" in page and 'lang="da"' in page
    assert not re.search("annamarie|bojesen|carlsen|AML", page)
    made, secret = AuditRecord.objects.filter(kind="access_report").order_by("-id")[:2][::-1]
    assert (made.actor, made.outcome, made.reason_code) == ("data_protection", "made", "")
    assert secret.reason_code == "authority" and len(secret.details["records"]) == 1
    assert "withheld" not in browser.get("/looks").content.decode()
    assert browser.post(f"/of/customer/{customer[0]}/access-report", {"language": "xx"}).status_code == 200
    none = browser.post(f"/of/customer/{customer[0]}/access-report", {"language": "en", "to": "2020-01-01"})
    assert "Nobody has looked at your data" in none.content.decode()


@pytest.mark.parametrize("role", ["support", "auditor", "administrator"])
def test_others_make_none(role: str, customer: tuple[int, str, str]) -> None:
    assert browser_of(role).post(f"/of/customer/{customer[0]}/access-report", {"language": "da"}).status_code == 403
    with pytest.raises(Refused):
        report(customer[1], user=role)


def test_nobody_learns_of_a_look_under_secrecy(bank: Bank, customer: tuple[int, str, str]) -> None:
    """Not by the looks' list, nor by their count on the customer's page."""
    for role in ("team_lead", "data_protection"):
        browser = with_reason(browser_of(role), "customer", customer[0], code="written")
        assert "AML-7" not in browser.get(f"/looks?of={customer[0]}").content.decode()
    page = browser_of("authority_desk").get(f"/looks?of={customer[0]}").content.decode()
    assert "AML-7" not in page  # everybody's looks take the right to them
    assert "AML-7" in browser_of("auditor").get(f"/looks?of={customer[0]}").content.decode()
    before = looks_told(customer[0])
    looks.record(Actor("bo", "authority_desk"), Look("look", "customer", [Subject("customer", customer[1])], SECRET))
    assert looks_told(customer[0]) == before + 1  # the one look of counting before


@pytest.mark.parametrize("is_followed", [False, True], ids=["it may still follow", "it followed in another session"])
def test_a_search_before_a_look_under_secrecy_is_not_told(bank: Bank, is_followed: bool) -> None:
    """Neither in the report nor in the lists and counts of those without the right to secrecy."""
    id = bank.ids("customer")[3 + is_followed]
    one = [Subject("customer", bank.key_of(id))]
    role = "support" if is_followed else "authority_desk"
    desk, lead = Actor(f"desk {id}", role, session="s1"), browser_of("team_lead")
    looks.record(desk, Look("search", "search", one, outcome="found 1"))
    looks.record(desk, Look("look", "search", one))
    assert (report(str(one[0].key))["consulted"] == []) is not is_followed
    if is_followed:
        looks.record(desk, Look("look", "customer", one, outcome="no reason"))
        looks.record(replace(desk, session="s2"), Look("reason", "door", one, SECRET, outcome="opened"))
        assert looks_told(id) == 0
    assert desk.name not in with_reason(lead, "customer", id, code="written").get(f"/looks?of={id}").content.decode()
    assert desk.name not in lead.get("/looks").content.decode()
    assert desk.name in browser_of("auditor").get(f"/looks?of={id}").content.decode()
    assert "searched" not in str(report(str(one[0].key))["consulted"])
    withheld = AuditRecord.objects.filter(kind="access_report", outcome="withheld").latest("id")
    assert len(withheld.details["records"]) == (3 if is_followed else 2)


def looks_told(customer: int) -> int:
    browser = with_reason(browser_of("support"), "customer", customer, code="written")
    found = re.search(
        r"([0-9]+|One) looks? in the last 30 days", browser.get(f"/of/customer/{customer}").content.decode()
    )
    assert found
    return 1 if found[1] == "One" else int(found[1])


def test_what_waits_is_listed_however_much_was_reviewed_after_it(
    customer: tuple[int, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        report(customer[1])
    older, newest = list(AuditRecord.objects.filter(kind="access_report", outcome="withheld").order_by("id"))[-2:]
    assert browser_of("authority_desk").post(f"/reviews/{newest.pk}", {"verdict": "upheld"}).status_code == 302
    monkeypatch.setattr(reviews, "LISTED_MAX", 1)
    found = reviews.withheld()
    (waits,) = found.waiting
    assert found.waits >= 1 and found.is_done >= 1
    assert waits.record.pk <= older.pk and not waits.verdict


def test_what_the_authority_desk_lifts_is_told_from_then_on(bank: Bank, customer: tuple[int, str, str]) -> None:
    before = str(report(customer[1])["consulted"])
    assert "money_laundering" not in before
    desk = browser_of("authority_desk")
    withheld = AuditRecord.objects.filter(kind="access_report", outcome="withheld").latest("id")
    assert f"/reviews/{withheld.pk}" in desk.get("/withheld").content.decode()
    assert browser_of("team_lead").post(f"/reviews/{withheld.pk}", {"verdict": "lifted"}).status_code == 403
    assert desk.post(f"/reviews/{withheld.pk}", {"verdict": "justified"}).status_code == 400
    assert desk.post(f"/reviews/{withheld.pk}", {"verdict": "lifted"}).headers["Location"].startswith("/withheld")
    assert "We checked for money laundering" in str(report(customer[1])["consulted"])
