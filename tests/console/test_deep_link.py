"""A link from another system opens one customer, for one user, once, and for a short time; anything else is refused."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from audit.access import deep_link
from audit.errors import UsageError
from audit.models import AuditRecord, OpenDoor
from audit.values import rfc3339
from tests.console.conftest import PASSWORD, Bank, browser_of, shut_doors

KEY = bytes(range(32))


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHEREABOUTS_LINK_KEY", f"{os.urandom(32).hex()},{KEY.hex()}")


@pytest.fixture(autouse=True)
def no_open_doors(bank: Bank) -> Iterator[None]:
    yield
    shut_doors()


@pytest.fixture(scope="module")
def customer(bank: Bank) -> tuple[int, str]:
    id = bank.ids("customer")[0]
    return id, bank.rows("select key from trace.subject where id = %s", id)[0][0]


def token(key: str, user: str = "support", minutes: float = 5, **said: str) -> str:
    expires = rfc3339(datetime.now(UTC) + timedelta(minutes=minutes))
    given = {"user": user, "customer": key, "reason": "call", "ticket": "88", "caller_identified": "app"}
    return deep_link.seal({**given, "expires": expires, **said}, KEY)


def follow(browser: Client, token: str) -> int:
    return int(browser.get(f"/link?t={token}").status_code)


def refused(why: str) -> bool:
    record = AuditRecord.objects.latest("id")
    return (record.kind, record.outcome) == ("refusal", "refused") and why in record.details["why"]


def test_it_opens_the_customer_with_the_reason_after_signing_in(customer: tuple[int, str]) -> None:
    id, key = customer
    path = f"/link?t={token(key)}"
    stranger = Client(HTTP_HOST="localhost")
    asked = stranger.get(path)
    assert asked.headers["Location"].startswith("/sign-in?next=/link") and key not in asked.headers["Location"]
    signed_in = stranger.post("/sign-in", {"username": "support", "password": PASSWORD, "next": path}, follow=True)
    assert signed_in.status_code == 200 and signed_in.redirect_chain[-1][0] == f"/of/customer/{id}"
    opened = AuditRecord.objects.filter(kind="deep_link").latest("id")
    assert (opened.actor, opened.subjects, opened.outcome) == ("support", [f"customer:{key}"], "opened")
    assert (opened.reason_code, opened.ticket, opened.caller_identified) == ("call", "88", "app")


def test_it_works_once(customer: tuple[int, str]) -> None:
    once = token(customer[1])
    assert follow(browser_of("support"), once) == 302
    assert follow(browser_of("support"), once) == 403
    assert refused("used already")
    assert OpenDoor.objects.filter(closes_at__gt=datetime.now(UTC)).count() == 1


@pytest.mark.parametrize("minutes", [-1, 60])
def test_it_is_good_for_a_short_time(minutes: float, customer: tuple[int, str]) -> None:
    assert follow(browser_of("support"), token(customer[1], minutes=minutes)) == 403
    assert refused("out of date")


def test_it_is_for_one_user(customer: tuple[int, str]) -> None:
    assert follow(browser_of("investigator"), token(customer[1])) == 403
    assert refused("somebody else")
    assert AuditRecord.objects.latest("id").subjects == [f"customer:{customer[1]}"]
    assert follow(browser_of("administrator"), token(customer[1], user="administrator")) == 403


def test_any_changed_byte_is_refused(customer: tuple[int, str]) -> None:
    whole = base64.urlsafe_b64decode(token(customer[1]) + "==")
    browser = browser_of("support")
    for place in range(0, len(whole), 7):
        changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        assert follow(browser, base64.urlsafe_b64encode(changed).decode().rstrip("=")) == 403
    for other in ("", "x", "=", "%00", token(customer[1])[:-4], deep_link.seal(SAID, os.urandom(32))):
        assert follow(browser, other) in (400, 403)
    assert refused("changed")
    assert not OpenDoor.objects.filter(closes_at__gt=datetime.now(UTC)).exists()


SAID = {"user": "support", "customer": "C-1", "reason": "written", "expires": "2026-01-01T00:00:00Z"}


def test_nobody_known_is_not_found(customer: tuple[int, str]) -> None:
    assert follow(browser_of("support"), token("C-nobody")) == 404


def test_a_reason_under_secrecy_needs_the_right(customer: tuple[int, str]) -> None:
    assert follow(browser_of("support"), token(customer[1], reason="authority")) == 403
    assert follow(browser_of("authority_desk"), token(customer[1], "authority_desk", reason="authority")) == 302


@pytest.mark.parametrize(
    "wrong",
    [{"reason": "because"}, {"customer": ""}, {"expires": "2026-01-01T00:00:00"}, {"reason": "call"}, {"more": "x"},
     {"ticket": "<script>"}, {"customer": "a\0"}],
)  # fmt: skip
def test_what_a_link_cannot_say_is_not_sealed(wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        deep_link.seal({**SAID, **wrong}, KEY)


def test_without_a_key_there_are_no_links(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object, customer: tuple[int, str]
) -> None:
    made = token(customer[1])
    monkeypatch.delenv("WHEREABOUTS_LINK_KEY")
    assert follow(browser_of("support"), made) == 404
