"""What names a subject is recorded before any reason is given; what cannot be meant is refused, not stumbled over."""

from __future__ import annotations

import pytest
from django.test import Client

from audit.models import AuditRecord
from tests.console.conftest import Bank, browser_of


@pytest.fixture
def support(bank: Bank) -> Client:
    return browser_of("support")


def newest() -> AuditRecord:
    return AuditRecord.objects.latest("id")


def test_asking_for_a_reason_is_a_look_at_who_is_named(bank: Bank, support: Client) -> None:
    """Who counts the numbers up to see which customers there are is seen doing it."""
    for id in bank.ids("customer")[:2]:
        before = AuditRecord.objects.count()
        page = support.get(f"/of/customer/{id}/reason")
        (named,) = newest().subjects
        assert AuditRecord.objects.count() == before + 1
        assert named.split(":")[1] in page.content.decode()
        assert (newest().page, newest().outcome) == ("reason", "no reason")


def test_a_search_that_is_opened_again_is_recorded_with_what_it_shows(bank: Bank, support: Client) -> None:
    answer = support.post("/search", {"text": "A-"})
    first = newest().subjects
    assert first and answer.headers["Location"].startswith("/search/")
    for _ in range(2):
        support.get(answer.headers["Location"])
        assert newest().subjects == first


NUL = ["/finding/%00", "/places/%00/x", "/findings?rule=%00", "/desk?at=core/%00", "/search/%00"]


@pytest.mark.parametrize("path", NUL)
def test_a_character_that_no_text_has_is_refused(support: Client, path: str) -> None:
    assert support.get(path).status_code == 400


@pytest.mark.parametrize("path", ["/search", "/sign-in"])
def test_nor_may_a_form_hold_it(support: Client, path: str) -> None:
    assert support.post(path, {"text": "a\0", "username": "\0", "password": "x"}).status_code == 400
