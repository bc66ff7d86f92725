"""From an event's bytes to its payload as a dictionary, with exact numbers; and the same without what is personal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

Path = tuple[str, ...]


class _Line(msgspec.Struct, gc=False):
    """What is wanted of a CloudEvents line."""

    data: Any = None


class _RawLine(msgspec.Struct, gc=False):
    """The same, its payload left as it stands."""

    data: msgspec.Raw = msgspec.Raw()


_line = msgspec.json.Decoder(_Line, float_hook=Decimal).decode
_raw_line = msgspec.json.Decoder(_RawLine).decode
_payload = msgspec.json.Decoder(float_hook=Decimal).decode
_first_value = json.JSONDecoder(parse_float=Decimal).raw_decode


class NotAnObject(ValueError):
    """The payload is JSON, but not an object: nothing in it has a name."""


def data_of(raw: bytes, encoding: str, data_length: int) -> dict[str, Any]:
    """The payload; numbers are int or Decimal. An absent one is empty. Raises NotAnObject, or what msgspec raises."""
    data = _line(raw).data if encoding == "cloudevent" else _payload(raw[:data_length]) if data_length else None
    return _object(data)


def data_of_skeleton(skeleton: bytes, encoding: str) -> dict[str, Any]:
    """The payload of which pieces are erased: its length within a row's bytes is no longer known."""
    if encoding == "cloudevent":
        return _object(_line(skeleton).data)
    text = skeleton.decode()
    return _object(_first_value(text.lstrip())[0]) if text else {}


def length_of_data(skeleton: bytes) -> int:
    """How long the payload at the beginning of a row's bytes is, of which pieces may be cut out."""
    text = skeleton.decode()
    return len(text[: _first_value(text, len(text) - len(text.lstrip()))[1]].encode()) if text else 0


def payload_of_line(line: bytes) -> bytes:
    """The JSON of a CloudEvents line's payload; empty where it has none."""
    return bytes(_raw_line(line).data)


def _object(data: Any) -> dict[str, Any]:
    if type(data) is dict:
        return data
    if data is None:
        return {}
    raise NotAnObject("its payload is not a JSON object")


def remove(data: Any, paths: Sequence[Path]) -> None:
    """Take the values at these paths out of `data`, in every element where a path leads through a list."""
    for path in paths:
        _remove(data, path)


def replace(data: Any, paths: Sequence[Path], by: str) -> None:
    """Put `by` in the place of every value at these paths."""
    for path in paths:
        _replace(data, path, by)


def values_at(data: Any, path: Path) -> list[Any]:
    """What stands at a path, in every element where it leads through a list."""
    return [holder[name if isinstance(holder, dict) else int(name)] for holder, name in _holders(data, path)]


def _remove(value: Any, path: Path) -> None:
    for holder, name in _holders(value, path):
        if isinstance(holder, dict):
            del holder[name]
        else:
            holder[int(name)] = None


def _replace(value: Any, path: Path, by: str) -> None:
    for holder, name in _holders(value, path):
        holder[name if isinstance(holder, dict) else int(name)] = by


def _holders(value: Any, path: Path) -> list[tuple[Any, str]]:
    """The objects and lists in which the last part of the path names something."""
    part, rest = path[0], path[1:]
    if isinstance(value, dict):
        if part not in value:
            return []
        return _holders(value[part], rest) if rest else [(value, part)]
    if isinstance(value, list):
        if part.isascii() and part.isdigit():
            if int(part) >= len(value):
                return []
            return _holders(value[int(part)], rest) if rest else [(value, part)]
        return [found for element in value for found in _holders(element, path)]
    return []
