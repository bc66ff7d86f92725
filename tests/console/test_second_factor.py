"""Local users show a code of their telephone: required, counted once, sealed, and counted among the wrong tries."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from audit.models import AuditRecord
from console import half_signed_in, second_factor
from console.lockout import TRIES_MAX
from tests.conftest import Database
from tests.console.conftest import PASSWORD, make_user


@pytest.fixture(autouse=True)
def required(database: Database) -> Iterator[None]:
    before = settings.SIGN_IN
    settings.SIGN_IN = replace(before, needs_second_factor=True)
    make_user("support")
    yield
    settings.SIGN_IN = before


def with_password(password: str = PASSWORD) -> Client:
    browser = Client(HTTP_HOST="localhost")
    browser.post("/sign-in", {"username": "support", "password": password, "next": "/help"})
    return browser


def shown_secret(browser: Client) -> str:
    found = re.search(r'readonly value="(\w+)"', browser.get("/sign-in/telephone").content.decode())
    assert found
    return found[1]


def code_of(secret: str, later: int = 0) -> str:
    return str(totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + later)))


def set_up() -> tuple[str, list[str]]:
    """The secret that a telephone was shown, and the codes for paper."""
    browser = with_password()
    secret = shown_secret(browser)
    answer = browser.post("/sign-in/telephone", {"code": code_of(secret, -1)})
    assert browser.get("/help").status_code == 200
    return secret, re.findall(r'<li class="id">(\d+)', answer.content.decode())


def test_a_password_alone_opens_nothing() -> None:
    browser = with_password()
    assert browser.get("/help").status_code == 302
    assert browser.get("/looks").headers["Location"].startswith("/sign-in")
    assert browser.get("/sign-in/code").headers["Location"] == "/sign-in"  # there is no telephone yet
    assert not AuditRecord.objects.filter(kind="sign_in").exists()
    assert Client(HTTP_HOST="localhost").get("/sign-in/telephone").headers["Location"] == "/sign-in"


def test_with_a_code_one_comes_in_and_each_code_counts_once() -> None:
    secret, _ = set_up()
    code, one, other = code_of(secret), with_password(), with_password()
    answer = one.post("/sign-in/code", {"code": code})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/help")
    assert AuditRecord.objects.latest("id").details == {"how": "password and code"}
    assert other.post("/sign-in/code", {"code": code}).status_code == 200
    assert other.post("/sign-in/code", {"code": code_of(secret, -1)}).status_code == 200  # older than the last
    assert other.get("/help").status_code == 302


def test_a_code_on_paper_counts_once() -> None:
    _, codes = set_up()
    assert len(set(codes)) == 10
    assert with_password().post("/sign-in/code", {"code": codes[3]}).status_code == 302
    assert with_password().post("/sign-in/code", {"code": codes[3]}).status_code == 200


def test_nobody_brings_a_second_telephone() -> None:
    late = with_password()
    secret = shown_secret(late)
    set_up()
    assert late.post("/sign-in/telephone", {"code": code_of(secret)}).headers["Location"] == "/sign-in"
    assert Authenticator.objects.filter(type="totp").count() == 1


def test_wrong_codes_close_the_door_as_wrong_passwords_do() -> None:
    secret, _ = set_up()
    browser = with_password()
    for _ in range(TRIES_MAX):
        assert browser.post("/sign-in/code", {"code": "000000"}).status_code == 200
    assert browser.post("/sign-in/code", {"code": code_of(secret)}).status_code == 429
    assert AuditRecord.objects.filter(kind="lockout").count() == 1
    again = Client(HTTP_HOST="localhost").post("/sign-in", {"username": "support", "password": PASSWORD})
    assert again.status_code == 429


def test_neither_waits_for_ever_nor_outlives_a_changed_password(monkeypatch: pytest.MonkeyPatch) -> None:
    secret, _ = set_up()
    slow, changed = with_password(), with_password()
    then = timezone.now() + half_signed_in.WAITS
    monkeypatch.setattr(timezone, "now", lambda: then)
    assert slow.post("/sign-in/code", {"code": code_of(secret)}).headers["Location"] == "/sign-in"
    monkeypatch.undo()
    user = User.objects.get()
    user.set_password("another good password")
    user.save(update_fields=["password"])
    assert changed.post("/sign-in/code", {"code": code_of(secret)}).headers["Location"] == "/sign-in"


def test_no_secret_lies_open(database: Database) -> None:
    browser = with_password()
    secret = shown_secret(browser)
    held: Any = browser.session.items()
    assert secret not in json.dumps(dict(held))
    _, codes = set_up()
    kept = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert all(code not in kept for code in codes)
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert second_factor.secret_text(stored) not in kept


def test_a_lost_telephone_is_forgotten_by_a_command() -> None:
    set_up()
    call_command("forget_telephone", "support")
    assert not Authenticator.objects.exists()
    record = AuditRecord.objects.latest("id")
    assert (record.kind, record.actor, record.details["user"]) == ("role_change", "system", "support")
    assert with_password().get("/sign-in/telephone").status_code == 200
