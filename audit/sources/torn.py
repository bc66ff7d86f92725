"""What a torn line tells before it breaks off: enough to know the whole of it again wherever it is read."""

from __future__ import annotations

import json

import msgspec

TORN_BYTES_MAX = 4 * 1024 * 1024  # of a longer beginning nothing is looked for
_SPACE = " \t\r\n"
_value = json.JSONDecoder().raw_decode


class Torn(msgspec.Struct, frozen=True, gc=False):
    """Its event's own identifier, and whether it says the CloudEvents source too, which identifiers are of: then it is
    the beginning of whatever begins as it does, else only of events of the source that it is kept under."""

    id: str
    names_source: bool


def torn(raw: bytes) -> Torn | None:
    """None where the line breaks off before its identifier, or is no line that breaks off."""
    if len(raw) > TORN_BYTES_MAX:
        return None
    told = _members(raw.decode("utf-8", "ignore"))
    id_ = told.get("id")
    return Torn(id_, bool(told.get("source"))) if id_ and "\0" not in id_ else None


def _members(text: str) -> dict[str, str]:
    """The texts among an object's members, up to where it breaks off; none where it does not or says one twice."""
    found: dict[str, str] = {}
    seen: set[str] = set()
    at = _after_space(text, 0)
    if text[at : at + 1] != "{":
        return {}
    try:
        while True:
            at = _after_space(text, at + 1)
            if text[at : at + 1] != '"':
                return found if at >= len(text) else {}
            key, at = _value(text, at)
            at = _after_space(text, at)
            if text[at : at + 1] != ":":
                return found if at >= len(text) else {}
            value, at = _value(text, _after_space(text, at + 1))
            if key in seen:
                return {}
            seen.add(key)
            if isinstance(value, str):
                found[key] = value
            at = _after_space(text, at)
            if text[at : at + 1] != ",":
                return found if at >= len(text) else {}
    except (ValueError, RecursionError):
        return found  # it breaks off within a name or a value


def _after_space(text: str, at: int) -> int:
    while text[at : at + 1] in _SPACE and at < len(text):
        at += 1
    return at
