"""The public sets, read through their models, against figures counted from the raw files. Skips without the files."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from tests.examples.reading import Read, raw_events, read_set


@pytest.fixture(scope="module")
def czech() -> Read:
    return read_set("czech-bank", "czech-bank")


@pytest.fixture(scope="module")
def fines() -> Read:
    return read_set("traffic-fines", "traffic-fines")


@pytest.fixture(scope="module")
def loans() -> Read:
    return read_set("loan-applications", "loan-applications")


def subjects(found: Read) -> dict[str, int]:
    return {kind: len(keys) for kind, keys in found.subjects.items()}


def test_the_czech_bank_is_read_whole(czech: Read) -> None:
    assert (czech.events, czech.problems) == (48_777, [])
    assert subjects(czech) == {"customer": 1_451, "account": 1_197, "standing_order": 1_702, "loan": 31}
    assert not czech.illegal


def test_the_czech_movements_are_the_files_amounts(czech: Read) -> None:
    sums: Counter[str] = Counter()
    for event in raw_events("czech-bank"):
        if "transaction_id" in event["data"]:
            sums[event["type"]] += int(Decimal(event["data"]["amount"]) * 100)
    moved = {
        ("cash", "balance"): "CashDeposited",
        ("other_bank", "balance"): "RemittanceReceived",
        ("interest", "balance"): "InterestCredited",
        ("balance", "cash"): "CashWithdrawn",
        ("balance", "other_bank"): "RemittanceSent",
        ("balance", "fees"): "StatementFeeCharged",
        ("balance", "penalty_interest"): "PenaltyInterestCharged",
        ("balance", "card"): "CardWithdrawn",
    }
    assert czech.moved == {ends: sums[type_] for ends, type_ in moved.items()}


def test_a_czech_account_holds_what_its_rows_come_to(czech: Read) -> None:
    credits = ("CashDeposited", "RemittanceReceived", "InterestCredited")
    held: dict[str, Decimal] = defaultdict(Decimal)
    for event in raw_events("czech-bank"):
        if "transaction_id" in event["data"]:
            amount = Decimal(event["data"]["amount"])
            held[event["data"]["account_id"]] += amount if event["type"] in credits else -amount
    found = {key: units for (kind, key), units in czech.balances.items() if kind == "balance"}
    assert found == {account: int(amount * 100) for account, amount in held.items()}
    assert sum(czech.balances.values()) == 0


def test_czech_holders_are_all_tied_to_their_account(czech: Read) -> None:
    """An account's memory keeps the latest holder; each of them was tied by an event of its own."""
    holders = {event["data"]["client_id"] for event in raw_events("czech-bank") if event["type"] == "HolderAdded"}
    assert holders <= czech.subjects["customer"]
    assert {memory["customer"] for memory in czech.memories.values() if "customer" in memory} <= holders


def test_fines_are_read_whole(fines: Read) -> None:
    assert (fines.events, fines.problems) == (80_664, [])
    assert subjects(fines) == {"fine": 23_766}
    assert fines.broken == []


def test_what_moves_is_each_fines_payments(fines: Read) -> None:
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for event in raw_events("traffic-fines"):
        paid[event["data"]["fine_id"]] += Decimal(event["data"].get("paymentAmount", 0))
    assert fines.moved == {("payer", "paid"): int(sum(paid.values()) * 100)}
    for fine, amount in paid.items():
        assert fines.balances[("paid", fine)] == amount * 100
        assert Decimal(fines.memories[f"fine-{fine}"].get("set:paid", "0")) == amount


def test_what_is_due_is_the_latest_amount_and_the_postage(fines: Read) -> None:
    due: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for event in raw_events("traffic-fines"):
        if event["type"] in ("FineCreated", "PenaltyAdded"):
            due[event["subject"]][0] = Decimal(event["data"]["amount"])
        if event["type"] == "FineSent":
            due[event["subject"]][1] = Decimal(event["data"]["expense"])
    for stream, (amount, expense) in due.items():
        assert Decimal(fines.memories[stream]["set:due"]) == amount + expense


def test_the_oddities_of_the_fines_remain_and_are_few(fines: Read) -> None:
    assert fines.illegal == {
        ("AppealResultReceived", "appeal_filed", "appeal_decided"): 13,
        ("AppealSent", "appeal_closed", "appeal_sent"): 6,
        ("AppealResultReceived", "", "appeal_decided"): 3,
        ("AppealResultNotified", "", "appeal_closed"): 1,
        ("AppealResultReceived", "appeal_closed", "appeal_decided"): 1,
    }


def test_loan_applications_are_read_whole(loans: Read) -> None:
    assert (loans.events, loans.problems) == (262_200, [])
    assert subjects(loans) == {"application": 13_087, "offer": 5_015, "work": 9_658}
    assert not loans.moved


def test_applications_end_as_the_log_says(loans: Read) -> None:
    ends = {"A_DECLINED": "declined", "A_CANCELLED": "cancelled", "A_APPROVED": "granted"}
    counted = Counter(ends[event["type"]] for event in raw_events("loan-applications") if event["type"] in ends)
    assert {state: loans.states[("application", state)] for state in ends.values()} == counted


def test_the_oddities_of_the_work_items_remain(loans: Read) -> None:
    """Work laid down without having been taken up is known of this log; all else is a handful."""
    twice = sum(count for (_, before, after), count in loans.illegal.items() if before == after == "laid_down")
    assert (twice, sum(loans.illegal.values())) == (1_034, 1_048)
