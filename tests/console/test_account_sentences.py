"""What an account's pages say: what is wrong with it first, how far below zero, and never what was not read."""

from __future__ import annotations

import re
from datetime import timedelta

from audit.access.mask import hidden
from audit.answers.inquiry import inquire
from audit.answers.pages.account import account as account_page
from audit.answers.pages.account import statement_page
from audit.database import reading
from audit.values import Subject
from console.formats import formats
from tests.console.conftest import Bank, browser_of, planted, with_reason
from tests.console.reading import Reading, text_of


def test_an_accounts_first_sentence_says_what_is_wrong_with_it(bank: Bank) -> None:
    """Overdrawn since when, held below zero, ended with something after its end."""
    found = bank.rows(
        "select distinct s.id from finding f join trace.subject s on s.id = f.subject_id where f.state = 'open'"
        " and s.kind = 'account' and f.rule in ('negative_place', 'life_after_death') order by 1"
    )
    said = ""
    for (id,) in found:
        page = text_of(with_reason(browser_of("support"), "account", id), f"/of/account/{id}")
        sentence = re.search(r'id="tells"[^>]*>([^<]*)<', page).group(1)  # type: ignore[union-attr]
        assert "below zero" not in sentence or "Nothing is held." not in page
        assert "no payment accounts for it" not in page  # of one handled twice the payment is named above it
        said += sentence
    assert "Overdrawn by 100.00\u00a0DKK since " in said
    assert "75.00\u00a0DKK below zero, which cannot be: do not rely on what is available." in said
    assert "Before that it was closed already; which of the two holds is not settled." in said


def test_what_could_not_be_read_is_named_by_its_day_and_leads_to_its_finding(bank: Bank) -> None:
    account = bank.rows(
        "select s.id, f.id from finding f join trace.subject s on s.id = f.subject_id"
        " where f.rule = 'unreadable' and f.state = 'open' and s.kind = 'account' order by 1"
    )[0]
    page = text_of(with_reason(browser_of("support"), "account", account[0]), f"/of/account/{account[0]}")
    note = page.split("Complete: no.")[1].split("</div>")[0]
    assert f'href="/finding/{account[1]}"' in note and re.search(r"\d\d:\d\d", note)


def test_never_is_only_said_of_what_could_be_read(bank: Bank) -> None:
    [[account]] = bank.rows(
        "select s.id from finding f join trace.subject s on s.id = f.subject_id"
        " where f.rule = 'unreadable' and f.state = 'open' and s.kind = 'account' order by 1 limit 1"
    )
    browser = with_reason(browser_of("support"), "account", account)
    page = text_of(browser, f"/of/account/{account}/when?that=booked+<+0")
    assert ">Never in what can be read</h2>" in page and "One event is not understood; it may be true" in page


def test_how_far_below_zero_is_told_of_the_days_that_are_asked_about(bank: Bank) -> None:
    [[account, day]] = bank.rows(
        "select s.id, (f.opened_at at time zone 'Europe/Copenhagen')::date from finding f join trace.subject s"
        " on s.id = f.subject_id where f.rule = 'negative_place' and f.state = 'open' and s.kind = 'account'"
        " and not exists (select from finding o where o.subject_id = s.id and o.rule = 'unmatched_resolution')"
        " and left(f.numbers ->> 'place', 9) = 'available' order by 1 limit 1"
    )
    browser, path = with_reason(browser_of("support"), "account", account), f"/of/account/{account}/when"
    asked = f"{path}?that=available+<+0&from={day + timedelta(1)}&to={day + timedelta(2)}"
    page = Reading(text_of(browser, asked)).text
    key = bank.key_of(account)
    assert f"Account {key} was below zero all the time from" in page and "It began" in page.split("At the lowest")[0]
    assert "At the lowest it was \u2212 100.00 DKK." in page
    assert f"{(day + timedelta(1)).day} " in page.split("Opened by")[1].split("since")[0]
    assert "At the lowest" not in text_of(browser, f"{path}?that=available+<+0&from=2020-01-01&to=2020-01-02")


def test_a_statement_names_the_other_side_of_what_was_paid(bank: Bank) -> None:
    """A booking names nobody: its transfer does, on the page and on the pages after it."""
    accounts = [Subject("account", bank.key_of(id)) for id in bank.ids("account")[:12]]
    out = 0
    with reading() as connection:
        for subject in accounts:
            inquiry = inquire(connection, hidden)
            lines = statement_page(inquiry, subject, "DKK", size=50)
            assert account_page(inquiry, subject, "DKK").statement.rows == lines.rows
            paid = [row for row in lines.rows if row.title == "Transaction"]
            out += len(paid)
            assert all(row.counterparty and row.flow and row.flow.subject.key in row.says for row in paid), subject
    assert out


def test_a_backdated_booking_says_both_of_its_days(bank: Bank) -> None:
    """The row tells one of them by the asked clock, the mark beside it the other; so does what asks why."""
    key = next(one for one in planted() if one["fault"] == "backdated_event")
    id, browser = bank.id_of(*key["subject"].split(":", 1)), browser_of("support")
    with_reason(browser, "account", id)
    [[position, happened, known]] = bank.rows(
        "select l.position, l.occurred_at, l.recorded_at from finding f join trace.log l on l.position = f.opened_by"
        " where f.subject_id = %s and f.rule = 'clock_anomaly'",
        id,
    )
    written = formats("en", "Europe/Copenhagen")
    happened, known = (written.plainly(at) for at in (happened, known))
    text = Reading(text_of(browser, f"/of/account/{id}")).text
    row = text.split("Statement", 1)[1].split(f"backdated to {happened}")[0]
    assert row.rpartition(known)[2].count("DKK") == 1 and f"{known}" in row
    assert f"backdated to {happened}" in Reading(text_of(browser, f"/of/account/{id}/why?of=event.{position}")).text
    by_day = Reading(text_of(browser, f"/of/account/{id}?at=2026-11-23T10:00&clock=occurred")).text
    assert f"backdated, known since {known}" in by_day and "backdated to" not in by_day
