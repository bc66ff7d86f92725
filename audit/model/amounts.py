"""Exact amounts: from a payload's number or decimal text to whole minor units of any size, never through a float."""

from __future__ import annotations

import re
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import Any

DIGITS_MAX = 1000  # longer numbers are refused: no amount of money needs them, and they cost time and room
EXACT = Context(prec=4 * DIGITS_MAX, Emax=10**6, Emin=-(10**6), traps=[Inexact, InvalidOperation, Overflow])

_plain = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?").fullmatch


class NotAnAmount(ValueError):
    """Why a value is no amount, as the end of a sentence that begins with the field's name."""


def units_of(value: Any, digits: int) -> int:
    """Whole minor units of a payload's value; negative ones are refused."""
    units = signed_units_of(value, digits)
    if units < 0:
        raise NotAnAmount("is negative")
    return units


def signed_units_of(value: Any, digits: int) -> int:
    """Whole minor units of an int, a Decimal or a decimal text such as "500.00"; raises NotAnAmount."""
    kind = type(value)
    if kind is str:
        return _of_text(value, digits)
    if kind is int:
        return _of_whole(value, digits)
    if isinstance(value, Decimal):
        return _of_decimal(value, digits)
    raise NotAnAmount("is missing" if value is None else "is not a decimal")


def decimal_of(value: Any) -> Decimal:
    """The exact decimal of a payload's value, of any sign and any number of decimals; raises NotAnAmount."""
    if type(value) is int and abs(value) < 10**DIGITS_MAX:
        return Decimal(value)
    if isinstance(value, Decimal) and value.is_finite() and _is_short(value):
        return value
    if type(value) is str and len(value) <= DIGITS_MAX and _plain(value):
        return Decimal(value)
    raise NotAnAmount("is missing" if value is None else "is not a decimal")


def decimal_text(value: Decimal) -> str:
    """Without exponent, and nothing rounded."""
    return f"{value:f}"


def _of_text(text: str, digits: int) -> int:
    whole, _, fraction = text.partition(".")
    if digits and len(fraction) == digits and whole and len(text) < 20 and text.isascii():
        plain = whole + fraction  # as nearly all are: 500.00
        if plain.isdigit():
            return int(plain)
    match = _plain(text)
    if match is None:
        if text != text.strip():
            raise NotAnAmount("has spaces around it")
        raise NotAnAmount("is empty" if not text else "is not a decimal")
    if len(text) > DIGITS_MAX:
        raise NotAnAmount(f"has more than {DIGITS_MAX} digits")
    sign, whole, fraction = match.groups()
    fraction = fraction or ""
    if len(fraction) > digits:
        if fraction[digits:].strip("0"):
            raise NotAnAmount(f"has more than the currency's {digits} decimals")
        fraction = fraction[:digits]
    units = int(whole + fraction.ljust(digits, "0"))
    return -units if sign else units


def _of_whole(value: int, digits: int) -> int:
    if abs(value) >= 10**DIGITS_MAX:
        raise NotAnAmount(f"has more than {DIGITS_MAX} digits")
    return int(value * 10**digits)


def _of_decimal(value: Decimal, digits: int) -> int:
    if not value.is_finite():
        raise NotAnAmount("is not a decimal")
    if not _is_short(value):
        raise NotAnAmount(f"has more than {DIGITS_MAX} digits")
    scaled = value.scaleb(digits, EXACT)
    units = int(scaled)
    if units != scaled:
        raise NotAnAmount(f"has more than the currency's {digits} decimals")
    return units


def _is_short(value: Decimal) -> bool:
    _, parts, exponent = value.as_tuple()
    return isinstance(exponent, int) and abs(exponent) <= DIGITS_MAX and len(parts) + abs(exponent) <= 2 * DIGITS_MAX
