"""The rules about how a flow conducts itself: reservations, what happens once, what must be undone, and its books."""

# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Database
from tests.projections.feed import Feed, assert_same, batches_of
from tests.projections.small import MODEL, line, micros, paid

CHANGES = (
    ('subject = "account"\nrests = false\n', 'subject = "account"\nrests = false\nwithin = "1h"\n'),
    ("[lane.account.event.Booked]\n", '[lane.account.event.Booked]\nonce = "booking"\n'),
    ("[lane.account.event.Reserved]\n", '[lane.account.event.Reserved]\nundone_by = "account.Freed"\n'),
)
MORE = """\
[lane.account.event.Freed]
title = { en = "Freed" }
says = { en = "{amount} was freed" }
ties = { payment = "payment" }
compensation = true
moves = [{ book = "ledger", amount = "amount", currency = "currency", from = "reserved:{account}", to = "available:{account}" }]

[lane.account.event.Unbooked]
title = { en = "Unbooked" }
says = { en = "{amount} came back" }
ties = { payment = "payment" }
compensation = true
moves = [{ book = "ledger", amount = "amount", currency = "currency", from = "outside", to = "reserved:{account}" }]

[[pair]]
state = "failed"
ledger = ["reserved", "available"]
custody = ["transit"]
"""
OPENED = line("account-A", 1, "Opened", -50, customer="C")
FUNDS = line("account-A", 2, "PaidIn", -40, **paid("500.00"))
RESERVED = line("account-A", 3, "Reserved", 0, **paid("90.00", payment="P"))
SENT = line("payment-P", 1, "Sent", 1, account="A")
ARRIVED = line("payment-P", 2, "Arrived", 2, **paid("90.00"))
RETURNED = line("payment-P", 2, "Returned", 2, account="A", **paid("90.00"))
BEGUN = (OPENED, FUNDS, RESERVED, SENT)
OTHER = (line("account-O", 1, "Opened", -60, customer="O"), line("account-O", 2, "PaidIn", -59, **paid("500.00")))


def booked(
    at: float, amount: str = "90.00", version: int = 4, stream: str = "account-A", type_: str = "Booked"
) -> bytes:
    return line(stream, version, type_, at, **paid(amount, payment="P"))


@pytest.fixture
def feed(database: Database, tmp_path: Path) -> Feed:
    text = MODEL.read_text()
    for old, new in CHANGES:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    model = tmp_path / "conduct.toml"
    model.write_text(text.replace("\n[lane.payment]\n", f"{MORE.partition('[[pair]]')[0]}\n[lane.payment]\n")
                     + "\n[[pair]]" + MORE.partition("[[pair]]")[2])  # fmt: skip
    return Feed(tmp_path, database, model)


def told(feed: Feed, *lines: bytes, until: float = 9_000, apart: int = 0) -> list[tuple[str, str, Any]]:
    """What is found of these events, whether they come at once or a few at a time, and after a rebuild."""
    step = apart or len(lines)
    for start in range(0, len(lines), step):
        feed.tell(*lines[start : start + step])
    ends = [line("account-Z", 1, "Opened", until, customer="Z"), line("payment-Z", 1, "Sent", until, account="Z")]
    feed.tell(*ends)
    before = feed.dump()
    feed.rebuild()
    assert_same(feed.dump(), before)
    return [(row[0], row[3].partition("/")[2], row[2]) for row in feed.findings()]


@pytest.mark.parametrize("last", [(ARRIVED, booked(3)), (RETURNED, booked(3, type_="Freed"))])
def test_what_goes_well_and_what_is_undone_is_no_finding(feed: Feed, last: tuple[bytes, bytes]) -> None:
    assert told(feed, *BEGUN, *last) == []


def test_a_reservation_that_is_never_resolved_leaks(feed: Feed) -> None:
    found = told(feed, *BEGUN, until=3_600)
    assert ("reservation_leak", "account-A.3.Reserved", "open") in found
    assert feed.rows("select extract(epoch from opened_at)::int8 from finding where rule = 'reservation_leak'") == [
        (micros(3_600) // 1_000_000,)
    ]


@pytest.mark.parametrize(("until", "at", "found"), [(3_599, None, 0), (9_000, 3_600, 0), (9_000, 3_601, 1)])
def test_it_leaks_only_once_the_time_is_over(feed: Feed, until: float, at: float | None, found: int) -> None:
    resolved = [booked(at)] if at is not None else []
    leaks = [row for row in told(feed, *BEGUN, *resolved, until=until) if row[0] == "reservation_leak"]
    assert [row[2] for row in leaks] == ["resolved"] * found


def test_what_was_never_reserved_cannot_be_taken(feed: Feed) -> None:
    """The reservation is on one account, and another one books."""
    found = told(feed, *OTHER, *BEGUN, ARRIVED, booked(3, version=3, stream="account-O"))
    assert ("unmatched_resolution", "account-O.3.Booked", "open") in found
    assert {"residue_at_end", "reservation_leak"} <= {row[0] for row in found}
    assert "double_effect" not in {row[0] for row in found}


def test_what_is_booked_twice_takes_effect_twice(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    batches_of(monkeypatch, 2)
    found = told(feed, *BEGUN, ARRIVED, booked(3), booked(4, version=5), apart=3)
    assert [row for row in found if row[0] in ("double_effect", "unmatched_resolution")] == [
        ("double_effect", "account-A.5.Booked", "open"), ("unmatched_resolution", "account-A.5.Booked", "open"),
    ]  # fmt: skip
    causes = feed.rows("select f.rule, c.rule from finding f join finding c on c.id = f.because_of order by 1")
    assert ("unmatched_resolution", "double_effect") in causes


def test_more_than_was_reserved_is_an_effect_too_much(feed: Feed) -> None:
    found = told(feed, *BEGUN, ARRIVED, booked(3, "95.00"))
    assert ("double_effect", "account-A.4.Booked", "open") in found
    assert "unmatched_resolution" not in {row[0] for row in found}
    assert feed.rows("select money from finding where rule = 'double_effect'") == [([["500", "DKK"]],)]


def test_what_was_undone_may_be_done_again(feed: Feed) -> None:
    """Taking it back is what `undone_by` of the label's event would say; here nothing says so."""
    text = feed.model.read_text().replace('once = "booking"\n', 'once = "booking"\nundone_by = "account.Unbooked"\n')
    feed.model.write_text(text)
    again = (booked(3), booked(4, version=5, type_="Unbooked"), booked(5, version=6))
    assert [row for row in told(feed, *BEGUN, ARRIVED, *again) if row[0] == "double_effect"] == []


def test_what_failed_must_be_undone(feed: Feed) -> None:
    found = told(feed, *BEGUN, RETURNED)
    assert [row for row in found if row[0] == "half_compensation"] == [
        ("half_compensation", "account-A.3.Reserved", "open"),
    ]  # fmt: skip
    causes = feed.rows("select f.rule, c.rule from finding f join finding c on c.id = f.because_of order by 1")
    assert ("residue_at_end", "half_compensation") in causes


def test_what_was_undone_before_leaves_what_was_done_after_it(feed: Feed) -> None:
    """Reserved, freed, reserved again: it is the second one that stands."""
    freed, again = booked(0.4, type_="Freed"), booked(0.6, version=5, type_="Reserved")
    found = told(feed, OPENED, FUNDS, RESERVED, freed, again, SENT, RETURNED)
    assert [row for row in found if row[0] == "half_compensation"] == [
        ("half_compensation", "account-A.5.Reserved", "open"),
    ]  # fmt: skip


def test_undoing_it_late_resolves_it(feed: Feed) -> None:
    found = told(feed, *BEGUN, RETURNED, booked(63, type_="Freed"))
    assert ("half_compensation", "account-A.3.Reserved", "resolved") in found


def test_another_amount_than_was_instructed_drifts(feed: Feed) -> None:
    """Ninety were sent, and eighty booked; a compensation would say why."""
    found = told(feed, *BEGUN, ARRIVED, booked(3, "80.00"))
    assert [row for row in found if row[0] == "amount_drift"] == [("amount_drift", "payment-P.2.Arrived", "open")]
    assert feed.rows("select money from finding where rule = 'amount_drift'") == [([["1000", "DKK"]],)]


def test_a_compensation_says_why_amounts_differ(feed: Feed) -> None:
    found = told(feed, *BEGUN, ARRIVED, booked(3, "80.00"), booked(4, "10.00", version=5, type_="Freed"))
    assert found == []


def test_money_where_the_state_does_not_allow_it_is_told_until_it_leaves(feed: Feed) -> None:
    """The payment failed, and yet it was booked out of the account; later that is taken back."""
    back = booked(30, version=5, type_="Unbooked")
    found = told(feed, *BEGUN, RETURNED, booked(3), back, booked(31, version=6, type_="Freed"))
    assert [row for row in found if row[0] == "books_disagree"] == [
        ("books_disagree", "account-A.4.Booked", "resolved"),
    ]  # fmt: skip
