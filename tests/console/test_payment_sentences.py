"""What single payments say on their own and on others' pages: each part, each side, each page the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from audit.access.mask import hidden
from audit.answers.inquiry import Inquiry, inquire
from audit.answers.pages.account import account as account_page
from audit.answers.pages.customer import customer as customer_page
from audit.answers.pages.overview import overview
from audit.answers.pages.transfer import transfer
from audit.answers.shapes import PaymentLine
from audit.database import reading
from audit.values import Subject
from tests.console.conftest import Bank, browser_of, planted, told_key, with_reason
from tests.console.reading import text_of


def test_a_card_payment_taken_in_parts_tells_every_part(bank: Bank) -> None:
    """The latest event tells of its own part alone: the whole of it is what the customer asks about."""
    found = bank.rows(
        "select s.key from trace.subject s where s.kind = 'card_payment'"
        " and exists (select from timeline t join trace.log l on l.position = t.position join trace.event_type y"
        " on y.id = l.type_id where t.subject_id = s.id and y.name = 'CapturedInPart')"
        " and not exists (select from finding f where f.subject_id = s.id) order by s.id limit 2"
    )
    paid = {"en": "is paid to the shop, in 2 parts: ", "da": "er betalt til butikken, i 2 dele: "}
    between = {
        "en": r"Of [\d.]+.DKK: .* is set aside .*; .* is paid to the shop\.",
        "da": r"Af .*; .* er betalt til .*",
    }
    for language, words in paid.items():
        with reading() as connection:
            inquiry = inquire(connection, hidden, language=language)
            for (key,) in found:
                subject = Subject("card_payment", key)
                page = transfer(inquiry, subject)
                assert page.money is not None and page.tells.startswith(inquiry.amount(page.money)), page.tells
                assert words in page.tells
                steps = {transfer(inquiry, subject, step).tells for step in range(1, 9)}
                assert any(re.fullmatch(between[language], one) for one in steps), steps
    assert len(found) == 2


def test_a_payment_stands_in_one_way_on_every_page(bank: Bank) -> None:
    """On its own page, its customer's (among what is open and the latest), its account's holds, and the desk."""
    flows = {one["subject"] for one in planted() if one["subject"].startswith(("transfer:", "card_payment:"))}
    places: set[str] = set()
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        opened = overview(inquiry, open_shown=100).open_flows.rows
        desk = {f"{one.flow.subject}": (one.state_title, one.tone) for one in opened}
        for flow in sorted(flows):
            page = transfer(inquiry, Subject(*flow.split(":", 1)))
            own = (page.status, page.tone)
            for crumb in page.crumbs:
                for place, said in _elsewhere(inquiry, crumb.subject, page.subject.subject):
                    assert said == own, (flow, f"{crumb.subject}", place, said, own)
                    places.add(f"{place}: {own[0]}")
            assert desk.get(flow, own) == own, flow
            places |= {f"desk: {own[0]}"} if flow in desk else set()
    for place in ("open", "latest", "desk"):
        assert f"{place}: succeeded; not explained" in places and f"{place}: delayed" in places, places
    assert {"held: succeeded; not explained", "held: failed; not explained", "held: delayed"} <= places
    assert not [one for one in places if "unfinished" in one and not one.endswith("credited; unfinished")]


def _elsewhere(inquiry: Inquiry, holder: Subject, flow: Subject) -> list[tuple[str, tuple[str, str]]]:
    if holder.kind == "account":
        held = account_page(inquiry, holder).holds.rows
        return [("held", (one.state_title, one.tone)) for one in held if one.flow and one.flow.subject == flow]
    page = customer_page(inquiry, holder)
    opened = [("open", (one.state_title, one.tone)) for one in page.open_items.rows if one.flow.subject == flow]
    rows = [one for one in page.payments.rows if one.flow and one.flow.subject == flow]
    return [*opened, *(("latest", (one.state_title, one.tone)) for one in rows)]


def test_between_two_of_the_banks_customers_it_is_said_who_sent(bank: Bank) -> None:
    """Of both customers and both accounts; and where one is wrong, nobody reads that nothing is open."""
    id = bank.id_of(*told_key()["left_not_arrived"]["subject"].split(":", 1))
    head = text_of(with_reason(browser_of("support"), "transfer", id), f"/of/transfer/{id}").split("<h1>")[0]
    said = re.findall(r"(Customer|Account) .*?</span></a> <span class=\"muted\">\((sender|receiver)\)", head)
    assert sorted(said) == [(one, side) for one in ("Account", "Customer") for side in ("receiver", "sender")]
    [[out]] = bank.rows(
        "select min(e.position) from entry e join trace.place p on p.id = e.place_id join timeline t using (position)"
        " where t.subject_id = %s and p.kind = 'customer' and e.amount < 0",
        id,
    )
    [[sender]] = bank.rows(
        "select s.key from timeline t join trace.subject s on s.id = t.subject_id and s.kind = 'customer'"
        " where t.position = %s",
        out,
    )
    assert re.search(rf"{sender}</span></a> <span class=\"muted\">\(sender\)", head), head
    one = bank.ids("exchange")[0]
    head = text_of(with_reason(browser_of("support"), "exchange", one), f"/of/exchange/{one}").split("<h1>")[0]
    lost = bank.rows(
        "select p.key, sum(e.amount) < 0 from entry e join trace.place p on p.id = e.place_id join timeline t"
        " using (position) where t.subject_id = %s and p.book = 'ledger' and p.kind in ('available', 'reserved')"
        " group by 1",
        one,
    )
    said = re.findall(r"Account .*?(A-\d+)</span></a> <span class=\"muted\">\((sender|receiver)\)", head)
    assert sorted(said) == sorted((key, "sender" if is_out else "receiver") for key, is_out in lost) and len(said) == 2
    booked = bank.id_of(*told_key()["booked_less"]["subject"].split(":", 1))
    holder = bank.customer_of("transfer", booked)
    page = text_of(with_reason(browser_of("support"), "customer", holder), f"/of/customer/{holder}")
    assert "One payment went wrong" in page and "Nothing is open" not in page and "No payment is under way." in page


def test_what_two_services_call_alike_is_told_once_and_a_failure_says_why(bank: Bank) -> None:
    """The payee and the shop among the facts; the reason on the first screen."""
    with reading() as connection:
        inquiry = inquire(connection, lambda _owner, _path, value: value)
        pages = {
            name: transfer(inquiry, Subject(*told_key()[name]["subject"].split(":", 1)))
            for name in ("booked_less", "captured_too_much", "half_compensation")
        }
    facts = {fact.name: fact.value for fact in pages["booked_less"].facts}
    assert facts["receiver.name"] and not {"creditor.name", "creditor.iban"} & set(facts), facts
    assert [fact.title for fact in pages["captured_too_much"].facts].count("Shop") == 1
    assert not pages["booked_less"].failed_as and "failed: " in pages["half_compensation"].failed_as
    id = bank.id_of(*told_key()["half_compensation"]["subject"].split(":", 1))
    first = text_of(with_reason(browser_of("support"), "transfer", id), f"/of/transfer/{id}").split("Where the")[0]
    assert re.search(r'id="failed">Transfer of 500.00\sDKK failed: ', first)


def test_two_payments_of_one_order_name_and_link_each_other(bank: Bank) -> None:
    """On the first screen, and among what is related; the finding rests on both."""
    subject = told_key()["paid_twice"]["subject"]
    one = bank.id_of(*subject.split(":", 1))
    [[evidence]] = bank.rows(
        "select evidence from finding where rule = 'duplicate_effect' and subject_id = %s and state = 'open'", one
    ) or bank.rows(
        "select evidence from finding where rule = 'duplicate_effect' and state = 'open' and evidence && array("
        "select position from timeline where subject_id = %s)",
        one,
    )
    both = bank.rows(
        "select distinct s.id, s.key from timeline t join trace.subject s on s.id = t.subject_id"
        " where s.kind = 'transfer' and t.position = any(%s)",
        evidence,
    )
    assert len(both) == 2 and one in {id for id, _ in both}
    for (id, key), (other, name) in (both, both[::-1]):
        page = text_of(with_reason(browser_of("support"), "transfer", id), f"/of/transfer/{id}")
        first, related = page.split("Where the")[0], page.split('id="related"')[1]
        assert key != name and "It is about this payment as well:" in first, key
        for part in (first, related):
            assert f'href="/of/transfer/{other}"' in part and name in part, key
        assert "The same order came twice" in related and "succeeded; not explained" in related
        alike = _who_else(id)
        assert f'<p class="crumbs"><a href="/of/transfer/{id}">' in alike
        assert (">this one</span>" in alike) == (f'<td data-label="Who"><span><a href="/of/transfer/{id}">' in alike)


def _who_else(id: int) -> str:
    """The list that a payment leads to of who else is in its situation."""
    browser = with_reason(browser_of("support"), "transfer", id)
    return text_of(browser, browser.get(f"/of/transfer/{id}/who").headers["Location"])
def test_who_paid_is_named_to_who_was_paid_inside_the_bank(bank: Bank) -> None:
    """Each side of one transfer reads the other's name, in the list and in the sentence, never its own."""
    with reading() as connection:
        inquiry = inquire(connection, lambda _owner, _path, value: value)
        found = bank.rows(
            "select s.key, o.key from link l join trace.subject s on s.id = l.subject_id"
            " join trace.subject o on o.id = l.other_id join timeline t on t.subject_id = s.id"
            " join timeline c on c.subject_id = o.id and c.position = t.position"
            " join trace.log e on e.position = t.position join trace.event_type y on y.id = e.type_id"
            " where s.kind = 'transfer' and l.other_kind = 'customer' and y.name = 'TransferReceived' and exists ("
            "select from timeline r join trace.log m on m.position = r.position join trace.event_type n"
            " on n.id = m.type_id where r.subject_id = s.id and n.name = 'RoutedInside') order by e.position limit 9"
        )
        named = set()
        for key, receiver in found:
            facts = {fact.name: fact.value for fact in transfer(inquiry, Subject("transfer", key)).facts}
            rows = _payments_of(inquiry, Subject("customer", receiver))
            line = next(row for row in rows if row.flow and row.flow.subject.key == key)
            assert line.counterparty == facts["sender.name"], key
            named.add(facts["sender.name"] != facts["receiver.name"])
    assert True in named


@pytest.mark.parametrize("fault", ["captured_too_much", "booked_less"])
def test_a_fact_that_several_services_tell_is_told_once(fault: str, bank: Bank) -> None:
    with reading() as connection:
        inquiry = inquire(connection, lambda _owner, _path, value: value)
        facts = transfer(inquiry, Subject.parse(told_key()[fault]["subject"])).facts
    titles = [fact.title for fact in facts]
    assert {"Shop", "Receiver name"} & set(titles) and len(titles) == len(set(titles)), titles


def test_a_payment_that_failed_and_holds_its_money_says_both(bank: Bank) -> None:
    """Not only that the amount is set aside, which is as true of one that is under way; in both languages."""
    found = bank.rows(
        "select s.kind, s.key from finding f join trace.subject s on s.id = f.subject_id join flow w using (subject_id)"
        " where f.rule = 'reservation_leak' and f.state = 'open' and w.is_failure order by 1, 2"
    )
    assert {kind for kind, _ in found} >= {"transfer", "card_payment"}
    for language, words in (
        ("en", "the payment was not carried out; the 500.00 DKK has not been given back yet"),
        ("da", "betalingen blev ikke gennemført; de 500,00 DKK er ikke givet tilbage endnu"),
    ):
        with reading() as connection:
            inquiry = inquire(connection, lambda _owner, _path, value: value, language=language)
            for kind, key in found:
                page = transfer(inquiry, Subject(kind, key))
                assert words in page.tells, (key, page.tells)


def test_an_exchange_that_was_only_paid_says_all_that_was_taken_and_that_nothing_came(bank: Bank) -> None:
    """With the fee and what rounding left; never that the money was exchanged."""
    found = bank.rows(
        "select s.key from flow f join trace.subject s on s.id = f.subject_id where s.kind = 'exchange'"
        " and not f.is_final and exists (select from finding g where g.subject_id = s.id and g.rule = 'stuck'"
        " and g.state = 'open')"
    )
    assert found
    with reading() as connection:
        inquiry = inquire(connection, lambda _owner, _path, value: value)
        for (key,) in found:
            page = transfer(inquiry, Subject("exchange", key))
            assert page.money and f"{page.money} was taken from your account" in page.tells
            assert "not on your account yet" in page.tells and "and exchanged" not in page.tells


def test_a_hold_that_is_late_says_that_the_shop_has_to_move(bank: Bank) -> None:
    with reading() as connection:
        inquiry = inquire(connection, lambda _owner, _path, value: value)
        page = transfer(inquiry, Subject(*told_key()["hold_never_ends"]["subject"].split(":", 1)))
    assert "Waiting for the shop to take the amount or let it go." in page.tells


def _payments_of(inquiry: Inquiry, subject: Subject) -> Iterator[PaymentLine]:
    """From page to page."""
    page = customer_page(inquiry, subject).payments
    yield from page.rows
    while page.next:
        page = customer_page(inquiry, subject, page.next).payments
        yield from page.rows
