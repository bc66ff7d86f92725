"""Why and who else in the browser: each value opens its causes, the panel is a piece of its page, each row a look."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client

from audit.access.mask import hidden
from audit.answers.inquiry import Inquiry, inquire
from audit.answers.shapes import Link, Why
from audit.answers.shut import behind_doors
from audit.answers.who import who as ask_who
from audit.database import reading
from audit.models import AuditRecord
from audit.values import Subject
from console.views import why as why_page
from demobank.history import SEED, simulation
from tests.console.conftest import ANCHOR, EPOCH, EVENTS, Bank, approved, browser_of, with_reason


@pytest.fixture(scope="module")
def transfer(bank: Bank) -> int:
    return bank.with_finding("transfer")


@pytest.fixture
def support(bank: Bank, transfer: int) -> Client:
    return with_reason(browser_of("support"), "customer", bank.customer_of("transfer", transfer))


def asked_on(text: str) -> list[str]:
    return [unescape(url) for url in re.findall(r'<a class="ask" href="([^"]+)"', text)]


def test_every_value_of_a_transfer_and_its_account_can_be_asked(bank: Bank, transfer: int, support: Client) -> None:
    account = bank.rows(
        "select other_id from link where subject_id = %s and other_kind = 'account' order by other_id", transfer)[0][0]
    customer = bank.customer_of("transfer", transfer)
    for url in (f"/of/transfer/{transfer}", f"/of/account/{account}", f"/of/customer/{customer}"):
        links = asked_on(support.get(url).content.decode())
        assert links, url
        for link in dict.fromkeys(links):
            page = support.get(link).content.decode()
            assert 'class="set"' in page and "Nothing is known of that" not in page, link
            assert ("of=event." in link) == ("What led to this: " in page), link
            part = support.get(link, headers={"HX-Request": "true", "HX-Target": "explained"}).content.decode()
            assert part.lstrip().startswith('<section class="card" id="why"') and "<html" not in part
            assert re.search(r'id="explained">\s*<section class="card" id="why"', page)
            record = AuditRecord.objects.latest("pk")
            assert record.page == "why" and set(record.subjects) & {f"{kind}:{key}" for kind, key in bank.rows(
                "select kind, key from trace.subject where id = any(%s)", [transfer, account, customer])}


def test_a_step_can_be_asked_as_of_it(transfer: int, support: Client) -> None:
    first = support.get(f"/of/transfer/{transfer}/why?step=1").content.decode()
    later = support.get(f"/of/transfer/{transfer}/why").content.decode()
    assert first.count('class="set"') < later.count('class="set"')
    assert support.get(f"/of/transfer/{transfer}/why?step=x").status_code == 400


def test_an_event_of_somebody_else_is_not_told(bank: Bank, transfer: int, support: Client) -> None:
    other = bank.rows(
        "select t.position from timeline t where not exists (select from timeline o where o.subject_id = %s"
        " and o.position = t.position) limit 1", transfer)[0][0]
    assert support.get(f"/of/transfer/{transfer}/why?of=event.{other}").status_code == 404
    for wrong in ("event.x", "event.-1", f"event.{'9' * 40}"):
        assert support.get(f"/of/transfer/{transfer}/why?of={wrong}").status_code == 404
    assert "Nothing is known of that" in support.get(f"/of/transfer/{transfer}/why?of=place.0").content.decode()


def test_a_cause_behind_another_door_is_only_named_on_the_page(
    support: Client, transfer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if nobody's door were open and the payment were somebody else's: nothing of any cause is told."""
    url, nobody = f"/of/transfer/{transfer}/why", Subject("customer", "nobody")
    told = support.get(url).content.decode()

    def shut(inquiry: Inquiry, answer: Why, opened: object) -> Why:
        strange = behind_doors(inquiry, replace(answer, subject=Link(nobody, "", "")), lambda subjects: ())
        return replace(strange, subject=answer.subject)

    monkeypatch.setattr(why_page, "behind_doors", shut)
    stubs = support.get(url).content.decode()
    says = re.findall(r'<span class="muted">[^<]+ ·</span> <span[^>]*>(?:<a [^>]+>)?([^<]+)', told)
    assert says and not [one for one in says if one in stubs]
    assert stubs.count("it opens with a reason") == told.count('<span class="t">') and "it opens" not in told


def test_whoever_is_in_no_situation_chooses_one(support: Client) -> None:
    page = support.get("/who/account").content.decode()
    chosen = dict(re.findall(r'<li><a href="/who/account\?that=([^"]*)">([^<]*)</a>', page))
    assert chosen["account.state+%3D+frozen"] == "Its account is “frozen”" and chosen["finding+%3D+residue_at_end"]
    listed = support.get("/who/account?that=finding+%3D+residue_at_end").content.decode()
    assert "Amount in question" in listed and 'id="choices"' not in listed


def test_who_else_leads_to_a_list_whose_address_names_nobody(bank: Bank, transfer: int, support: Client) -> None:
    answer = support.get(f"/of/transfer/{transfer}/who")
    address = answer.headers["Location"]
    key = bank.rows("select key from trace.subject where id = %s", transfer)[0][0]
    assert answer.status_code == 302 and urlsplit(address).path == "/who/transfer" and key not in address
    page = support.get(address).content.decode()
    assert f"/of/transfer/{transfer}" in page and f'<p class="crumbs"><a href="/of/transfer/{transfer}">' in page
    assert re.search(r"(Nobody else is|One other is|\d+ others are) in this situation", page)
    shown = re.findall(r'<td data-label="Who"><span><a href="/of/transfer/(\d+)', page)
    record = AuditRecord.objects.filter(page="who").latest("pk")
    keys = {f"transfer:{bank.rows('select key from trace.subject where id = %s', int(id))[0][0]}" for id in shown}
    assert set(record.subjects) == keys
    rows = list(csv.DictReader(io.StringIO(
        approved(support, f"/who/transfer/who.csv?{urlencode({'that': parse_qs(urlsplit(address).query)['that'][0]})}")
        .content.decode())))
    assert keys <= {row["subject"] for row in rows}
    assert set(AuditRecord.objects.latest("pk").subjects) == {row["subject"] for row in rows}


def test_a_sum_of_one_customer_is_told_once_the_door_is_open(bank: Bank) -> None:
    """Else a claim that only one account meets would tell its balance without a reason."""
    id, key = bank.rows(
        "select s.id, s.key from balance b join trace.place p on p.id = b.place_id and p.kind = 'available'"
        " join trace.subject s on s.kind = 'account' and s.key = p.key where b.amount > 0 order by s.id limit 1"
    )[0]
    that = f'place = "ledger/available:{key}"'
    address = f"/who/account?{urlencode({'that': that, 'of': id})}"
    browser = browser_of("support")
    shut = browser.get(address).content.decode()
    assert re.search(r"one customer", shut) and not re.search(r"one customer[^<]*[A-Z]{3}", shut)
    assert AuditRecord.objects.filter(page="who").latest("pk").subjects == [f"account:{key}"]
    with_reason(browser, "account", id)
    assert re.search(r"one customer[^<]*\d[^<]*[A-Z]{3}", browser.get(address).content.decode())


def test_amounts_are_told_of_those_whose_door_is_open(bank: Bank, transfer: int, support: Client) -> None:
    """On the page as in the file: the sums are everyone's, a row's own is its customer's."""
    key = bank.rows("select key from trace.subject where id = %s", transfer)[0][0]
    told = {}
    for who, browser in (("inside", support), ("outside", browser_of("support"))):
        file = approved(browser, "/who/transfer/who.csv?that=amount+%3E+0").content.decode()
        told[who] = {row["subject"]: row["money"] for row in csv.DictReader(io.StringIO(file))}
        page = browser.get("/who/transfer", {"that": "amount > 0"}).content.decode()
        assert "told once the door is open" in page
    assert told["inside"][f"transfer:{key}"] and not any(told["outside"].values())
    assert not all(told["inside"].values())


def test_a_bad_claim_is_said_in_the_form(support: Client) -> None:
    answer = support.get("/who/transfer", {"that": "state = <script>"})
    assert answer.status_code == 400 and "<script>" not in answer.content.decode().replace('<script src="', "")
    assert "character" in answer.content.decode() and 'aria-invalid="true"' in answer.content.decode()
    assert support.get("/who/transfer", {"of": "9" * 30}).status_code == 200
    assert "Nothing here is open" in support.get("/who/transfer", {"of": "1"}).content.decode()
    assert support.get("/who/planet", {"that": "state = done"}).status_code == 404
    assert support.get("/who/transfer", {"that": "a" * 2000}).status_code == 400


def test_when_is_posted_and_only_what_may_be_asked_gets_an_address(bank: Bank, transfer: int, support: Client) -> None:
    url = f"/of/transfer/{transfer}/when"
    answer = support.post(url, {"that": "bank_transfer.state = initiated"})
    assert answer.status_code == 302 and answer.headers["Location"] == f"{url}?that=bank_transfer.state+%3D+initiated"
    page = support.get(answer.headers["Location"]).content.decode()
    for link in asked_on(page):
        assert 'class="set"' in support.get(link).content.decode()
    refused = support.post(url, {"that": "creditor.name = 'Mette'"})
    assert refused.status_code == 400 and "is personal" in refused.content.decode()
    assert ">Never</h2>" in support.get(url, {"that": "places.clearing < -5"}).content.decode()


def test_what_was_true_on_all_the_days_asked_about_is_said_so(bank: Bank, transfer: int, support: Client) -> None:
    [[account]] = bank.rows(
        "select s.id from link l join trace.subject s on s.id = l.other_id where l.subject_id = %s"
        " and s.kind = 'account'"
        " order by 1 limit 1", bank.customer_of("transfer", transfer))  # fmt: skip
    days = {"from": "2026-11-22", "to": "2026-11-22"}
    url = f"/of/account/{account}/when"
    page = support.get(url, {"that": "booked < 1000000000", **days}).content.decode()
    assert "Yes, all the time from" in page and ": its balance is less than 1000000000</p>" in page
    assert page.index('id="intervals"') < page.index('<input id="that"'), "the answer stands above the form"
    assert "all the time" not in support.get(url, {"that": "booked > 1000000000", **days}).content.decode()


def test_the_list_says_in_words_what_makes_them_alike(bank: Bank, transfer: int, support: Client) -> None:
    told = {
        "bank_transfer.state = succeeded and amount > 100": "Its bank transfer is “succeeded” and its amount is more "
        "than 100.",
        "not finding = double_effect": "No step was carried out twice.",
        'place = "custody/clearing"': "It has money that is",
    }
    for that, says in told.items():
        assert says in support.get("/who/transfer", {"that": that}).content.decode()
    page = support.get("/who/transfer", {"that": "amount > 1 and (started < 2026-01-01 or amount > 2)"})
    assert page.status_code == 200 and 'class="says"' not in page.content.decode()
    alike = support.get(support.get(f"/of/transfer/{transfer}/who").headers["Location"]).content.decode()
    assert 'class="says"' in alike


def test_whether_an_account_was_below_zero_is_one_click_away(bank: Bank, account: int, support: Client) -> None:
    page = support.get(f"/of/account/{account}").content.decode()
    below = re.search(r'<p class="sub" id="below">(.*?)</p>', page, re.S)
    assert below is not None
    month, so_far, ever = (unescape(link) for link in re.findall(r'href="([^"]+)"', below[1]))
    assert parse_qs(urlsplit(month).query) == {"that": ["available < 0"], "from": ["2026-10-01"], "to": ["2026-10-31"]}
    assert parse_qs(urlsplit(so_far).query)["from"] == ["2026-11-01"] and "from=" not in ever
    for link in (month, so_far, ever):
        assert support.get(link).status_code == 200
    never = support.get(month).content.decode()
    assert f"Account {bank.key_of(account)} was never below zero from 1 Oct 2026 to 31 Oct 2026" in never
    assert "less than 0" not in never
    holder = support.get(f"/of/customer/{bank.customer_of('account', account)}").content.decode()
    [theirs] = re.findall(r'<p class="sub" id="below">(.*?)</p>', holder, re.S)
    assert ever in (unescape(link) for link in re.findall(r'href="([^"]+)"', theirs))


def test_what_is_held_below_zero_takes_the_never_back(bank: Bank, account: int, support: Client) -> None:
    """What is available is then more than there is, and hides that the account was overdrawn."""
    found = bank.rows(
        "select s.id from entry e join trace.place p on p.id = e.place_id"
        " join trace.subject s on s.kind = 'account' and s.key = p.key"
        " where p.kind = 'reserved' group by 1 having sum(e.amount) < 0"
    )
    assert found and account not in [id for (id,) in found]
    caveat, asked = "do not rely on what is available", {"that": "available < 0"}
    for (id,) in found[:3]:
        browser = with_reason(browser_of("support"), "account", id)
        assert caveat in browser.get(f"/of/account/{id}/when", asked).content.decode()
    assert caveat not in support.get(f"/of/account/{account}/when", asked).content.decode()


def test_only_times_in_the_asked_days_are_listed(bank: Bank, account: int, support: Client) -> None:
    url, that = f"/of/account/{account}/when", "available >= 0"
    ever = support.get(url, {"that": that}).content.decode()
    since = re.search(r'data-label="From"><time datetime="(\d{4}-\d\d-\d\d)', ever)
    assert since is not None
    early = support.get(url, {"that": that, "from": "2020-01-01", "to": "2020-12-31"}).content.decode()
    assert "Never from" in early and "at other times" in early and 'data-label="From"' not in early
    late = support.get(url, {"that": that, "from": since[1], "to": since[1]}).content.decode()
    assert 'data-label="From"' in late
    for wrong in ({"from": "2020-01-01"}, {"from": "2020-01-02", "to": "2020-01-01"}, {"from": "x", "to": "y"}):
        assert support.get(url, {"that": that, **wrong}).status_code == 400


def test_every_amount_of_the_overview_and_of_places_can_be_asked(bank: Bank, support: Client) -> None:
    amount = re.compile(r'<td class="n" data-label="(?:Amount|Payments|Oldest)">(.*?)</td>', re.S)
    for url in ("/overview", "/places/custody/clearing", "/desk"):
        page = re.sub(r'<tr class="sum">.*?</tr>', "", support.get(url).content.decode(), flags=re.S)
        found = amount.findall(page)
        assert any(found) and all(not cell or 'class="ask"' in cell for cell in found), url
        links = {unescape(link) for link in re.findall(r'class="ask" href="([^"]+)"', page)}
        assert links, url
        for link in links:
            assert support.get(link).status_code in (200, 302), link


def test_an_amount_that_nobody_has_is_answered(bank: Bank, customer: int, support: Client) -> None:
    url = f"/of/customer/{customer}/incoming"
    for amount, status in (("9" * 18, 200), ("9" * 19, 200), ("9" * 40, 200), ("9" * 41, 400), ("1e9", 400)):
        assert support.get(url, {"amount": amount, "currency": "DKK"}).status_code == status, amount


def test_who_else_is_in_the_same_situation_not_in_another_one(bank: Bank) -> None:
    """As many as the bank planted: not those who are on time, nor those with whom something else is wrong too."""
    run = simulation(SEED, EVENTS, (ANCHOR - EPOCH) // timedelta(microseconds=1))
    for _ in run.run():
        pass
    planted: dict[str, set[Subject]] = {}
    for one in run.planting.planted:
        planted.setdefault(one.fault.name, set()).add(Subject(one.fault.kind, one.subject))
    alike = (
        "hold_never_ends", "sweden_forgotten", "told_twice", "handled_twice", "sent_twice", "settled_twice",
        "paid_twice", "left_not_arrived", "handler_crashed", "half_compensation", "overdrawn_by_fee",
        "succeeded_still_reserved", "clearing_never_answers", "booked_less",
    )  # fmt: skip
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        for fault in alike:
            for subject in planted[fault]:
                found = ask_who(inquiry, subject)
                others = {line.subject.subject for line in found.subjects.rows}
                assert others == planted[fault], (fault, found.expression)
