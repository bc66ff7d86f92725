"""Paths into an event: `amount`, `receiver.name`, `items.0.amount`; `$correlation` and its like are not payload."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from audit.model.meaning import Data, Envelope

Get = Callable[[Envelope, Data], Any]

KEY_LENGTH_MAX = 500  # characters of an identifier: an index can hold it even in the widest script

FACTS: Mapping[str, Get] = {
    "$correlation": lambda facts, _: facts.correlation,
    "$causation": lambda facts, _: facts.causation,
    "$stream": lambda facts, _: facts.stream,
    "$type": lambda facts, _: facts.type,
    "$id": lambda facts, _: facts.id,
}


def getter(path: str, upcast: Mapping[str, str]) -> Get:
    """What finds the value of `path`; None: it is missing. Paths in `upcast` are sought under their older name too."""
    if path.startswith("$"):
        return FACTS.get(path, lambda _facts, _data: None)
    find = _finder(parts_of(path))
    if path not in upcast:
        return find
    find_older = _finder(parts_of(upcast[path]))

    def find_either(facts: Envelope, data: Data) -> Any:
        value = find(facts, data)
        return find_older(facts, data) if value is None else value

    return find_either


def parts_of(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def text_of(value: Any) -> str | None:
    """A payload's scalar as text; None where it is missing or no scalar."""
    if type(value) is str:
        return value
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return _number_text(value)
    return None


def key_of(value: Any) -> str | None:
    """A payload's value as an identifier; None where there is none. Raises ValueError where it cannot be one."""
    text = text_of(value)
    if text is None or text == "":
        return None
    if len(text) > KEY_LENGTH_MAX:
        raise ValueError(f"is longer than {KEY_LENGTH_MAX} characters")
    if not is_storable(text):
        raise ValueError("holds a character that no identifier may hold")
    return text


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can keep it as text: no NUL, no lone surrogate."""
    if text.isascii():
        return "\x00" not in text
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _number_text(value: int | Decimal) -> str | None:
    if isinstance(value, int):
        return str(value) if abs(value) < 10**KEY_LENGTH_MAX else None
    return str(value)


def _finder(parts: tuple[str, ...]) -> Get:
    if len(parts) == 1:
        name = parts[0]

        def find_one(_: Envelope, data: Data) -> Any:
            try:
                return data[name]
            except (KeyError, TypeError, IndexError):
                return None

        return find_one

    def find(_: Envelope, data: Data) -> Any:
        value: Any = data
        for part in parts:
            value = _inside(value, part)
        return value

    return find


def _inside(value: Any, part: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(part)
    if isinstance(value, list) and part.isascii() and part.isdigit() and len(part) < 10 and int(part) < len(value):
        return value[int(part)]
    return None
