"""How many others are in the same situation: one number, the answer key's, from whichever page it is asked."""

from __future__ import annotations

from collections import Counter

import pytest

from audit.access.mask import hidden
from audit.answers.inquiry import Inquiry, inquire
from audit.answers.who import situation_of, who
from audit.database import reading
from audit.values import Subject
from demobank.faults import FAULTS
from tests.console.conftest import Bank, browser_of, planted, told_key, with_reason

HEALED = {"handled_late", "unbalanced_exchange"}  # nothing is open of the payment itself: of the account there is
FLOWS = ("transfer", "card_payment", "exchange")


def others(inquiry: Inquiry, like: Subject) -> tuple[int | None, Subject | None]:
    """How many others there are (None: nothing is open), and whose situation was taken."""
    found = situation_of(inquiry, like)
    if not found.expression:
        return None, found.subject
    total = who(inquiry, Subject(found.kind, "*"), found.expression).subjects.total
    assert total is not None
    return total - 1, found.subject


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_every_page_counts_as_the_key_does(fault: str, bank: Bank) -> None:
    if fault not in told_key():
        pytest.skip("this history has none")
    entry, count = told_key()[fault], Counter(one["fault"] for one in planted())[fault]
    own = Subject.parse(entry["subject"])
    findings = bank.rows(
        "select f.id from finding f join trace.subject s on s.id = f.subject_id"
        " where f.state = 'open' and s.kind = %s and s.key = %s", own.kind, own.key)  # fmt: skip
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        number, _ = others(inquiry, own)
        assert (number is None) == (fault in HEALED)
        if number is not None and own.kind in FLOWS:
            assert number + 1 == count
            assert {others(inquiry, Subject("finding", one))[0] for (one,) in findings} <= {number}
        for page in map(Subject.parse, entry["subjects"]):
            told, whose = others(inquiry, page)
            assert whose is not None and told == others(inquiry, whose)[0], page
            if whose == own:
                assert told == number, page


def test_of_what_is_healed_nothing_is_open(bank: Bank) -> None:
    key = told_key()["handled_late"]["subject"].partition(":")[2]
    id = bank.id_of("transfer", key)
    browser = with_reason(browser_of("support"), "customer", bank.customer_of("transfer", id))
    page = browser.get(f"/of/transfer/{id}/who", follow=True).content.decode()
    assert "Nothing here is open: choose what you mean." in page and "in this situation" not in page
