"""Script, SQL, formulas, templates, paths, headers and foreign addresses in every field and every parameter that the
pages themselves offer: nothing fails, nothing is told back as anything but text, nobody is led away."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from tests.console.conftest import PAGES, Bank, browser_of, with_reason

SCRIPT = "<script>zq7()</script>\"><img src=x onerror=zq7()>'"
TRIED = (
    SCRIPT, "' or 1=1; drop table trace.log; --", "=cmd|' /C zq7'!A0", "{{7*7}}zq7{% raw %}${7*7}%(x)s%s{0}",
    "../../../etc/passwd", "zq7\r\nSet-Cookie: zq7=1", "//zq7.example/", "javascript:zq7()", "customer:' or 1=1 --",
    "\u202ezq7\U0001f4a9", "9" * 400, "-1", "NaN", "[]", "0000-00-00",
)  # fmt: skip
EACH = 5  # a field gets a script and a fifth of the others: all take minutes
FORM = re.compile(r"<form([^>]*)>(.*?)</form>", re.DOTALL)
FIELD = re.compile(r"<(?:input|select|textarea)([^>]*)>")
LINK = re.compile(r'(?:href|hx-get)="([^"]+\?[^"]+)"')
UNSENT = ("/sign-out",)  # it would end what follows
CHANGED = re.compile(r"[0-9a-f]{16,}|\d+|(?<=/search/)[\w-]+")
Offer = tuple[str, str, dict[str, str], str]  # method, address, its fields as offered, the one to be tried


@pytest.mark.slow
@pytest.mark.parametrize("role", ["investigator", "team_lead", "data_protection"])
def test_what_is_typed_is_only_ever_text(role: str, bank: Bank) -> None:
    transfer = bank.with_finding("transfer")
    customer = bank.customer_of("transfer", transfer)
    browser = with_reason(browser_of(role), "customer", customer, code="complaint")
    finding = bank.rows("select id from finding where subject_id = %s limit 1", transfer)[0][0]
    account = bank.rows("select other_id from link where subject_id = %s and other_kind = 'account'", customer)[0][0]
    pages = [*PAGES, "/cases", "/approvals", "/break-glass", "/reviews", "/who/transfer", f"/finding/{finding}"]
    for kind, id in (("customer", customer), ("account", account), ("transfer", transfer)):
        pages += [f"/of/{kind}/{id}{part}" for part in ("", "/why", "/when", "/who", "/reason", "/case", "/compare")]
    offers = {(method, CHANGED.sub("", address), field): (method, address, fields, field)
              for page in pages for method, address, fields, field in _offered(browser, page)}  # fmt: skip
    assert len(offers) > 40
    for number, offer in enumerate(offers.values()):
        for text in (SCRIPT, *TRIED[1 + number % EACH :: EACH]):
            _check(_sent(browser, offer, text), offer, text)
    for page in pages:
        assert "zq7()</script>" not in browser.get(page).content.decode(), page
    for kind in ("looks", "findings"):
        _check_cells(browser.get(f"/{kind}.csv"))


def _offered(browser: Client, page: str) -> Iterator[Offer]:
    text = browser.get(page).content.decode()
    for about, inside in FORM.findall(text):
        address = _value(about, "action") or page
        fields = {name: _value(one, "value") for one in FIELD.findall(inside) if (name := _value(one, "name"))}
        for field in fields if address not in UNSENT else ():
            yield _value(about, "method") or "get", address, fields, field
    for link in LINK.findall(text):
        address, _, query = unescape(link).partition("?")
        fields = dict(parse_qsl(query))
        for field in fields if address.startswith("/") else ():
            yield "get", address, fields, field


def _value(about: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', about)
    return unescape(found[1]) if found else ""


def _sent(browser: Client, offer: Offer, text: str) -> Any:
    method, address, fields, field = offer
    given = {**fields, field: text}
    if method == "post":
        return browser.post(address, given)
    return browser.get(address.partition("?")[0], given)


def _check(answer: Any, offer: Offer, text: str) -> None:
    about = (offer, text, answer.status_code)
    assert answer.status_code in (200, 204, 302, 400, 403, 404), about
    led = urlsplit(answer.headers.get("Location", ""))
    assert led.netloc == "" and led.scheme == "", about
    assert "zq7" not in answer.cookies and "zq7=1" not in repr(answer.headers), about
    if not answer.streaming and "html" in answer.headers.get("Content-Type", ""):
        said = answer.content.decode()
        assert "<script>zq7" not in said and "onerror=zq7()>" not in said, about
        assert "49zq7" not in said and 'href="javascript:' not in said and 'href="//zq7' not in said, about


def _check_cells(answer: Any) -> None:
    if answer.status_code == 200:
        body = answer.content.decode("utf-8-sig")
        assert not [cell for row in csv.reader(io.StringIO(body)) for cell in row if cell[:1] in tuple("=+@\t\r")]
