"""Pages drawn from answers made by hand: whatever a bank's text holds, it stays text; whatever is empty is said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation
from django_htmx.middleware import HtmxDetails

from audit.access.door import Door, Grant
from audit.access.mask import Mask
from audit.access.people import Actor
from audit.access.reasons import CODES, Reason
from audit.answers import shapes as s
from audit.values import UNKNOWN_TIME, Subject
from console.chart import charts
from console.step import changes
from console.views.compare import item_of
from console.views.overview import books
from console.visit import Visit
from tests.conftest import MakeDatabase, using
from tests.console import samples
from tests.console.reading import Reading

EVIL = """'"><script>alert(1)<!-- {{ 7*7 }} %s"""
RIGHTS = frozenset({"desk", "search", "look", "unmask", "places", "findings", "sources", "download", "export", "looks"})


@pytest.fixture(scope="module", autouse=True)
def own_records(make_database: MakeDatabase, django_db_blocker: Any) -> Iterator[None]:
    """Pages ask for correction notes: there are none."""
    with using(make_database(), django_db_blocker), translation.override("en"):
        yield


def visit(page: str = "subject") -> Visit:
    request = RequestFactory().get(f"/of/transfer/4?{page}=1")
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
    actor = Actor("support", "support", RIGHTS, "s1")
    opened = Door(samples.CUSTOMER.subject, Reason("call", "88123"), datetime(2026, 11, 23, 12, 5, tzinfo=UTC))
    made = Visit(request, actor, page, zone="Europe/Copenhagen")
    made.grant, made._doors = Grant(actor, opened.subject, opened, Mask(opened.subject)), [opened]
    return made


def transfer(page: s.TransferPage) -> HttpResponse:
    context: dict[str, Any] = {
        "tone": "held",
        "changes": changes(page.selected),
        "step_number": 5,
        "is_as_of_step": True,
    }
    return visit().show("transfer.html", page.at, page=page, **context)


def customer(page: s.CustomerPage) -> HttpResponse:
    context: dict[str, Any] = {
        "items": page.open_items,
        "order": "late ones first",
        "tone": "held",
        "looks_before": 3,
        "item_of": item_of,
    }
    return visit().show("customer.html", page.at, page=page, **context)


def account(page: s.AccountPage) -> HttpResponse:
    return visit().show("account.html", page.at, page=page, charts=charts(page.chart), tone="", below=[])


def overview(page: s.Overview) -> HttpResponse:
    return visit().show("overview.html", page.at, page=page, books=books(page.places))


DRAWN: list[tuple[Callable[[Any], HttpResponse], Callable[[], Any]]] = [
    (transfer, lambda: samples.transfer(5)),
    (customer, samples.customer),
    (account, samples.account),
    (overview, samples.overview),
]


def hostile(value: Any) -> Any:
    """The same answer with a script in every text of it."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return EVIL if value not in ("DKK", "Adapter transfer-1") else value
    if isinstance(value, tuple):
        return tuple(hostile(one) for one in value)
    if isinstance(value, dict):
        return {hostile(key): hostile(one) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: hostile(getattr(value, one.name)) for one in fields(value) if one.init})
    return value


@pytest.mark.parametrize(("draw", "made"), DRAWN)
def test_a_script_in_any_text_stays_text(draw: Callable[[Any], HttpResponse], made: Callable[[], Any]) -> None:
    text = draw(hostile(made())).content.decode()
    page = Reading(text)
    assert "alert(1)" in page.text and "{{ 7*7 }}" in page.text
    assert [attributes["src"] for tag, attributes in page.tags if tag == "script"] == [
        "/static/htmx.min.js",
        "/static/keys.js",
    ]
    assert not page.open


def test_what_is_not_understood_is_said() -> None:
    page = samples.account()
    page = replace(page, at=replace(page.at, unattributed=(s.Unattributed("core", 1, True),)))
    text = " ".join(Reading(account(page).content.decode()).text.split())
    assert "Complete: no. One event that may touch this is not understood: core/6f1e-8" in text
    assert "leave it out. One line of source core could not be attributed to anybody." in text
    text = Reading(account(replace(page, not_understood=page.not_understood * 2)).content.decode()).text
    assert "2 events that may touch this" in text and "leave them out." in text


def test_emptiness_is_said_in_words() -> None:
    empty: s.Page[Any] = s.Page((), 0)
    page = samples.customer(open_items=empty, accounts=empty, payments=empty, findings=empty, facts=())
    text = Reading(customer(page).content.decode()).text
    for words in ("Nothing is open.", "No account is known", "No payments yet.", "every event here is explained"):
        assert words in text


@pytest.mark.parametrize(("page", "words"), [(s.Page((1,), 3), "1 of 3"), (s.Page((1,), None), "1 of more than 1,000")])
def test_every_list_says_how_many_of_how_many(page: s.Page[int], words: str) -> None:
    rows: s.Page[Any] = s.Page(samples.customer().payments.rows[:1], page.total)
    assert words in Reading(customer(samples.customer(payments=rows)).content.decode()).text


def test_the_missing_step_is_a_row_with_its_deadline() -> None:
    text = transfer(samples.transfer()).content.decode()
    row = re.search(r'<tr class="miss">.*?</tr>', text, re.S)
    assert row and "yes or no" in row[0] and "21 Nov 2026, 12:04:08.008 CET" in row[0]


def test_an_event_of_an_unknown_time_is_shown_with_when_it_was_seen_alone() -> None:
    page = samples.transfer()
    first = page.steps.rows[0]
    event = replace(first.events[0], recorded=UNKNOWN_TIME, is_undated=True, is_correction=True, names_no_event=True)
    step = replace(first, recorded=UNKNOWN_TIME, occurred=UNKNOWN_TIME, events=(event,))
    shown = transfer(replace(page, steps=replace(page.steps, rows=(step, *page.steps.rows[1:])))).content.decode()
    text = Reading(shown).text
    for said in ("time not known", "its time is not known, seen on 21 Nov 2026", "names no event"):
        assert said in text
    assert "1899" not in shown and "1900" not in text


def test_a_book_that_does_not_sum_to_zero_is_marked() -> None:
    places = samples.overview().places[:2]
    assert "not zero" in overview(samples.overview(places=places)).content.decode()


def test_the_door_asks_with_the_keys_from_one_on() -> None:
    context: dict[str, Any] = {
        "link": samples.TRANSFER,
        "customers": (Subject("customer", "C-1"),),
        "codes": CODES,
        "next": "/",
    }
    answer = visit().show("reason.html", wrong="", chosen="", ticket="", caller="", **context)
    keys = [attributes.get("data-key") for tag, attributes in Reading(answer.content.decode()).tags if tag == "input"]
    assert [key for key in keys if key and key.isdigit()] == list("12345678")
