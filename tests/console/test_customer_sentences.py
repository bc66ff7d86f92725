"""What a customer's page says first: each thing once, in the reader's language, calm only where all is well."""

from __future__ import annotations

import json
import re

from audit.access.mask import hidden
from audit.answers.inquiry import inquire
from audit.answers.pages.account import account as account_page
from audit.answers.pages.customer import customer as customer_page
from audit.answers.pages.incoming import incoming
from audit.answers.pages.said import where_to_say
from audit.answers.pages.transfer import transfer
from audit.database import reading
from audit.findings.catalogue import RULES
from audit.values import Clock, Moment, Subject
from tests.console.conftest import Bank, browser_of, planted, told_key, with_reason
from tests.console.reading import Reading, text_of


def test_a_customer_with_anything_open_is_not_told_that_all_is_well(bank: Bank) -> None:
    """However slight the finding is, and whichever of the customer's payments or accounts it is about."""
    found = bank.rows(
        "select distinct l.other_id, f.rule from finding f join link l on l.subject_id = f.subject_id"
        " where f.state = 'open' and l.other_kind = 'customer' order by 1"
    )
    one_each = {rule: customer for customer, rule in found}
    assert len(one_each) > 8
    for rule, customer in one_each.items():
        page = text_of(with_reason(browser_of("support"), "customer", customer), f"/of/customer/{customer}")
        sentence = re.search(r'id="tells"[^>]*>([^<]*)<', page).group(1)  # type: ignore[union-attr]
        assert "verything is explained" not in sentence and "none of them late" not in sentence, (rule, sentence)
        assert "not late" not in sentence, (rule, sentence)


def test_money_that_never_arrived_stands_in_the_receivers_list_as_such(bank: Bank) -> None:
    """With what was declared and how it stands, not as nothing."""
    found = bank.rows(
        "select distinct l.other_id from finding f join trace.subject s on s.id = f.subject_id"
        " join link l on l.subject_id = s.id and l.other_kind = 'customer'"
        " where f.rule = 'residue_at_end' and f.state = 'open' and s.kind = 'transfer'"
    )
    never = []
    for (customer,) in found:
        browser = with_reason(browser_of("support"), "customer", customer)
        rows = json.loads(browser.get(f"/of/customer/{customer}/payments.json").content)["rows"]
        never += [row["amount"] for row in rows if row["state"] == "succeeded" and not row["booked_after"]]
    assert "500.00" in never and "0.00" not in never


def test_what_is_over_and_wrong_is_not_said_to_be_under_way(bank: Bank) -> None:
    """A payment that ended and left money behind went wrong: by its amount and payee, with what its own page says, and
    nothing before it is calm."""
    found = bank.rows(
        "select distinct l.other_id, w.key from finding f join trace.subject w on w.id = f.subject_id"
        " join flow o on o.subject_id = w.id join link l on l.subject_id = w.id and l.other_kind = 'customer'"
        " where f.rule = 'residue_at_end' and f.state = 'open' and o.is_final and l.first_at = o.started_at"
    )
    said = []
    with reading() as connection:
        inquiry = inquire(connection, lambda _owner, _path, value: value)
        for owner, key in found:
            page = customer_page(inquiry, Subject("customer", bank.key_of(owner)))
            item = next((one for one in page.open_items.rows if one.flow.subject.key == key), None)
            if item is not None and page.answer.startswith("One payment went wrong"):
                assert page.answer.startswith(f"One payment went wrong: {item.title}. "), page.answer
                own = transfer(inquiry, item.flow.subject).tells
                seen = own.split("This is what we see: ")[1].split(". We cannot say yet")[0]
                assert seen in page.answer.replace(". The ", ". the ").replace(". By ", ". by "), (seen, page.answer)
                assert "under way" not in page.answer and "One payment is late" not in page.answer
                assert item.tone == "bad" and item.state_title.endswith(("not explained", "money left behind"))
                assert "below zero" not in page.answer  # what its own event made of the account is told with it
                said.append(page.answer)
    assert len(said) >= 4
    assert any("left the account and has not arrived" in one for one in said)


def test_what_is_late_or_released_is_said_where_it_is_looked_for(bank: Bank) -> None:
    """On both accounts of an exchange; without the name of a payment that nobody asked for."""
    linked = (
        "select o.key from link l join trace.subject s on s.id = l.subject_id join trace.subject o on o.id = l.other_id"
        " where s.kind = %s and s.key = %s and o.kind = %s"
    )
    key = {fault: entry["subject"].split(":") for fault, entry in told_key().items()}
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        accounts = bank.rows(linked, *key["exchange_half_done"], "account")
        assert len(accounts) == 2
        for (account,) in accounts:
            said = account_page(inquiry, Subject("account", account)).answer
            one = "One payment is late: Currency exchange" in said and "Waiting for the other currency" in said
            assert one or "payments are late, the oldest since" in said, said
        [[owner]] = bank.rows(linked, *key["released_unheld"], "customer")
        page = customer_page(inquiry, Subject("customer", owner))
        assert page.answer.startswith("75.00 DKK too much is shown as available; nothing was reserved for it.")
        assert [str(item.money) for item in page.open_items.rows] == ["75.00 DKK"]


def test_a_customers_sentence_names_each_thing_once_and_in_the_readers_language(bank: Bank) -> None:
    """No rule's title, no name of an event type, nothing in English where it is asked in Danish."""
    owners = bank.rows(
        "select distinct l.other_id from finding f join link l on l.subject_id = f.subject_id"
        " where f.state = 'open' and l.other_kind = 'customer'"
    )
    said: dict[str, list[str]] = {"en": [], "da": []}
    for language, pages in said.items():
        with reading() as connection:
            inquiry = inquire(connection, lambda _owner, _path, value: value, language=language)
            pages += [customer_page(inquiry, Subject("customer", bank.key_of(owner))).answer for (owner,) in owners]
    paid_twice = "500.00 DKK to Astrid Jensen. 500.00 DKK is in the other bank; the same order was paid twice,"
    assert any(paid_twice in one for one in said["en"])
    assert any("Waiting for the Danish payment system's answer, due " in one for one in said["en"])
    assert any("Venter på svar fra det danske betalingssystem, ventet senest " in one for one in said["da"])
    titles = [rule.title.lower() for rule in RULES.values() if " " in rule.title]
    types = [type_ for lane in inquiry.model.lanes.values() for type_ in lane.events if re.search("[a-z][A-Z]", type_)]
    for one in (*said["en"], *said["da"]):
        assert not [name for name in types if name in one] and one.count("went wrong") <= 1, one
    for one in said["da"]:
        assert not [title for title in titles if title in one.lower()] and not re.search(r"\b(the|and|was)\b", one), one


def test_what_was_open_then_is_not_called_explained_then(bank: Bank) -> None:
    """What was resolved since was open at a moment before that: the sentence of that moment says so."""
    found = bank.rows(
        "select f.id, s.kind, s.key, l.other_id, f.opened_at, f.resolved_at from finding f"
        " join trace.subject s on s.id = f.subject_id join link l on l.subject_id = s.id"
        " where f.state = 'resolved' and f.resolved_at > f.opened_at and s.kind = 'transfer'"
        " and l.other_kind = 'customer' order by 1 limit 4"
    )
    assert found
    with reading() as connection:
        for id, kind, key, owner, opened_at, resolved_at in found:
            for time, is_open in ((opened_at, True), (resolved_at, False)):
                inquiry = inquire(connection, hidden, at=Moment(time, Clock.RECORDED))
                page = transfer(inquiry, Subject(kind, key))
                assert [one.is_open for one in page.findings.rows if one.id == id] == [is_open]
                answer = customer_page(inquiry, Subject("customer", bank.key_of(owner))).answer
                assert not (is_open and "everything is explained" in answer), answer


def test_to_the_receiver_a_payment_is_from_another_and_what_arrived_has_arrived(bank: Bank) -> None:
    """One that never came is not to the receiver, and one that only waits for a closing note is not said to be late."""
    key = told_key()
    with reading() as connection:
        inquiry, said = inquire(connection, hidden), {}
        for fault in ("left_not_arrived", "never_told_back"):
            kind, _, of = key[fault]["subject"].partition(":")
            id = bank.id_of(kind, of)
            owners = bank.rows("select other_id from link where subject_id = %s and other_kind = 'customer'", id)
            said[fault] = [customer_page(inquiry, Subject("customer", bank.key_of(one))) for (one,) in owners]
    titles = {item.title for page in said["left_not_arrived"] for item in page.open_items.rows}
    assert any(" to " in one for one in titles) and any("from another account of the bank" in one for one in titles)
    assert any("went wrong: 500.00 DKK from another account" in page.answer for page in said["left_not_arrived"])
    (receiver,) = said["never_told_back"]
    arrived = r"500\.00 DKK from \w[^.]* has arrived; only our closing note on it is missing\."
    assert re.search(arrived, receiver.answer) and "has not gone on" not in receiver.answer


def test_a_customer_of_whom_a_record_is_missing_is_not_complete(bank: Bank) -> None:
    """What the missing one told, an address or a telephone, may have changed."""
    customer = bank.id_of("customer", next(one for one in planted() if one["fault"] == "version_gap")["subject"][9:])
    page = text_of(with_reason(browser_of("support"), "customer", customer), f"/of/customer/{customer}")
    assert "Complete: no." in page and "A record is missing here; what stands under Facts may be old." in page


def test_a_correction_by_hand_is_no_payment_in(bank: Bank) -> None:
    """Nor does the first sentence name the employee."""
    accounts = {entry["subject"][8:] for entry in planted() if entry["fault"] == "correction"}
    corrected = []
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        for account in accounts:
            customer = Subject("customer", bank.key_of(bank.customer_of("account", bank.id_of("account", account))))
            page = customer_page(inquiry, customer)
            corrected += [row for row in page.payments.rows if row.is_correction]
            assert "corrected" not in page.answer, page.answer
    assert any(row.money.units > 0 for row in corrected)


def test_what_is_below_zero_bears_a_minus_sign(bank: Bank) -> None:
    found = bank.rows(
        "select f.subject_id from finding f join trace.subject s on s.id = f.subject_id"
        " where f.rule = 'negative_place' and s.kind = 'account'"
    )
    with reading() as connection:
        for language, zero in (("en", "fell to −"), ("da", "faldt til −")):
            inquiry = inquire(connection, hidden, language=language)
            for (id,) in found:
                lines = account_page(inquiry, Subject("account", bank.key_of(id))).findings.rows
                assert any(zero in line.says for line in lines if line.rule == "negative_place"), lines
    assert found


def test_an_event_whose_parts_do_not_make_its_total_is_told_as_its_payment(bank: Bank) -> None:
    """It is found of the account; what a customer knows is the exchange."""
    found = bank.rows(
        "select l.other_id from finding f join link l on l.subject_id = f.subject_id and l.other_kind = 'customer'"
        " where f.rule = 'unbalanced_event' and f.state = 'open'"
    )
    assert found
    with reading() as connection:
        for (id,) in found:
            page = customer_page(inquire(connection, hidden), Subject("customer", bank.key_of(id)))
            assert "the parts of an event" not in page.answer
            assert re.search(r"went wrong: (.*; )?Currency exchange, [\d.]+ DKK", page.answer)
            rows = [row for row in page.payments.rows if row.title == "Currency exchange"]
            assert {row.state_title for row in rows} == {"completed; not explained"}, rows


def test_nobody_reads_the_first_payments_balance_as_the_accounts(bank: Bank) -> None:
    """Payments stand by when they began, and are booked in another order."""
    id = bank.ids("customer")[0]
    text = Reading(text_of(with_reason(browser_of("support"), "customer", id), f"/of/customer/{id}")).text
    assert "by when they began, newest first: booked after the first need not be the balance" in text


def answers_of_those_with(bank: Bank, rule: str = "%") -> list[str]:
    """What is said first of each customer with an open finding of this rule."""
    found = bank.rows(
        "select distinct l.other_id from finding f join link l on l.subject_id = f.subject_id"
        " where f.rule like %s and f.state = 'open' and l.other_kind = 'customer'",
        rule,
    )
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        return [customer_page(inquiry, Subject("customer", bank.key_of(owner))).answer for (owner,) in found]


def test_what_was_released_without_a_hold_is_not_said_to_be_back(bank: Bank) -> None:
    """No such payment exists; what was released only makes the account look richer."""
    (own,) = [one for one in answers_of_those_with(bank, "unmatched_resolution") if "75.00 DKK" in one]
    assert "75.00 DKK too much is shown as available; nothing was reserved for it" in own
    assert "is back on your account" not in own, own


def test_a_command_and_a_trail_say_of_a_holder_what_its_page_says(bank: Bank) -> None:
    """What was sent has left the bank, whatever the account's own last event told: it knew of the reservation alone."""
    found = bank.rows(
        "select distinct l.other_kind, t.key from link l join trace.subject t on t.id = l.other_id"
        " join finding f on f.subject_id = l.subject_id and f.rule = 'missing_reaction' and f.state = 'open'"
        " where l.other_kind in ('customer', 'account') order by 1, 2"
    )
    assert {kind for kind, _ in found} == {"customer", "account"}
    differing = 0
    with reading() as connection:
        inquiry = inquire(connection, lambda _owner, _path, value: value)
        for kind, key in found:
            page = customer_page if kind == "customer" else account_page
            answer = where_to_say(inquiry, Subject(kind, key))
            assert answer.to_say == page(inquiry, Subject(kind, key)).answer
            assert "has not left the bank" not in answer.to_say
            differing += "has not left the bank" in answer.tells
    assert differing


def test_of_two_payments_that_went_wrong_it_is_said_what_happened_to_each(bank: Bank) -> None:
    said = answers_of_those_with(bank)
    some = [one.split(" payments went wrong: ")[1] for one in said if " payments went wrong: " in one]
    assert some
    for one in some:
        assert re.match(r"[^;(]+ \([^)]+; |[^;(]+ \([^;)]+\)", one), one


def test_what_an_ended_payment_left_behind_is_not_on_its_way_in(bank: Bank) -> None:
    """The receiver of money that left and did not arrive: it comes no more by itself."""
    found = bank.rows(
        "select distinct a.key from finding f join trace.subject s on s.id = f.subject_id and s.kind = 'transfer'"
        " join flow o on o.subject_id = s.id and o.is_final join link l on l.subject_id = s.id"
        " join trace.subject a on a.id = l.other_id and a.kind = 'account'"
        " where f.rule = 'residue_at_end' and f.state = 'open' and l.first_at > o.started_at"
    )
    assert found
    with reading() as connection:
        inquiry = inquire(connection, lambda _owner, _path, value: value)
        for (key,) in found:
            page = account_page(inquiry, Subject("account", key))
            left = [line for line in page.on_its_way if line.ended]
            assert not left or "on its way in" not in page.answer, page.answer
        of = Subject(*told_key()["left_not_arrived"]["subject"].split(":", 1))
        sender, receiver = transfer(inquiry, of).crumbs[:2]
        waited = incoming(inquiry, receiver.subject)
        where = "inside the bank between two steps since"
        assert f"500.00 DKK was sent here and has not arrived: it has been {where}" in waited.says
        assert "not arrived" not in incoming(inquiry, sender.subject).says
    browser = with_reason(browser_of("support"), "customer", receiver.id)
    shown = Reading(text_of(browser, f"/of/customer/{receiver.id}/incoming")).text
    way, stuck = shown.split("On its way in")[1].split("Has not arrived")
    assert "500.00" not in way and "500.00" in stuck


def test_the_desk_leads_to_all_that_is_open(bank: Bank) -> None:
    browser = browser_of("support")
    few = text_of(browser, "/desk")
    total = int(re.search(r">20 of (\d+), oldest first", few).group(1))  # type: ignore[union-attr]
    assert f'href="/desk?open=all">All {total}</a>' in few
    every = text_of(browser, "/desk?open=all")
    named = [Reading(row).text for row in re.findall(r'<td data-label="What">(.*?)</td>', every, re.S)]
    assert not [row for row in named if any(row.count(word) > 1 for word in row.split() if re.search(r"-\w{6}", word))]
    assert f"{total} of {total}, oldest first" in every and "open=all" not in every.split('id="open"')[1]
