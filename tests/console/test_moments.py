"""Pages as of a step or a time: all of the page, and nothing later."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.console.conftest import Bank
from tests.console.reading import Reading, text_of


def test_a_steps_page_is_as_of_that_step(support: Client, transfer: int) -> None:
    first, second = (text_of(support, f"/of/transfer/{transfer}?step={number}") for number in (1, 2))
    assert 'data-key="j"' in first and "Step 1 selected" in Reading(first).text
    assert 'data-key="k"' in second or "Step 2 selected" in Reading(second).text
    assert Reading(first).text != Reading(text_of(support, f"/of/transfer/{transfer}")).text


def test_j_and_k_reach_every_number_and_carry_the_foot_along(support: Client, transfer: int) -> None:
    url, seen, number = f"/of/transfer/{transfer}", [1], 1
    whole = text_of(support, url)
    while following := re.search(rf'data-key="j" href="{url}\?step=(\d+)"[^>]*hx-select-oob="#foot"', page := text_of(
        support, f"{url}?step={number}"
    )):  # fmt: skip
        assert "True as of now" not in Reading(page).text
        number = int(following[1])
        seen.append(number)
    events = whole.count('class="event"><i class="dot') - whole.count("dot none")
    assert seen == list(range(1, events + 1))
    assert re.search(rf"\b{events} events,", Reading(whole).text)


def test_a_moment_lists_and_badges_no_later_finding(support: Client, transfer: int) -> None:
    first, now = (text_of(support, f"/of/transfer/{transfer}{query}") for query in ("?step=1", ""))
    assert "/finding/" in now and "/finding/" not in first
    assert "later than the selected step" in first


def test_a_time_ahead_of_what_is_known_is_said(support: Client, customer: int) -> None:
    text = text_of(support, f"/of/customer/{customer}?at=2099-01-01T00:00")
    assert "Nothing is known yet beyond" in text


def test_a_time_that_the_clock_showed_twice_can_be_asked_for_twice(support: Client, customer: int) -> None:
    text = text_of(support, f"/of/customer/{customer}?at=2026-10-25T02:30")
    assert "02:30 CEST" in text and "this is the first" in text and "at=2026-10-25T02%3A30%3A00%2B01%3A00" in text
    assert "02:30 CET" in text_of(support, f"/of/customer/{customer}?at=2026-10-25T02%3A30%3A00%2B01%3A00")


@pytest.mark.parametrize(
    "query", ["day=9999-12-31", "days=0001-01-01", "amount=1&to=9999-12-31", "amount=1&from=0001-01-01", "day=x"]
)
def test_days_beyond_all_reason_are_refused(bank: Bank, urls: list[str], support: Client, query: str) -> None:
    place = next(url for url in urls if url.startswith("/place/") and "?" not in url)
    assert support.get(f"{place}?{query}").status_code == 400
    assert support.get(f"/findings?order=money&currency=DKK&findings={'9' * 5000}").status_code == 200
