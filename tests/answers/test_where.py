"""Where the money is, before, between and after every event, on both clocks, against plain sums."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from audit.answers.reading.names import link_of
from audit.answers.shapes import Where
from audit.answers.where import where
from audit.errors import UnknownSubject, UsageError
from audit.values import Clock, Moment, Subject
from tests.answers.conftest import asking
from tests.answers.oracle import ACCOUNTS, Bank, Happened
from tests.conftest import Database

TICK = timedelta(microseconds=1)


def held(answer: Where) -> dict[tuple[str, str], int]:
    return {
        (line.place.book, f"{line.place} {line.money.currency}"): line.money.units
        for line in answer.places
        if line.money.units
    }


def own(account: int) -> list[tuple[str, str]]:
    return [
        ("ledger", f"{kind}:A{account} {currency}") for kind in ("available", "reserved") for currency in ("DKK", "EUR")
    ]


def moments(bank: Bank, clock: str, count: int) -> list[datetime]:
    """Around event times: just before, at, just after; and the local midnights."""
    chance = random.Random(f"moments {clock}")
    times = [e.recorded if clock == "recorded" else e.occurred for e in chance.sample(bank.events, count)]
    midnights = [t.replace(hour=hour, minute=0, second=0, microsecond=0) for t in times[:6] for hour in (22, 23)]
    return [moment for time in [*times, *midnights] for moment in (time - TICK, time, time + TICK)]


@pytest.mark.parametrize("clock", ["recorded", "occurred"])
def test_an_account_holds_what_plain_sums_say_at_any_moment(world: Database, bank: Bank, clock: str) -> None:
    for number, time in enumerate(moments(bank, clock, 25)):
        account = number % ACCOUNTS
        with asking(at=Moment(time, Clock(clock))) as inquiry:
            answer = where(inquiry, Subject("account", f"A{account}"))
        assert held(answer) == bank.holds(own(account), time, clock), (time, account)


def test_an_account_holds_now_what_plain_sums_say(world: Database, bank: Bank) -> None:
    last = max(event.recorded for event in bank.events)
    for account in range(ACCOUNTS):
        with asking() as inquiry:
            answer = where(inquiry, Subject("account", f"A{account}"))
        assert held(answer) == bank.holds(own(account), last, "recorded")
        assert answer.at.is_now and answer.at.sealed and answer.conserved


@pytest.mark.parametrize("clock", ["recorded", "occurred"])
def test_an_event_as_moment_counts_it_and_nothing_after_it(world: Database, bank: Bank, clock: str) -> None:
    """Within one recorded time too, where the story goes on."""
    chance = random.Random(f"event {clock}")
    for event in chance.sample([e for e in bank.events if e.stream.startswith("account-")], 30):
        account = int(event.stream[-1])
        with asking(at=f"{event.source}/{event.id}", clock=clock) as inquiry:
            answer = where(inquiry, Subject("account", f"A{account}"))
        time = event.recorded if clock == "recorded" else event.occurred
        assert held(answer) == bank.holds(own(account), time, clock, upto=event), event
        assert answer.at.upto is not None and answer.at.upto.id == event.id


def test_since_is_when_the_place_last_changed(world: Database, bank: Bank) -> None:
    for account in range(ACCOUNTS):
        with asking() as inquiry:
            places = where(inquiry, Subject("account", f"A{account}")).places
        for line in places:
            touching = [
                e
                for e in bank.events
                if any(str(line.place) in m[1:3] and m[4] == line.money.currency for m in e.moves)
            ]
            assert line.event.id == max(touching, key=lambda e: e.key).id
            assert line.since == max(e.recorded for e in touching)


def custody(bank: Bank, key: str, past: list[Happened]) -> dict[str, int]:
    total: dict[str, int] = {}
    for event in past:
        for book, source, target, units, _ in event.moves:
            if book == "custody" and event.transfer == key:
                total[source] = total.get(source, 0) - units
                total[target] = total.get(target, 0) + units
    return {place: units for place, units in total.items() if units}


def test_a_transfer_is_where_its_events_left_it_after_each_of_them(world: Database, bank: Bank) -> None:
    """As of every event of it, in the order in which causes put those of one time."""
    keys = [f"T{number}" for number in range(0, 60, 4)]
    for key in keys:
        story = [event for event in bank.events if event.transfer == key]
        for count, event in enumerate(story, 1):
            with asking(at=f"{event.source}/{event.id}") as inquiry:
                answer = where(inquiry, Subject("transfer", key))
            expected = custody(bank, key, story[:count])
            assert {str(p.place): p.money.units for p in answer.places} == {p: u for p, u in expected.items() if u > 0}
            assert {str(p.place): p.money.units for p in answer.came_from} == {
                p: u for p, u in expected.items() if u < 0
            }
            assert answer.conserved and answer.complete


def test_the_customer_hears_the_latest_telling_event(world: Database, bank: Bank) -> None:
    said = {
        "Reserved": "is set aside",
        "Begun": "about to be sent",
        "Sent": "on its way",
        "TimedOut": "do not have an answer",
        "Paid": "reached the other bank",
        "Done": "has arrived",
        "Taken": "is booked",
    }
    for key in ("T0", "T5", "T11", "T23"):
        for event in [event for event in bank.events if event.transfer == key]:
            with asking(at=f"{event.source}/{event.id}") as inquiry:
                assert said[event.type] in where(inquiry, Subject("transfer", key)).tells


def test_a_customer_has_all_accounts_and_what_is_under_way(world: Database, bank: Bank) -> None:
    last = max(event.recorded for event in bank.events)
    with asking() as inquiry:
        answer = where(inquiry, Subject("customer", "C0"))
    assert held(answer) == bank.holds([*own(0), *own(3)], last, "recorded")
    mine = {e.transfer for e in bank.events if e.type == "Reserved" and e.stream in ("account-A0", "account-A3")}
    under_way: dict[tuple[str, str], int] = {}
    for key in mine:
        assert key is not None
        for place, units in custody(bank, key, bank.events).items():
            if units > 0 and not place.startswith("other:"):
                under_way[key, place] = units
    assert {(p.flow.subject.key, str(p.place)): p.money.units for p in answer.on_its_way if p.flow} == under_way


def test_before_anything_happened_there_is_nothing(world: Database, bank: Bank) -> None:
    with asking(at=Moment(bank.events[0].recorded - TICK)) as inquiry:
        answer = where(inquiry, Subject("transfer", "T1"))
        assert not answer.places and not answer.came_from and not answer.states
        assert answer.tells == "Nothing had happened yet."
        assert link_of(inquiry, answer.subject.subject).title == "Transfer T1"


def test_an_unknown_subject_and_a_bad_moment_are_said(world: Database) -> None:
    with asking() as inquiry, pytest.raises(UnknownSubject, match="transfer:T-none"):
        where(inquiry, Subject("transfer", "T-none"))
    for wrong in ("yesterday", "2026-03-27T12:00:00", "core/none"):
        with pytest.raises(UsageError), asking(at=wrong):
            pass
