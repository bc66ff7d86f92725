"""Searching: nothing typed stays anywhere, one hit is a page, and none is said."""

from __future__ import annotations

import json
import re

import pytest

from audit.models import AuditRecord
from tests.console.conftest import Bank, browser_of, with_reason
from tests.console.reading import text_of


def test_searching_leaves_no_text_in_addresses_sessions_and_records(bank: Bank) -> None:
    iban = "DK1066954732302089"
    browser = browser_of("support")
    answer = browser.post("/search", {"text": iban})
    assert answer.status_code == 302 and iban not in answer.headers["Location"]
    assert iban not in json.dumps(dict(browser.session.items()))
    record = AuditRecord.objects.latest("id")
    assert record.kind == "search" and iban not in json.dumps([record.subjects, record.details, record.page])


def test_an_iban_finds_whose_account_it_is_before_the_payments_with_it(bank: Bank) -> None:
    busy = bank.rows(
        "select k.other_id from link k join link t on t.subject_id = k.other_id and t.other_kind = 'transfer'"
        " where k.other_kind = 'account' group by 1 order by count(*) desc limit 1"
    )[0][0]
    browser = with_reason(browser_of("support"), "account", busy)
    browser.post(f"/of/account/{busy}/unmask", {"path": "iban"})
    iban = re.search(r"DK\d{16}", text_of(browser, f"/of/account/{busy}")).group()  # type: ignore[union-attr]
    text = browser.post("/search", {"text": iban}, follow=True).content.decode()
    whole, _, payments = text.partition("Payments, and what")
    assert f'href="/of/account/{busy}"' in whole and "/of/customer/" in whole and "/of/transfer/" in payments
    assert f'href="/of/account/{busy}"' not in payments


def test_one_hit_leads_to_its_page_and_none_is_said_in_words(bank: Bank, customer: int) -> None:
    browser = browser_of("support")
    key = bank.rows("select key from trace.subject where id = %s", customer)[0][0]
    answer = browser.post("/search", {"text": f" {key} "}, follow=True)
    assert answer.redirect_chain[-1][0].startswith((f"/of/customer/{customer}", "/search/"))
    nothing = browser.post("/search", {"text": "no such thing"}, follow=True)
    assert "Nothing found" in nothing.content.decode()


@pytest.mark.parametrize("text", ["", "   ", "x" * 201])
def test_a_search_for_nothing_or_too_much_is_refused(text: str, bank: Bank) -> None:
    assert browser_of("support").post("/search", {"text": text}).status_code == 400
