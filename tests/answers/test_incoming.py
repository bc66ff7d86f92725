"""What came in is said, and of what did not, where and how far it was looked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from audit.answers.pages.incoming import incoming, regular, standing, unmatched_places
from audit.errors import UsageError
from audit.values import Clock, Moment, Money, Subject
from tests.answers.conftest import asking
from tests.answers.oracle import Bank
from tests.conftest import Database

CUSTOMER = Subject("customer", "C1")


def deposits(bank: Bank, clock: str) -> list[tuple[str, int, str, date]]:
    """Account, units, currency and day of everything that came in on the customer's accounts."""
    own = {
        event.stream.removeprefix("account-")
        for event in bank.events
        if event.type == "Opened" and event.data["customer"] == CUSTOMER.key
    }
    return [
        (target.removeprefix("available:"), units, currency, getattr(event, clock).date())
        for event in bank.events
        if event.type == "Deposited"
        for _, _, target, units, currency in event.moves
        if target.removeprefix("available:") in own
    ]


def days_of(bank: Bank) -> tuple[date, date]:
    times = [time for event in bank.events for time in (event.occurred, event.recorded)]
    return min(times).date() - timedelta(days=1), max(times).date() + timedelta(days=1)


@pytest.mark.parametrize("clock", ["recorded", "occurred"])
def test_all_that_came_in_is_there_and_nothing_else(world: Database, bank: Bank, clock: str) -> None:
    expected = deposits(bank, clock)
    with asking(at=Moment(datetime(2030, 1, 1, tzinfo=UTC), Clock(clock))) as inquiry:
        page = incoming(inquiry, CUSTOMER, None, *days_of(bank))
    found = [(a.subject.key, r.money.units, r.money.currency, getattr(r, clock).date()) for a, r in page.came.rows]
    assert sorted(found) == sorted(expected)
    assert f": {len(expected)}. The last was " in page.says
    newest = max(page.came.rows, key=lambda row: getattr(row[1], clock))[1]
    assert f"The last was {newest.money}" in page.says


def test_what_did_not_come_is_said_with_where_it_was_looked_for(world: Database, bank: Bank) -> None:
    began, ended = days_of(bank)
    units = next(n for n in range(777, 10_000) if all(n != event.moves[0][3] for event in bank.events if event.moves))
    with asking() as inquiry:
        page = incoming(inquiry, CUSTOMER, Money(units, "DKK", 2), began, ended)
    assert not page.came.rows and not page.unmatched.rows
    amount = f"{units // 100}.{units % 100:02} DKK"
    days = f"{began.day} {began:%B %Y} to {ended.day} {ended:%B %Y}"
    assert page.says.startswith(f"No incoming payment of {amount} from {days} on ")
    assert page.says.endswith(", nor among the money whose owner is not known yet.")
    ends = {source: max(e.recorded for e in bank.events if e.source == source) for source in ("core", "dk")}
    behind = {source for source, end in ends.items() if end < max(ends.values())}
    assert {name for name, _ in page.behind} == behind
    assert all(name in page.reach for name in behind), "a source that is not known that far is named"


@pytest.mark.parametrize("was_paid", [False, True])
def test_money_whose_owner_is_not_known_is_there_until_it_is_matched(
    world: Database, bank: Bank, was_paid: bool
) -> None:
    """At the moment that it came in it is among it; now only what nobody has matched or sent on since."""
    sent = [event for event in bank.events if event.type == "Sent"]
    paid = {event.transfer for event in bank.events if event.type == "Paid"}
    one = next(event for event in sent if (event.transfer in paid) is was_paid)
    alike = [event for event in sent if event.moves[0][3] == one.moves[0][3]]
    wanted = Money(one.moves[0][3], "DKK", 2)
    with asking() as inquiry:
        page = incoming(inquiry, CUSTOMER, wanted, *days_of(bank))
    with asking(at=f"{one.source}/{one.id}") as inquiry:
        then = incoming(inquiry, CUSTOMER, wanted, *days_of(bank))
    assert page.unmatched.total == sum(event.transfer not in paid for event in alike)
    assert "but among the money whose owner is not known yet: " in then.says or then.came.rows
    assert len(then.unmatched.rows) >= 1 and "were searched" not in page.reach


def test_what_nobody_matched_is_found_behind_whatever_was_matched_after_it(
    world: Database, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.answers.pages.incoming.SHOWN_MAX", 1)
    sent = sorted((event for event in bank.events if event.type == "Sent"), key=lambda event: event.recorded)
    paid = {event.transfer for event in bank.events if event.type == "Paid"}
    waiting = [event.transfer for event in sent if event.transfer not in paid]
    assert waiting and sent[-1].transfer in paid, "the newest was matched"
    with asking() as inquiry:
        found = standing(inquiry, unmatched_places(inquiry)[0], None, *days_of(bank))
    ((_, line),) = found.rows
    assert line.flow is not None and line.flow.subject.key == waiting[-1]


def test_that_not_every_place_was_looked_through_is_said(
    world: Database, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.answers.pages.incoming.UNMATCHED_MAX", 0)
    with asking() as inquiry:
        page = incoming(inquiry, CUSTOMER, Money(1, "DKK", 2), *days_of(bank))
    assert "only the first 0 were searched" in page.reach


def test_another_currency_is_not_the_wanted_one(world: Database, bank: Bank) -> None:
    with asking() as inquiry:
        page = incoming(inquiry, CUSTOMER, Money(1_000_00, "EUR", 2), *days_of(bank))
    assert {row.money.currency for _, row in page.came.rows} == {"EUR"}


@pytest.mark.parametrize(
    ("days", "units", "says"),
    [
        ((0, 30, 59), (700, 700, 700), "7.00 DKK from Firma came 3 times, each about 30 days after"),
        ((0, 30, 59), (700, 500, 912), "Firma paid 3 times, 5.00 DKK to 9.12 DKK, each about 30 days after"),
        ((0, 30, 33, 59), (700, 700, 20, 700), "7.00 DKK from Firma came 3 times, each about 30 days after"),
        ((0, 30, 33, 59), (700, 500, 20, 912), ""),
        ((0, 30), (700, 700), ""),
    ],
    ids=["equal", "a range", "another with the same mask", "not even", "only two"],
)
def test_a_salary_is_told_by_its_payer_with_when_the_next_is_due(
    days: tuple[int, ...], units: tuple[int, ...], says: str, world: Database, bank: Bank
) -> None:
    newest = datetime(2026, 3, 28, 9, tzinfo=UTC)
    with asking() as inquiry:
        place, line = incoming(inquiry, CUSTOMER, None, *days_of(bank)).came.rows[0]
        lines = [
            replace(line, counterparty="Firma", money=Money(amount, "DKK", 2), recorded=newest - timedelta(days=day))
            for day, amount in zip(days, units, strict=True)
        ]
        other = replace(line, counterparty="", recorded=newest - timedelta(days=7))
        said = " ".join(regular(inquiry, [lines[0], other, *lines[1:]]))
    assert said == (f"{says} the one before. By that, the next is due about 27 April 2026." if says else "")


def test_what_has_no_account_is_refused(world: Database) -> None:
    with asking() as inquiry, pytest.raises(UsageError, match="ask of a customer or an account"):
        incoming(inquiry, Subject("transfer", "T1"))
