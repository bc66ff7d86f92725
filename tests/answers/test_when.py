"""When it was true: all intervals, with the events that open and close them, against a plain walk through them all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from audit.answers.shapes import When
from audit.answers.when import when
from audit.errors import UnknownSubject, UsageError
from audit.sources.files import sources_of
from audit.values import Subject
from tests.answers.conftest import asking, take_in
from tests.answers.oracle import ACCOUNTS, START, Bank, Happened
from tests.conftest import Database

STATES = {"Begun": "begun", "Done": "done", "Sent": "sent", "TimedOut": "silent", "Paid": "paid", "Opened": "open"}
Found = list[tuple[datetime, str, datetime | None, str | None]]


@dataclass
class Known:
    """What a walk knows after an event: amounts by place and currency, states by lane, the last payload value."""

    amounts: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    states: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)


def walked(events: list[Happened], clock: str, holds: Callable[[Known], bool]) -> Found:
    """Every event in its clock's order, one after the other."""
    def at(event: Happened) -> datetime:
        return event.recorded if clock == "recorded" else event.occurred

    known, since = Known(), None
    found: Found = []
    for event in sorted(events, key=at):
        for _, source, target, units, currency in event.moves:
            for place, sign in ((source, -1), (target, 1)):
                known.amounts[place.split(":")[0], currency] += sign * Decimal(units) / 100
        if event.type in STATES:
            known.states[event.stream.split("-")[0]] = STATES[event.type]
        known.said |= {name: value for name, value in event.data.items() if isinstance(value, str)}
        is_true = holds(known)
        if is_true and since is None:
            since = (at(event), event.id)
        elif not is_true and since is not None:
            found.append((*since, at(event), event.id))
            since = None
    return [*found, (*since, None, None)] if since else found


def given(answer: When) -> Found:
    return [
        (i.since.time, i.since.event.id, i.until.time if i.until else None, i.until.event.id if i.until else None)
        for i in answer.intervals
    ]


def of_account(bank: Bank, key: str) -> list[Happened]:
    """Its own stream's events, each with the ledger's sides on this account alone, in story order."""
    return sorted((e for e in bank.events if e.stream == f"account-{key}"), key=lambda e: e.key)


ACCOUNT_CLAIMS: list[tuple[str, Callable[[Known], bool]]] = [
    ("places.reserved > 0", lambda k: k.amounts["reserved", "DKK"] > 0 or k.amounts["reserved", "EUR"] > 0),
    ("balance.DKK < 2000.50",
     lambda k: k.amounts["available", "DKK"] + k.amounts["reserved", "DKK"] < Decimal("2000.50")),
    ("places.available.DKK >= 1000 and places.reserved.DKK = 0",
     lambda k: k.amounts["available", "DKK"] >= 1000 and k.amounts["reserved", "DKK"] == 0),
    ("not (held.DKK > 50 or available.DKK <= -100.505)",
     lambda k: not (k.amounts["reserved", "DKK"] > 50 or k.amounts["available", "DKK"] <= Decimal("-100.505"))),
    ("places.ledger.available.DKK - places.reserved.DKK > 1500",
     lambda k: k.amounts["available", "DKK"] - k.amounts["reserved", "DKK"] > 1500),
    ("state = open and balance.DKK > 500", lambda k: k.states.get("account") == "open"
     and k.amounts["available", "DKK"] + k.amounts["reserved", "DKK"] > 500),
]  # fmt: skip


@pytest.mark.parametrize("clock", ["recorded", "occurred"])
@pytest.mark.parametrize(("text", "holds"), ACCOUNT_CLAIMS, ids=[text for text, _ in ACCOUNT_CLAIMS])
def test_of_an_account_every_interval_is_found(
    text: str, holds: Callable[[Known], bool], clock: str, world: Database, bank: Bank
) -> None:
    total = 0
    for number in range(ACCOUNTS):
        with asking(clock=clock) as inquiry:
            answer = when(inquiry, Subject("account", f"A{number}"), text)
        assert given(answer) == walked(of_account(bank, f"A{number}"), clock, holds)
        assert answer.complete
        total += len(answer.intervals)
    assert total, "the claim is never true: it tests nothing"


FLOW_CLAIMS: list[tuple[str, Callable[[Known], bool]]] = [
    ("state = silent", lambda k: "silent" in k.states.values()),
    ("sending.state = paid", lambda k: k.states.get("sending") == "paid"),
    ("order.state != done", lambda k: "order" in k.states and k.states["order"] != "done"),
    ("places.clearing > 0 and order.state = begun",
     lambda k: k.amounts["clearing", "DKK"] > 0 and k.states.get("order") == "begun"),
    ("places.custody.transit = 0", lambda k: k.amounts["transit", "DKK"] == 0),
    ("places.transit > 20 or places.clearing > 20",
     lambda k: k.amounts["transit", "DKK"] > 20 or k.amounts["clearing", "DKK"] > 20),
    ('bank = "spar"', lambda k: k.said.get("bank") == "spar"),
    ("payload.amount > 50.00", lambda k: Decimal(k.said["amount"]) > 50),
]  # fmt: skip


@pytest.mark.parametrize("clock", ["recorded", "occurred"])
@pytest.mark.parametrize(("text", "holds"), FLOW_CLAIMS, ids=[text for text, _ in FLOW_CLAIMS])
def test_of_a_flow_every_interval_is_found(
    text: str, holds: Callable[[Known], bool], clock: str, world: Database, bank: Bank
) -> None:
    total = 0
    for number in range(0, 60, 3):
        with asking(clock=clock) as inquiry:
            answer = when(inquiry, Subject("transfer", f"T{number}"), text)
        story = [event for event in bank.events if event.transfer == f"T{number}"]
        assert given(answer) == walked(story, clock, holds), number
        total += len(answer.intervals)
    assert total, "the claim is never true: it tests nothing"


def test_nothing_after_the_moment_counts(world: Database, bank: Bank) -> None:
    events = of_account(bank, "A1")
    for event in events[5::9]:
        with asking(at=f"{event.source}/{event.id}") as inquiry:
            answer = when(inquiry, Subject("account", "A1"), "places.reserved.DKK > 0")
        past = [one for one in events if one.key <= event.key]
        assert given(answer) == walked(past, "recorded", lambda k: k.amounts["reserved", "DKK"] > 0)


def test_fields_and_payloads_of_an_account(world: Database, bank: Bank) -> None:
    deposits = [event for event in of_account(bank, "A1") if event.type == "Deposited"]
    for name in ("last_deposit", "account.last_deposit"):
        with asking() as inquiry:
            answer = when(inquiry, Subject("account", "A1"), f"{name} > 500")
        assert given(answer) == walked(deposits, "recorded", lambda k: Decimal(k.said["amount"]) > 500)
    for subject in (Subject("account", "A1"), Subject("place", "ledger/reserved:A1")):
        with asking() as inquiry:
            text = "balance > 0" if subject.kind == "place" else 'reference = "rent T5"'
            assert when(inquiry, subject, text) is not None


def test_a_dip_that_recovers_within_a_microsecond_is_found(database: Database, tmp_path: Path) -> None:
    """A hundred events, one of which took it below zero; looking at some moments only would miss it."""
    bank, at = Bank(), START
    bank.add("core", "account-A1", "Opened", at, {"customer": "C1", "iban": "DK1"})
    money: dict[str, object] = {"currency": "DKK", "transfer": "T1", "to": {"name": "Åse"}, "reference": "r"}
    for number in range(100):
        at += timedelta(microseconds=1)
        if number == 63:
            bank.add("core", "account-A1", "Reserved", at, {**money, "amount": "1000.00"})
            at += timedelta(microseconds=1)
            bank.add("core", "account-A1", "Deposited", at, {"amount": "1000.00", "currency": "DKK"})
        bank.add("core", "account-A1", "Deposited", at, {"amount": "1.00", "currency": "DKK"})
    take_in(sources_of(bank.write(tmp_path)))
    with asking() as inquiry:
        [dip] = when(inquiry, Subject("account", "A1"), "places.available < 0").intervals
    assert (dip.since.event.id, dip.until and dip.until.event.id) == ("core-65", "core-66")
    assert dip.until and dip.until.time - dip.since.time == timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("subject", "text", "said"),
    [
        ("transfer:T7", "state = nowhere", "nowhere.*is no state here.*begun"),
        ("transfer:T7", "plases.transit > 0", "plases.transit.*character 1 .*stands for nothing.*places.transit"),
        ("transfer:T7", "places.vault > 0", "places.vault.*no such place"),
        ("transfer:T7", "bank = spar", "spar.*character 8 .*stands for nothing"),
        ("transfer:T7", "account.nothing = 1", "account has no such field"),
        ("transfer:T7", "to.name = 'Åse Lund'", "to.name.*personal"),
        ("transfer:T7", "payload.to = 'x'", "personal"),
        ("account:A1", "iban = 'DK'", "personal"),
        ("account:A1", "balance", "neither true nor false"),
        ("account:A1", "balance < ", "ends too early"),
        ("account:A1", "balance < 5 or", "ends too early"),
        ("account:A1", "__import__('os').system('true')", "character 17"),
        ("account:A1", "balance < 2026-13-45", "no such time at character 11"),
        ("account:A1", "order.state = done", "no stream of order"),
        ("transfer:T7", " or ".join(["amount - currency = transfer + bank"] * 50), "amount in .*at most 1,000"),
    ],
)
def test_a_bad_question_says_what_is_wrong_and_where(subject: str, text: str, said: str, world: Database) -> None:
    with asking() as inquiry, pytest.raises(UsageError, match=said):
        when(inquiry, Subject.parse(subject), text)


def test_an_unknown_subject_is_said(world: Database) -> None:
    with asking() as inquiry, pytest.raises(UnknownSubject):
        when(inquiry, Subject("account", "none"), "balance > 0")
