"""What stands at the head of a page: what is wrong with its amount and time, what healed, what may be copied."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

from audit.access.mask import hidden
from audit.answers.inquiry import inquire
from audit.answers.pages.findings import findings_of
from audit.answers.pages.transfer import transfer
from audit.database import reading
from audit.values import Subject
from tests.console.conftest import Bank, browser_of, told_key, with_reason


def page_of(bank: Bank, subject: str) -> str:
    kind, _, key = subject.partition(":")
    id = bank.id_of(kind, key)
    browser = with_reason(browser_of("support"), kind, id)
    return unescape(browser.get(f"/of/{kind}/{id}").content.decode())


def test_what_healed_says_its_delay_at_the_head_and_not_that_none_came(bank: Bank) -> None:
    entry = told_key()["handled_late"]
    page = page_of(bank, entry["subject"])
    [head] = re.findall(r'<p class="then" id="was-late">(.*?)</p>', page)
    assert "It was delayed on the way:" in head and "seconds later" in head
    with reading() as connection:
        kind, _, key = entry["subject"].partition(":")
        for language, none, later in (("en", "none had come", "it came later"), ("da", "ikke kommet", "kom senere")):
            inquiry = inquire(connection, hidden, language=language)
            lines = findings_of(inquiry, [bank.id_of(kind, key)]).rows
            said = [one.says for one in lines if one.rule == "missing_reaction"]
            assert said and all(later in one and none not in one for one in said)
            missing = [id for (id,) in bank.rows("select subject_id from finding where rule = 'missing_reaction'"
                                                 " and state = 'open'")]  # fmt: skip
            still = [one.says for one in findings_of(inquiry, missing).rows if one.is_open]
            assert any(none in one for one in still) and not any(later in one for one in still)


def test_what_was_sent_out_twice_is_not_said_to_be_still_to_arrive(bank: Bank) -> None:
    entry = told_key()["sent_twice"]
    [(account,)] = bank.rows(
        "select e.key from trace.subject s join link l on l.subject_id = s.id and l.other_kind = 'account'"
        " join trace.subject e on e.id = l.other_id where s.kind = 'transfer' and s.key = %s",
        entry["subject"].partition(":")[2])  # fmt: skip
    page = page_of(bank, f"account:{account}")
    assert 'id="waytwice-title">Sent out twice: one of the two must come back</h2>' in page
    arrived = told_key()["left_not_arrived"]
    sender = next(one for one in arrived["subjects"] if one.startswith("account:"))
    assert 'id="waydone-title">Has not arrived</h2>' in page_of(bank, sender)


def test_money_below_zero_at_the_end_does_not_still_stand_there(bank: Bank) -> None:
    found = bank.rows("select subject_id, numbers ->> 'sort' from finding where rule = 'residue_at_end'")
    below = [id for id, sort in found if sort != "left"]
    assert below and {sort for _, sort in found} > {"left"}
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        lines = [one for one in findings_of(inquiry, below, limit=500).rows if one.rule == "residue_at_end"]
    for one in lines:
        if one.sort != "left":
            stands = re.search(r"; (\S+ \S+) still stands at", one.says)
            assert "below zero" in one.says and (one.sort == "below") == (stands is None), one.says
            assert one.says.count(f"{one.money[0].amount:,.2f}") <= 2


def test_a_finding_at_the_head_bears_its_amount_and_its_date(bank: Bank) -> None:
    entry = told_key()["misstated_balance"]
    page = page_of(bank, entry["subject"])
    head = page[: page.index('id="balance"') + 4000]
    assert re.search(r'</a> <span class="muted">[^<]*\d\.\d\d\sDKK, <time[^>]*>[^<]*20\d\d', head), head[-3000:]


def test_what_the_customers_page_says_may_be_copied_and_asks_of_last_month(bank: Bank) -> None:
    entry = told_key()["overdrawn_by_fee"]
    customer = next(one for one in entry["subjects"] if one.startswith("customer:"))
    page = page_of(bank, customer)
    assert re.search(r'“<span id="tells"[^>]*>[^<]+</span>”', page) and 'data-copy="#tells"' in page
    [below] = re.findall(r'<p class="sub" id="below">(.*?)</p>', page, re.S)
    asked = [parse_qs(urlsplit(link).query) for link in re.findall(r'href="([^"]+)"', below)]
    assert {"from", "to"} <= {name for one in asked for name in one} and any("from" not in one for one in asked)
    assert "last month" in below and "at any time" in below


def test_what_is_said_of_a_payment_that_went_wrong_can_be_heard_and_kept(bank: Bank) -> None:
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        said = {fault: transfer(inquiry, Subject.parse(entry["subject"])).tells for fault, entry in told_key().items()
                if entry["subject"].partition(":")[0] in ("transfer", "card_payment")}  # fmt: skip
    long = {fault: text for fault, text in said.items() if text.count(";") > 2}
    assert len(said) > 10 and not long, long
