"""What an event says of itself that rules hold against it: totals, reasons, what happens once and what undoes it."""

# ruff: noqa: E501

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from audit.model.load import loads
from audit.model.meaning import Movement, Rest
from tests.model.good import GOOD, changed, errors, facts, read

PARTS = """
[lane.account.event.Split]
total = { book = "ledger", amount = "total", currency = "currency", from = "available:{account}" }
moves = [
  { book = "ledger", amount = "part", currency = "currency", from = "available:{account}", to = "outside" },
  { book = "ledger", amount = "fee", currency = "currency", from = "available:{account}", to = "outside:fees" },
  { book = "ledger", amount = "back", currency = "currency", from = "outside", to = "available:{account}" },
]

[lane.account.event.Corrected]
correction = true
reasoned = { reason = "why", by = "maker", approved_by = "approver" }
"""


def split(total: str) -> Any:
    payload = {"total": Decimal(total), "part": 90, "fee": 9, "back": 4, "currency": "DKK"}
    return read(loads(GOOD + PARTS, "m.toml"), "account-1", "Split", payload)


@pytest.mark.parametrize(
    ("total", "ends"),
    [
        ("97.00", ("available", "1", "unexplained", "")),  # less was moved than is said to be
        ("93.00", ("unexplained", "", "available", "1")),
    ],
)
def test_what_a_total_and_its_parts_differ_by_stands_in_the_unexplained(total: str, ends: tuple[str, str, str, str]) -> None:
    reading = split(total)
    rest = Movement("ledger", *ends, 200, "DKK")
    assert reading.rest == Rest(int(Decimal(total) * 100), 95_00, rest)
    assert reading.movements[-1] == rest and len(reading.movements) == 4


def test_a_total_that_its_parts_come_to_leaves_nothing() -> None:
    reading = split("95.00")
    assert reading.rest is None and len(reading.movements) == 3


@pytest.mark.parametrize(
    ("payload", "lacks"),
    [
        ({"why": "wrong fee", "maker": "ann", "approver": "bo"}, None),
        ({"why": " ", "maker": "ann", "approver": "bo"}, "a reason"),
        ({"why": "x", "maker": "ann", "approver": "ann"}, "an approval by somebody else than who made it"),
        ({"maker": "ann"}, "a reason and an approval"),
        ({"why": "x", "approver": "bo"}, "the name of who made it"),
    ],
)
def test_a_correction_is_asked_for_its_reasons(payload: dict[str, str], lacks: str | None) -> None:
    meaning = loads(GOOD + PARTS, "m.toml").lanes["account"].events["Corrected"]
    assert meaning.unreasoned is not None
    assert meaning.unreasoned(facts("account-1", "Corrected"), payload) == lacks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('total = { book = "ledger", amount = "a", currency = "c" }', 'it is not clear of which place this is the total. Write from = "PLACE" for what leaves it, or to = "PLACE" for what reaches it'),
        ('total = { book = "ledger", amount = "a", currency = "c", to = "avail:{account}" }', 'book ledger has no place "avail". Did you mean "available"? Known: available, outside, reserved'),
        ('reasoned = { reason = "a" }', "only corrections need reasons. Add correction = true"),
        ('correction = true\nreasoned = {}', 'nothing is asked for. Write reasoned = { reason = "reason", approved_by = "approver" }'),
        ('undone_by = "account.Opend"', 'there is no event of lane account "Opend". Did you mean "Opened"? Known: Closed, Deposited, Odd, Opened, Reserved'),
        ('personal = ["who"]\ncorrection = true\nreasoned = { by = "who" }', '"who" is personal, and what is made of it here is kept in the clear. Use a field that is not personal, or take "who" out of personal'),
        ('asserts = [{ field = "a", book = "ledger", places = ["outside"], currency = "c" }]', 'place "outside" is moved by others too, so what it holds after an event of lane account is not known. Assert places of which lane account is the owner, or add owner = "account" to [book.ledger.place.outside]'),
    ],
)  # fmt: skip
def test_a_slip_in_it_is_told_with_its_mend(text: str, expected: str) -> None:
    (found,) = errors(f"{GOOD}\n[lane.account.event.Odd]\n{text}\n")
    assert found.partition(": ")[2] == expected


def test_what_undoes_an_event_may_be_said_in_any_order() -> None:
    one = changed('[lane.account.event.Closed]\n', '[lane.account.event.Closed]\nonce = "end"\nundone_by = ["account.Opened", "payment.Done"]\n')
    other = one.replace('"account.Opened", "payment.Done"', '"payment.Done", "account.Opened"')
    assert loads(one, "m.toml").hash == loads(other, "m.toml").hash != loads(GOOD, "m.toml").hash
    meaning = loads(one, "m.toml").lanes["account"].events["Closed"]
    assert (meaning.once, meaning.undone_by) == ("end", [("account", "Opened"), ("payment", "Done")])
