"""A case as somebody at the console opens it, for the tests of cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.test import Client

from audit.access import people
from audit.access.people import Actor
from audit.cases import reading
from tests.console.conftest import Bank, browser_of, with_reason

QUESTION = "Why did Mette Holm's payment never arrive?"


def actor_of(role: str) -> Actor:
    return people.actor_named(role)


def opened(browser: Client, bank: Bank, customer: int | None = None, **more: str) -> int:
    """`customer`: whose it is, else the first one's."""
    about = bank.key_of(customer or bank.ids("customer")[0])
    answer = browser.post("/cases/open", {"question": QUESTION, "about": about, **more})
    assert answer.status_code == 302
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def documents(case: int) -> list[Mapping[str, Any] | None]:
    """What is pinned, entry by entry, as the system reads it."""
    return [entry.document for entry in reading.case(people.SYSTEM, case).entries]


def page(browser: Client, case: int) -> str:
    answer = browser.get(f"/case/{case}")
    assert answer.status_code == 200
    return answer.content.decode()


def investigated(bank: Bank, names: dict[str, object]) -> tuple[Client, int, int, int]:
    """A browser with the customer's door open, a case about the customer's transfer, both numbers."""
    browser, customer, transfer = browser_of("investigator"), int(str(names["customer"])), int(str(names["transfer"]))
    with_reason(browser, "customer", customer)
    given = {"case": "new", "question": QUESTION, "answer": ["where", "what"]}
    answer = browser.post(f"/of/transfer/{transfer}/case", given)
    assert answer.status_code == 302, answer.content
    return browser, int(answer.headers["Location"].rsplit("/", 1)[1]), customer, transfer
