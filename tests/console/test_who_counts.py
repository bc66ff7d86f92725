"""How many others are in the same situation: one number, the answer key's, from whichever page it is asked."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from datetime import datetime
from html import unescape
from urllib.parse import unquote, urlencode

import pytest

from audit.access.mask import hidden
from audit.answers.explanations import who_document
from audit.answers.inquiry import Inquiry, inquire
from audit.answers.situations import situation_of
from audit.answers.who import who, who_each
from audit.database import reading
from audit.values import Subject
from demobank.faults import FAULTS
from tests.console.conftest import Bank, approved, browser_of, planted, told_key, with_reason

HEALED = {"handled_late"}
ACCOUNTS = {"overdrawn_by_fee", "misstated_balance", "unreadable_payload", "unknown_event_type", "correction"}
ACCOUNTS |= {"backdated_event", "clock_ahead"}
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
        " where f.state = 'open' and s.kind = %s and s.key = %s and (%s or f.rule = any(%s))",
        own.kind, own.key, own.kind in FLOWS, entry["rules"])  # fmt: skip
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        number, _ = others(inquiry, own)
        assert (number is None) == (fault in HEALED)
        by_findings = {others(inquiry, Subject("finding", one))[0] for (one,) in findings}
        if number is not None and own.kind in FLOWS:
            assert number + 1 == count and by_findings <= {number}
        if fault in ACCOUNTS:
            assert by_findings == {count - 1}
        for page in map(Subject.parse, entry["subjects"]):
            told, whose = others(inquiry, page)
            assert whose is not None and told == others(inquiry, whose)[0], page
            if whose == own:
                assert told == number, page


def test_a_payment_that_is_wrong_explains_others_and_not_itself(bank: Bank) -> None:
    """`transfer.finding` asked of transfers is what they have of their own."""
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        for rule in ("amount_drift", "transfer_not_conserved", "residue_at_end", "missing_reaction"):
            [(count,)] = bank.rows(
                "select count(distinct subject_id) from finding f join trace.subject s on s.id = f.subject_id"
                " where f.rule = %s and f.state = 'open' and s.kind = 'transfer'", rule)  # fmt: skip
            found = who(inquiry, Subject("transfer", "*"), f"transfer.finding = {rule}")
            assert found.subjects.total == count > 0, rule


def test_two_opposite_situations_of_one_rule_are_told_apart(bank: Bank) -> None:
    """In the list, its words, the page of the finding and the file: a record dated back is no clock that ran ahead."""
    apart = {"backdated_event": "backdated", "clock_ahead": "ahead"}
    wanted = {fault: {one["subject"] for one in planted() if one["fault"] == fault} for fault in apart}
    browser, said = browser_of("auditor"), {}
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        both = who(inquiry, Subject("account", "*"), "finding = clock_anomaly").subjects.rows
        assert {str(line.subject.subject) for line in both} == set().union(*wanted.values())
        for fault, sort in apart.items():
            like = Subject.parse(next(iter(wanted[fault])))
            [(finding,)] = bank.rows("select f.id from finding f join trace.subject s on s.id = f.subject_id"
                                     " where f.rule = 'clock_anomaly' and s.key = %s", like.key)  # fmt: skip
            found = who(inquiry, Subject("finding", finding))
            assert found.expression == f"account.finding = clock_anomaly.{sort}"
            assert {str(line.subject.subject) for line in found.subjects.rows} == wanted[fault]
            page = unescape(browser.get(f"/finding/{finding}").content.decode())
            assert f"clock_anomaly.{sort}" in unquote(page)
            told = browser.get("/who/account", {"that": found.expression}).content.decode()
            said[sort] = re.findall(r'<p class="says">(.*?)</p>', told)
            file = browser.get("/who/account.csv", {"that": found.expression}).content.decode("utf-8-sig")
            assert len(list(csv.reader(io.StringIO(file)))) >= len(wanted[fault]) + 1
    assert said["ahead"] and said["backdated"] and said["ahead"] != said["backdated"]


def test_either_of_two_payments_that_are_one_order_is_in_its_list(bank: Bank) -> None:
    [(first, second)] = bank.rows(
        "select m.subject_id, f.subject_id from finding f join effect o on o.subject_id = f.subject_id"
        " join effect m on m.digest = o.digest and m.subject_id <> o.subject_id"
        " where f.rule = 'duplicate_effect' and f.state = 'open'")  # fmt: skip
    for own, chip in ((first, "the same order as this one"), (second, "this one")):
        browser = with_reason(browser_of("support"), "customer", bank.customer_of("transfer", own))
        page = browser.get(f"/of/transfer/{own}/who", follow=True).content.decode()
        assert "Nobody else is in this situation" in page and f'<span class="chip">{chip}</span>' in page
        assert re.search(rf'class="crumbs"><a href="/of/transfer/{own}\b', page), "back to the one that was asked from"


def test_payments_of_customers_claimed_by_their_state_are_counted_apart(bank: Bank) -> None:
    """Customers, payments and money each by itself, though no finding is claimed: against a plain look at the links."""
    rows = bank.rows(
        "select c.other_id, f.subject_id, f.amount / 100 from aggregate a"
        " join link l on l.subject_id = a.subject_id and l.other_kind = 'transfer'"
        " join flow f on f.subject_id = l.other_id"
        " join link c on c.subject_id = f.subject_id and c.other_kind = 'customer'"
        " where a.lane = 'adapter_transfer' and a.state = 'succeeded' and f.currency = 'DKK'")  # fmt: skip
    payments, customers = {payment: amount for _, payment, amount in rows}, {one for one, _, _ in rows}
    assert len(payments) > len(customers) > 3
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        like = Subject("customer", "*")
        found = who(inquiry, like, "adapter_transfer.state = succeeded", size=1)
        assert (found.customers, found.transfers) == (len(customers), len(payments))
        assert [one.amount for one in found.money if one.currency == "DKK"] == [sum(payments.values())]
        own = {payment for one, payment, _ in rows if one == found.subjects.rows[0].subject.id}
        assert sum(one.amount for one in found.subjects.rows[0].money) == sum(payments[one] for one in own)
        assert who(inquiry, like, "not adapter_transfer.state = succeeded", size=1).transfers is None


def test_of_what_is_healed_nothing_is_open(bank: Bank) -> None:
    key = told_key()["handled_late"]["subject"].partition(":")[2]
    id = bank.id_of("transfer", key)
    browser = with_reason(browser_of("support"), "customer", bank.customer_of("transfer", id))
    page = browser.get(f"/of/transfer/{id}/who", follow=True).content.decode()
    assert "Nothing here is open: choose what you mean." in page and "in this situation" not in page


def test_money_at_both_ends_of_a_payment_is_counted_once(bank: Bank) -> None:
    """What left its sender and has not arrived is wrong with two customers, and is the money of one payment."""
    rows = bank.rows(
        "select f.subject_id, l.other_id, (m.value ->> 0)::numeric / 100 from finding f"
        " join trace.subject s on s.id = f.subject_id join link l on l.subject_id = s.id and l.other_kind = 'customer'"
        " cross join jsonb_array_elements(f.money) m"
        " where f.rule = 'amount_drift' and f.state = 'open' and s.kind = 'transfer'")  # fmt: skip
    once = {payment: units for payment, _, units in rows}
    assert len(rows) > len(once), "no payment has two customers: it tests nothing"
    with reading() as connection:
        found = who(inquire(connection, hidden), Subject("customer", "*"), "finding = amount_drift")
    assert [one.amount for one in found.money] == [sum(once.values())] and found.transfers == len(once)
    each = {line.subject.id: sum(one.amount for one in line.money) for line in found.subjects.rows}
    assert each == {who: sum(units for _, other, units in rows if other == who) for _, who, _ in rows}


def test_each_trouble_of_a_customer_is_told_with_its_own_count(bank: Bank) -> None:
    """A customer who is struck twice is named each trouble, and is counted for each."""
    struck: dict[str, set[str]] = {}
    for one in planted():
        if one["fault"] not in HEALED:
            customer = next(subject for subject in one["subjects"] if subject.startswith("customer:"))
            struck.setdefault(customer, set()).add(one["subject"])
    customer, subjects = max(struck.items(), key=lambda item: len(item[1]))
    assert len(subjects) > 1
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        each = who_each(inquiry, Subject.parse(customer))
        for subject in subjects:
            own = situation_of(inquiry, Subject.parse(subject))
            [told] = [one for one in each if one.found.expression == own.expression]
            more, _ = others(inquiry, Subject.parse(subject))
            assert told.found.has_own and told.found.subjects.total == (more or 0) + 1
    browser, id = browser_of("support"), bank.id_of(*customer.split(":"))
    page = with_reason(browser, "customer", id).get(f"/of/customer/{id}/who").content.decode()
    assert f"This customer is in {len(each)} situations" in page and page.count('class="says"') == len(each)
    for link in map(unescape, re.findall(r'<p><a href="(/who/[^"]+)"', page)):
        assert "situation</h2>" in browser.get(link).content.decode()


def test_what_a_payment_explains_is_not_found_of_the_account_itself(bank: Bank) -> None:
    """An account that a payment took twice from is below zero by the payment; one that a fee took from, by itself."""
    below = {one["subject"] for one in planted() if one["fault"] == "overdrawn_by_fee"}
    by_payments = [
        {subject for subject in one["subjects"] if subject.startswith("account:")}
        for one in planted()
        if "negative_place" in one["rules"] and one["subject"] not in below
    ]
    assert below and by_payments
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        like = Subject("account", "*")
        found = {
            claim: {str(line.subject.subject) for line in who(inquiry, like, f"{claim} = negative_place").subjects.rows}
            for claim in ("finding", "account.finding")
        }
    assert found["account.finding"] == below
    assert found["finding"] <= below.union(*by_payments)
    assert all(found["finding"] & accounts for accounts in by_payments)


def test_age_and_whether_it_is_frozen_are_in_every_form(bank: Bank) -> None:
    browser = browser_of("auditor")
    for at, is_live in (("", True), ("2026-11-22T12:00:00Z", False)):
        query = {"that": "finding = missing_reaction", **({"at": at} if at else {})}
        page = browser.get("/who/transfer", query).content.decode()
        assert ("freeze it" in page) == is_live and ("frozen at this moment" in page) != is_live and " d " in page
        with reading() as connection:
            inquiry = inquire(connection, hidden, at=at or None)
            answer = who_document(who(inquiry, Subject("transfer", "*"), query["that"]))
        assert answer["live"] == is_live and answer["age_seconds"] == max(r["age_seconds"] for r in answer["subjects"])
        address = f"/who/transfer/who.csv?{urlencode(query)}"
        rows = list(csv.DictReader(io.StringIO(approved(browser, address).content.decode())))
        assert {row["is_live"] for row in rows} == {str(is_live).lower()}
        for row in rows:
            age = datetime.fromisoformat(row["as_of"]) - datetime.fromisoformat(row["since"])
            assert float(row["age_seconds"]) == age.total_seconds()


def test_that_every_wait_is_gone_through_is_said_on_the_page(bank: Bank) -> None:
    """Of how things were by the other clock alone, and only where that is what takes the time."""
    browser = browser_of("auditor")
    query = {"that": "amount > 0 and not waiting = bank_transfer.Initiated", "at": "2026-11-22T12:00:00Z"}
    for clock, that, is_said in (
        ("occurred", query["that"], True),
        ("recorded", query["that"], False),
        ("occurred", "amount > 0", False),
    ):
        page = browser.get("/who/transfer", {**query, "that": that, "clock": clock}).content.decode()
        said = re.findall(r'<p class="sub">[^<]*every wait there ever was[^<]*</p>', unescape(page))
        assert len(said) == is_said and "<tr><td" in page, (clock, that)
