"""Two payments compared: the verdict rests on the events, whichever of the two is named first."""

from __future__ import annotations

from collections import defaultdict

import pytest

from audit.answers.pages.compare import Item, compare
from audit.answers.shapes.comparison import Comparison, Verdict
from audit.errors import UsageError
from audit.values import Subject
from tests.answers.conftest import asking
from tests.answers.oracle import Bank, Happened
from tests.conftest import Database


def compared(subject: Subject, one: Item, other: Item) -> Comparison:
    with asking() as inquiry:
        found, turned = compare(inquiry, subject, one, other), compare(inquiry, subject, other, one)
    assert (found.verdict, found.says, found.seconds) == (turned.verdict, turned.says, turned.seconds)
    assert {found.one.event, found.other.event} <= set(found.evidence)
    return found


def event(happened: Happened) -> Item:
    with asking() as inquiry:
        row = inquiry.connection.execute("select position from trace.log where event_id = %s", [happened.id]).fetchone()
    assert row is not None
    return Item(position=row[0])


def account_of(happened: Happened) -> Subject:
    return Subject("account", happened.stream.removeprefix("account-"))


def flow(happened: Happened) -> Item:
    return Item(flow=Subject("transfer", str(happened.transfer)))


def of_type(bank: Bank, type_: str) -> list[Happened]:
    return [event for event in bank.events if event.type == type_]


def test_a_hold_and_its_booking_are_one_payment(world: Database, bank: Bank) -> None:
    taken = of_type(bank, "Taken")[0]
    held = next(event for event in of_type(bank, "Reserved") if event.transfer == taken.transfer)
    assert compared(account_of(held), event(held), event(taken)).verdict is Verdict.HOLD_AND_BOOKING


def test_one_row_is_itself(world: Database, bank: Bank) -> None:
    held = of_type(bank, "Reserved")[0]
    assert compared(account_of(held), flow(held), flow(held)).verdict is Verdict.SAME
    assert compared(account_of(held), event(held), flow(held)).verdict in (Verdict.ONE_PAYMENT, Verdict.SAME)


def test_transfers_that_differ_are_said_to_and_alike_ones_are_alike(world: Database, bank: Bank) -> None:
    by_account: dict[Subject, list[Happened]] = defaultdict(list)
    for held in of_type(bank, "Reserved"):
        by_account[account_of(held)].append(held)
    account, (one, other, *_) = next((a, held) for a, held in by_account.items() if len(held) > 1)
    found = compared(account, flow(one), flow(other))
    assert found.verdict is (Verdict.ALIKE if one.moves[0][3] == other.moves[0][3] else Verdict.DIFFERENT)
    assert "amount" in found.unlike and "amount" in found.says
    assert found.seconds == round(abs((one.recorded - other.recorded).total_seconds()))
    assert found.one.root != found.other.root


def test_two_deposits_of_one_amount(world: Database, bank: Bank) -> None:
    """Every account began with as many kroner as euros: one amount in two currencies is not one amount."""
    dkk, eur = of_type(bank, "Deposited")[:2]
    assert (dkk.moves[0][3], dkk.stream) == (eur.moves[0][3], eur.stream)
    assert "amount" in compared(account_of(dkk), event(dkk), event(eur)).unlike


def test_what_belongs_to_others_is_not_compared(world: Database, bank: Bank) -> None:
    mine, theirs = (next(e for e in of_type(bank, "Reserved") if e.stream == f"account-A{n}") for n in (0, 1))
    with asking() as inquiry, pytest.raises(UsageError, match="of this customer or account"):
        compare(inquiry, account_of(mine), flow(mine), flow(theirs))
    with asking() as inquiry, pytest.raises(UsageError, match="of this customer or account"):
        compare(inquiry, account_of(mine), flow(mine), event(theirs))
