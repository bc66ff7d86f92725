"""Amounts are exact at any size, and what is no amount is refused in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.model.amounts import EXACT, NotAnAmount, decimal_of, signed_units_of, units_of


@pytest.mark.parametrize(
    ("value", "digits", "units"),
    [
        ("500.00", 2, 50000),
        ("500", 2, 50000),
        ("500.5", 2, 50050),
        ("0", 2, 0),
        ("007", 0, 7),
        (500, 2, 50000),
        (500, 0, 500),
        (500, 3, 500000),
        (Decimal("0.1"), 2, 10),
        (Decimal("1E+3"), 2, 100000),
        (Decimal("12.345"), 3, 12345),
        ("12.345", 3, 12345),
        ("1000.00", 0, 1000),
        ("12.500", 2, 1250),
        ("123456789012345678901234567890.12", 2, 12345678901234567890123456789012),
        (123456789012345678901234567890, 0, 123456789012345678901234567890),
        (Decimal("123456789012345678901234567890.12"), 2, 12345678901234567890123456789012),
        (2**53 + 1, 2, (2**53 + 1) * 100),
    ],
)
def test_an_amount_is_exact(value: Any, digits: int, units: int) -> None:
    assert units_of(value, digits) == units


@pytest.mark.parametrize(
    ("value", "digits", "why"),
    [
        (None, 2, "is missing"),
        ("", 2, "is empty"),
        (" 500.00", 2, "has spaces around it"),
        ("500.00 ", 2, "has spaces around it"),
        ("500.00\n", 2, "has spaces around it"),
        ("1 000.00", 2, "is not a decimal"),
        ("1,000.00", 2, "is not a decimal"),
        ("500,00", 2, "is not a decimal"),
        ("5e2", 2, "is not a decimal"),
        ("NaN", 2, "is not a decimal"),
        ("٥", 2, "is not a decimal"),
        ("+5", 2, "is not a decimal"),
        (".5", 2, "is not a decimal"),
        ("5.", 2, "is not a decimal"),
        (True, 2, "is not a decimal"),
        (5.0, 2, "is not a decimal"),
        ([], 2, "is not a decimal"),
        ({"amount": 5}, 2, "is not a decimal"),
        (Decimal("NaN"), 2, "is not a decimal"),
        (Decimal("Infinity"), 2, "is not a decimal"),
        ("-5", 2, "is negative"),
        (-5, 2, "is negative"),
        (Decimal("-0.01"), 2, "is negative"),
        ("500.001", 2, "has more than the currency's 2 decimals"),
        (Decimal("0.5"), 0, "has more than the currency's 0 decimals"),
        ("0." + "1" * 30, 2, "has more than the currency's 2 decimals"),
        (Decimal("1E-999999"), 2, "has more than 1000 digits"),
        (Decimal("1E+999999"), 2, "has more than 1000 digits"),
        ("1" * 1001, 2, "has more than 1000 digits"),
        (10**1000, 2, "has more than 1000 digits"),
    ],
)
def test_what_is_no_amount_is_refused(value: Any, digits: int, why: str) -> None:
    with pytest.raises(NotAnAmount, match=f"^{why}$"):
        units_of(value, digits)


@given(st.integers(min_value=0, max_value=10**900), st.integers(min_value=0, max_value=8))
def test_every_number_of_units_comes_back(units: int, digits: int) -> None:
    text = f"{Decimal(units).scaleb(-digits, EXACT):f}"
    assert signed_units_of(text, digits) == units
    assert signed_units_of(decimal_of(text), digits) == units
    assert signed_units_of("-" + text, digits) == -units


@given(st.one_of(st.text(), st.decimals(), st.integers(), st.floats(), st.booleans(), st.none()), st.integers(0, 4))
def test_nothing_but_a_word_comes_of_bad_input(value: Any, digits: int) -> None:
    try:
        assert signed_units_of(value, digits) is not None
    except NotAnAmount as error:
        assert str(error)
