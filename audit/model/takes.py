"""What the written functions (written.py) take from a payload: identifiers, amounts and texts, or the trouble with
them. What is plain, as most is, is seen first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from audit.model.amounts import EXACT, NotAnAmount, decimal_of, decimal_text, signed_units_of, units_of
from audit.model.meaning import Envelope, Movement, Reading, Rest
from audit.model.paths import KEY_LENGTH_MAX, is_storable, key_of, text_of
from audit.model.places import UNEXPLAINED
from audit.model.trouble import Trouble

VALUE_LENGTH_MAX = 2000  # characters; a remembered field is a value, not a document

Ties = Sequence[tuple[str, str]]
Memory = Mapping[str, str]


def key(value: Any, path: str) -> str | None:
    """An identifier; None where there is none."""
    try:
        return key_of(value)
    except ValueError as error:
        raise Trouble(path, str(error)) from None


def key_or_none(value: Any) -> str | None:
    """An identifier; None too where it cannot be one."""
    try:
        return key_of(value)
    except ValueError:
        return None


def needed(value: Any, path: str) -> str:
    """The text of a field that must be there."""
    if type(value) is str and value and len(value) <= KEY_LENGTH_MAX and value.isascii() and "\x00" not in value:
        return value
    text = key(value, path)
    if text is None:
        raise Trouble(path, "is missing")
    return text


def digits_of(code: Any, digits: Mapping[str, int], path: str) -> int:
    """How many decimals a currency has."""
    found = digits.get(code) if type(code) is str else None
    if found is None:
        what = "is missing" if code is None else "names a currency that the model does not know"
        raise Trouble(path, what, "Declare it as [currency.CODE] in the model, or mend the sender")
    return found


def units(value: Any, digits: int, path: str) -> int:
    """Whole minor units, never negative."""
    try:
        return units_of(value, digits)
    except NotAnAmount as error:
        raise Trouble(path, str(error)) from None


def signed_units(value: Any, digits: int, path: str) -> int:
    try:
        return signed_units_of(value, digits)
    except NotAnAmount as error:
        raise Trouble(path, str(error)) from None


def grown(value: Any, before: str | None, digits: int, path: str) -> int:
    """What a cumulative amount has grown by."""
    by = units(value, digits, path) - (0 if before is None else units(before, digits, path))
    if by < 0:
        raise Trouble(path, "is less than before, though it may only grow")
    return by


def number(value: Any, path: str) -> Decimal:
    try:
        return decimal_of(value)
    except NotAnAmount as error:
        raise Trouble(path, str(error)) from None


def number_text(value: Any, path: str) -> str:
    return decimal_text(number(value, path))


def running_total(before: str, value: Any, path: str) -> str:
    try:
        return decimal_text(EXACT.add(decimal_of(before), decimal_of(value)))
    except NotAnAmount as error:
        raise Trouble(path, str(error)) from None


def field_text(value: Any, path: str) -> str:
    """What is remembered of a field."""
    text = text_of(value)
    if text is None:
        raise Trouble(path, "is missing" if value is None else "is no text, number, true or false")
    if len(text) > VALUE_LENGTH_MAX or not is_storable(text):
        raise Trouble(path, f"is longer than {VALUE_LENGTH_MAX} characters or holds one that cannot be kept")
    return text


def own_key(ties: Ties, lane: str, name: str) -> str:
    """What the stream's name says first."""
    if not ties or ties[0][0] != lane:
        raise Trouble(name, "is not in this stream's name")
    return ties[0][1]


def tied(kind: str, ties: Ties, memory: Memory) -> str:
    """What this event is tied to, else an earlier one of its stream."""
    for one, found in ties:
        if one == kind:
            return found
    if (before := memory.get(kind)) is not None:
        return before
    raise Trouble(kind, "is not tied by this event")


def tied_or_none(kind: str, ties: Ties) -> str | None:
    return next((found for one, found in ties if one == kind), None)


def blind_or_none(name: str, blinds: Sequence[tuple[str, bytes]]) -> str | None:
    return next((blind.hex() for one, blind in blinds if one == name), None)


def joined(name: str, pieces: Sequence[str]) -> str:
    """A place's key made of several."""
    made = "".join(pieces)
    if len(made) > KEY_LENGTH_MAX:
        raise Trouble(name, f"makes a place's key longer than {KEY_LENGTH_MAX} characters")
    return made


def rest_of(
    declared: int, currency: str, is_out: bool, book: str, kind: str, place: str, movements: Sequence[Movement]
) -> Rest | None:
    """What a declared total and the movements differ by, as a movement between the place and the unexplained."""
    moved = sum(_brought(one, book, kind, place, currency) for one in movements)
    moved = -moved if is_out else moved
    if moved == declared:
        return None
    is_leaving = is_out == (declared > moved)
    ends = (kind, place, UNEXPLAINED, "") if is_leaving else (UNEXPLAINED, "", kind, place)
    return Rest(declared, moved, Movement(book, *ends, abs(declared - moved), currency))


def _brought(movement: Movement, book: str, kind: str, place: str, currency: str) -> int:
    """What a movement brings to a place; below zero: takes from it."""
    if movement.book != book or movement.currency != currency:
        return 0
    is_to = (movement.to_kind, movement.to_key) == (kind, place)
    is_from = (movement.from_kind, movement.from_key) == (kind, place)
    return (is_to - is_from) * movement.units


def failed(ties: Ties, facts: Envelope, error: Exception) -> Reading:
    """One event must never hold up the others."""
    return Reading(ties, problem=f"reading {facts.type} failed ({type(error).__name__}): please report this")
