"""Whether a payload's JSON means the same to everyone (I-JSON, RFC 7493), and is of a size that can be read.

A cheap screen passes the clean ones; only what looks suspicious is examined exactly.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import msgspec

PAYLOAD_BYTES_MAX = 4 * 1024 * 1024
NESTING_MAX = 64
INTEGER_MAX = 2**53 - 1

_SIXTEEN_DIGITS = b"0" * 16
_ALL_DIGITS_ZERO = bytes.maketrans(b"123456789.", b"0000000000")
_LONG_NUMBER = re.compile(rb"[:,\[\s]-?[0-9.]{16}")
_TOO_DEEP = f"it is nested deeper than the {NESTING_MAX} levels that are read: flatten it"
_BEYOND = "it holds a whole number beyond 2^53, where readers round it differently: write it as text"
_PAIR = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,39}")  # anything else may be somebody's data: not repeated


class BadPayload(ValueError):
    """The text says what is wrong with the payload and how to mend it."""


def exact_fraction(digits: str) -> float:
    number = float(digits)
    if abs(number) == float("inf") or len(digits) > 400 or Decimal(repr(number)) != Decimal(digits):
        raise BadPayload("it holds a number with more digits than a reader of JSON must keep: write it as text")
    return number


_decode = msgspec.json.Decoder(float_hook=exact_fraction).decode


def decoded(raw: bytes) -> Any:
    """The JSON value of `raw`; raises BadPayload where it cannot be read, or not by everyone in the same way."""
    if len(raw) > PAYLOAD_BYTES_MAX:
        raise BadPayload(
            f"it has {len(raw):,} bytes and only {PAYLOAD_BYTES_MAX:,} are read: keep large content outside the event"
        )
    value = _parsed(raw)
    if not is_plain(raw, msgspec.json.encode(value)):
        _examine(raw, value)
    return value


def is_plain(raw: bytes, encoded: bytes) -> bool:
    """A screen that never says yes wrongly; `encoded` is the decoded value, written as JSON again.

    A key that stands twice leaves more quotes in the one than in the other, where no quote is written by its number;
    numbers of 16 digits show in any place.
    """
    return (
        raw.count(b'"') == encoded.count(b'"')
        and raw.count(b"{") + raw.count(b"[") <= NESTING_MAX
        and b"\\u0000" not in raw
        and b"\\u0022" not in raw
        and not has_long_number(encoded)
    )


def has_long_number(raw: bytes) -> bool:
    """Whether a number of sixteen digits may stand in it: shorter ones everyone reads alike."""
    return _SIXTEEN_DIGITS in raw.translate(_ALL_DIGITS_ZERO) and _LONG_NUMBER.search(raw) is not None


def _parsed(raw: bytes) -> Any:
    try:
        return _decode(raw)
    except UnicodeDecodeError as error:
        raise BadPayload(f"its text is not valid UTF-8 ({error.reason} at byte {error.start} of a text)") from None
    except msgspec.ValidationError as error:
        raise (error.__cause__ if isinstance(error.__cause__, BadPayload) else BadPayload(_BEYOND)) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadPayload(_why_not_json(raw, error)) from None


def _why_not_json(raw: bytes, error: Exception) -> str:
    if isinstance(error, RecursionError):
        return _TOO_DEEP
    try:
        text = raw.decode()
    except UnicodeDecodeError as broken:
        return f"its text is not valid UTF-8 ({broken.reason} at byte {broken.start}): write it in UTF-8"
    if re.search(r"[:,\[]\s*(?:NaN|-?Infinity)\b", text):
        return "it holds NaN or Infinity, which JSON does not have: write the amount, or leave it out"
    if "\\ud" in _PAIR.sub("", text).lower():
        return "it holds half a character (a lone \\ud800 to \\udfff): write the text whole, or leave that half out"
    if "truncated" in str(error):
        return "it is torn: the JSON ends too early; write the whole event in one line"
    return f"it is not JSON ({error}): write one JSON object"


def _examine(raw: bytes, value: Any) -> None:
    if _NUL.search(raw):
        raise BadPayload("it holds the character \\u0000, which no text may hold: remove it")
    _refuse_deep(value, 1)
    json.loads(raw, parse_int=_whole, object_pairs_hook=_object)


def _refuse_deep(value: Any, depth: int) -> None:
    if not isinstance(value, dict | list):
        return
    if depth > NESTING_MAX:
        raise BadPayload(_TOO_DEEP)
    for inner in value.values() if isinstance(value, dict) else value:
        _refuse_deep(inner, depth + 1)


def _whole(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > INTEGER_MAX:
        raise BadPayload(_BEYOND)
    return 0


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        named = f"the key {twice}" if _FIELD_NAME.fullmatch(twice) else "a key"
        raise BadPayload(f"{named} stands twice in one object: keep one of them")
    return found
