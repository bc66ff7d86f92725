"""Sessions that end, by idleness, by age and with the browser; and where a request is said to come from."""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from django.utils import timezone

from console.security import address_of
from console.sessions import POLLING
from tests.conftest import Database
from tests.console.conftest import PASSWORD, make_user


@pytest.fixture
def browser(database: Database) -> Client:
    make_user("support")
    client = Client(HTTP_HOST="localhost")
    assert client.post("/sign-in", {"username": "support", "password": PASSWORD}).status_code == 302
    return client


def now_is(later: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    then = timezone.now() + later
    monkeypatch.setattr(timezone, "now", lambda: then)


def is_signed_in(browser: Client, **headers: str) -> bool:
    return browser.get("/help", headers=headers).status_code == 200


def test_idle_a_session_ends(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as soon:
        now_is(timedelta(minutes=14), soon)
        assert is_signed_in(browser)
    with monkeypatch.context() as later:
        now_is(timedelta(minutes=28), later)
        assert is_signed_in(browser)  # it was used in between
    now_is(timedelta(minutes=44), monkeypatch)
    assert not is_signed_in(browser)


@pytest.mark.parametrize("element", POLLING)
def test_what_a_page_asks_by_itself_keeps_no_session(
    element: str, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as soon:
        now_is(timedelta(minutes=14), soon)
        assert is_signed_in(browser, HX_Request="true", HX_Trigger=element)
    now_is(timedelta(minutes=16), monkeypatch)
    assert not is_signed_in(browser)


def test_used_all_day_a_session_ends(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for minutes in range(14, 600, 14):
        with monkeypatch.context() as later:
            now_is(timedelta(minutes=minutes), later)
            assert is_signed_in(browser)
    now_is(timedelta(minutes=601), monkeypatch)
    assert not is_signed_in(browser)


def test_the_cookie_ends_with_the_browser_and_is_only_ours(browser: Client) -> None:
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_signed_out_the_old_cookie_opens_nothing(browser: Client) -> None:
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.post("/sign-out")
    thief = Client(HTTP_HOST="localhost")
    thief.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert not is_signed_in(thief)
    assert not Session.objects.filter(session_key=cookie).exists()


def test_every_element_that_asks_by_itself_is_known() -> None:
    """An element that is missing in POLLING would keep an empty chair signed in."""
    folder = Path(__file__).parents[2] / "templates"
    found = set()
    for page in folder.glob("*.html"):
        for tag in re.findall(r"<\w+[^<]*every \d+s[^<]*", page.read_text(encoding="utf-8")):
            known = re.search(r'\bid="(' + "|".join(POLLING) + r')"', tag)
            assert known, (page.name, tag)
            found.add(known[1])
    assert found == set(POLLING)


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "address"),
    [
        ((), "10.0.0.1", "203.0.113.9", "10.0.0.1"),
        (("10.0.0.0/8",), "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        (("10.0.0.0/8",), "10.0.0.1", "1.2.3.4, 203.0.113.9", "203.0.113.9"),
        (("10.0.0.0/8",), "10.0.0.1", "1.2.3.4, 203.0.113.9, 10.9.9.9", "203.0.113.9"),
        (("10.0.0.0/8",), "192.0.2.1", "203.0.113.9", "192.0.2.1"),
        (("10.0.0.0/8",), "10.0.0.1", "", "10.0.0.1"),
        (("10.0.0.0/8",), "10.0.0.1", "1.2.3.4:80, 203.0.113.9:4711", "203.0.113.9"),
        (("10.0.0.0/8",), "10.0.0.1", "[2001:db8::7]:4711, 10.0.0.2:1", "2001:db8::7"),
        (("10.0.0.0/8", "::1/128"), "::1", "2001:db8::7, 10.0.0.1", "2001:db8::7"),
    ],
)
def test_only_a_trusted_proxy_says_where_a_request_comes_from(
    proxies: tuple[str, ...], remote: str, forwarded: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "TRUSTED_PROXIES", tuple(ip_network(one) for one in proxies))
    request = RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)
    assert address_of(request) == address
