"""What a single value looks like: a number, a currency, a time, an e-mail address, a name of a person."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from audit.model.currencies import ISO_DIGITS


class Look(Enum):
    NUMBER = "number"
    DECIMAL_TEXT = "decimal text"
    CURRENCY = "currency"
    TIME = "time"
    MAIL = "e-mail address"
    PHONE = "telephone number"
    IBAN = "IBAN"
    PERSON = "name of a person"
    ADDRESS = "address"
    FLAG = "true or false"
    WORD = "word"
    TEXT = "text"
    TREE = "list or object"


_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"(\+|00)\d[\d ()-]{6,18}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9 ]{11,36}")
_PERSON = re.compile(r"[^\W\d_][\w'’-]+( [^\W\d_][\w'’.-]*){1,4}")
_ADDRESS = re.compile(r"[^\W\d_][\w .'’-]+ \d+\w?\b.*")
_WORD = re.compile(r"[A-Za-z0-9_.:/-]{1,64}")


def look_of(value: Any) -> tuple[Look, str | None, int]:
    """Its look, the value as text (None for what is no single value), and how many decimals a number has."""
    if isinstance(value, bool):
        return Look.FLAG, str(value).lower(), 0
    if isinstance(value, int | Decimal | float):
        return Look.NUMBER, str(value), _decimals(value)
    if not isinstance(value, str):
        return Look.TREE, None, 0
    return _look_of_text(value), value, _decimals_of_text(value)


def _look_of_text(text: str) -> Look:
    if text in ISO_DIGITS:
        return Look.CURRENCY
    for pattern, look in ((_TIME, Look.TIME), (_MAIL, Look.MAIL), (_PHONE, Look.PHONE), (_IBAN, Look.IBAN)):
        if pattern.fullmatch(text):
            return look
    if "." in text and _is_decimal(text):
        return Look.DECIMAL_TEXT
    if _WORD.fullmatch(text):
        return Look.WORD
    if _PERSON.fullmatch(text) and all(part.istitle() for part in text.split()):
        return Look.PERSON
    return Look.ADDRESS if _ADDRESS.fullmatch(text) else Look.TEXT


def _is_decimal(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _decimals(value: int | float | Decimal) -> int:
    return _decimals_of_text(str(value))


def _decimals_of_text(text: str) -> int:
    return len(text.partition(".")[2]) if _is_decimal(text) else 0
