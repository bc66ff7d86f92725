"""An amount is found wherever it is among a place's movements, and nothing else is said to be it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from audit.answers.pages import amounts
from audit.answers.pages.amounts import TOGETHER_WITHIN, combined, find_amount
from audit.errors import UsageError
from audit.values import Clock, Moment, Place
from console.forms import AmountForm
from tests.answers.conftest import asking
from tests.answers.oracle import Bank
from tests.conftest import Database

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


def by_trying_all(hours: Sequence[int], units: Sequence[int], wanted: int) -> set[tuple[int, ...]]:
    """Every two or three within three days; without those of which a part says it already, or nothing."""
    targets, found = {wanted, -wanted} - {0}, set()
    for size in (2, 3):
        for group in combinations(range(len(units)), size):
            parts = [part for n in range(1, size) for part in combinations(group, n)]
            if any(sum(units[i] for i in part) in targets | {0} for part in parts):
                continue
            if hours[group[-1]] - hours[group[0]] <= 72 and sum(units[i] for i in group) in targets:
                found.add(group)
    return found


@given(
    st.lists(st.tuples(st.integers(0, 150), st.integers(-6, 6)), max_size=12).map(sorted),
    st.integers(-12, 12),
)
def test_combinations_are_those_that_trying_all_finds(moves: list[tuple[int, int]], wanted: int) -> None:
    hours, units = [hour for hour, _ in moves], [amount for _, amount in moves]
    found, is_whole = combined([BEGAN + timedelta(hours=hour) for hour in hours], units, wanted)
    expected = by_trying_all(hours, units, wanted)
    assert is_whole and len(set(found)) == len(found)
    assert set(found) == expected if len(found) < amounts.SHOWN_MAX else set(found) <= expected


def test_too_many_to_try_are_said_not_to_be_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(amounts, "LOOKED_UP_MAX", 50)
    found, is_whole = combined([BEGAN] * 40, [2 * n + 1 for n in range(40)], 100_000)
    assert (found, is_whole) == ([], False)


@pytest.mark.parametrize("clock", ["recorded", "occurred"])
def test_every_movement_of_a_place_is_found_by_its_amount(world: Database, bank: Bank, clock: str) -> None:
    at = max(event.recorded for event in bank.events) + timedelta(hours=1)
    moved = [
        units if target == "clearing:dk" else -units
        for event in bank.events
        for book, source, target, units, currency in event.moves
        if (book, currency) == ("custody", "DKK") and "clearing:dk" in (source, target)
    ]
    assert moved
    first = min(min(event.recorded, event.occurred) for event in bank.events).date() - timedelta(days=1)
    for wanted in sorted(set(moved))[:6]:
        with asking(at=Moment(at, Clock(clock))) as inquiry:
            found = find_amount(inquiry, Place("custody", "clearing", "dk"), "DKK", wanted, first, at.date())
        assert found.movements == len(moved) and not found.is_cut
        assert found.exact.total == moved.count(wanted) and found.negative.total == moved.count(-wanted)
        assert {row.money.units for row in found.exact.rows} == {wanted}
        for group in found.combinations:
            times = [row.occurred if clock == "occurred" else row.recorded for row in group]
            assert abs(sum(row.money.units for row in group)) == abs(wanted)
            assert times == sorted(times) and times[-1] - times[0] <= TOGETHER_WITHIN


def test_a_span_that_runs_backwards_or_is_endless_is_refused(world: Database) -> None:
    today = BEGAN.date()
    for began, ended in ((today, today - timedelta(days=1)), (today - timedelta(days=400), today)):
        with asking() as inquiry, pytest.raises(UsageError, match="at most 366 days"):
            find_amount(inquiry, Place("custody", "clearing", "dk"), "DKK", 1, began, ended)


@pytest.mark.parametrize(
    ("typed", "digits", "units"),
    [
        ("500", 2, 50_000), ("500.00", 2, 50_000), ("1.234,50", 2, 123_450), ("1,234.50", 2, 123_450),
        ("1 234,5", 2, 123_450), ("1,234", 2, 123_400), ("1.234", 3, 1_234), ("1,234,567", 2, 123_456_700),
        ("-500", 2, 50_000), ("12000", 0, 12_000), ("0.05", 2, 5),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(typed: str, digits: int, units: int) -> None:
    form = AmountForm.read(QueryDict(urlencode({"amount": typed})), digits)
    assert form is not None and form.units == units


@pytest.mark.parametrize("typed", ["five", "1.234.5x", "1e3", "--5", "5.0012", "٣"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(UsageError, match="write it as"):
        AmountForm.read(QueryDict(urlencode({"amount": typed})), 2)
