"""Personal fields cut out of an event's exact bytes, and put back in.

A text is cut between its quotes, an object or list between its brackets; any other value leaves `null` behind. So what
remains, the skeleton, is valid JSON, and skeleton and pieces together give the exact bytes again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

Path = tuple[str, ...]
Range = tuple[int, int, bool, Path]  # start and end, whether a whole value is cut, and the path to it

PLACEHOLDER = b"null"
EMPTIED = (b'""', b"{}", b"[]")
_KEY = re.compile(rb'[\s,{]*"(?:[^"\\]|\\.)*"\s*:\s*')
_OPENING = re.compile(rb"\[\s*")
_BETWEEN = re.compile(rb"[\s,]*")
_SPACE = re.compile(rb"\s*")
_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_list = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Piece(NamedTuple):
    """Bytes cut out: where they began in the original, and the path to them, as in `data.receiver.name`."""

    start: int
    value: bytes
    path: str


def cut(
    raw: bytes, encoding: str, data_length: int, paths: Sequence[Path], data: Mapping[str, Any] | None = None
) -> tuple[bytes, list[Piece]]:
    """The skeleton of `raw` and the pieces at these paths of its payload, in their order.

    With `data`, the decoded payload, plain texts are looked for instead of walking the JSON to them.
    """
    ranges: Iterable[Range] | None = None
    if data is not None:
        ranges = _seen(raw, len(raw) if encoding == "cloudevent" else data_length, paths, data)
    if ranges is None:
        ranges = ranges_of(raw, encoding, data_length, paths)
    elif encoding == "cloudevent":
        ranges = [(start, end, is_whole, ("data", *path)) for start, end, is_whole, path in ranges]
    pieces: list[Piece] = []
    kept: list[bytes] = []
    at = 0
    for start, end, is_whole_value, path in ranges:
        pieces.append(Piece(start, raw[start:end], ".".join(path)))
        kept.append(raw[at:start])
        if is_whole_value:
            kept.append(PLACEHOLDER)
        at = end
    kept.append(raw[at:])
    return b"".join(kept), pieces


def ranges_of(raw: bytes, encoding: str, data_length: int, paths: Sequence[Path]) -> Iterator[Range]:
    """Where the values at these paths of the payload stand, ascending; what is empty or was cut out stands nowhere."""
    if encoding == "cloudevent":
        return _found(raw, 0, len(raw), [("data", *path) for path in paths], ())
    return _found(raw, 0, data_length, list(paths), ())


def join(skeleton: bytes, pieces: Iterable[tuple[int, bytes]]) -> bytes:
    """The original: `pieces` are (start, value), ascending; one that others had been cut out of before them."""
    text = bytearray(skeleton)
    for start, value in pieces:
        is_emptied = text[start - 1 : start + 1] in EMPTIED
        text[start : start if is_emptied else start + len(PLACEHOLDER)] = value
    return bytes(text)


def _seen(raw: bytes, end: int, paths: Sequence[Path], data: Mapping[str, Any]) -> list[Range] | None:
    """The ranges of texts that stand in `raw` exactly once; None where that does not say for certain where they are.

    Without a backslash every text stands as it is, so a text that is found once, quotes included, is the one meant.
    """
    if b"\\" in raw:
        return None
    found: list[Range] = []
    for path in paths:
        value: Any = data
        for part in path:
            if type(value) is not dict:
                return None
            value = value.get(part)
        if value is None or value == "":
            continue
        if type(value) is not str:
            return None
        quoted = b'"' + value.encode() + b'"'
        start = raw.find(quoted, 0, end)
        if start < 0 or raw.find(quoted, start + 1, end) >= 0:
            return None
        found.append((start + 1, start + len(quoted) - 1, False, path))
    found.sort()
    return found


def _found(raw: bytes, start: int, end: int, paths: list[Path], here: Path) -> Iterator[Range]:
    match = _SPACE.match(raw, start, end)
    start = match.end() if match else start
    first = raw[start : start + 1]
    if first == b"{":
        for name, inner_start, inner_end in _members(raw, start, end):
            wanted = [path[1:] for path in paths if path[0] == name]
            if wanted:
                yield from _descend(raw, inner_start, inner_end, wanted, (*here, name))
    elif first == b"[":
        for number, (inner_start, inner_end) in enumerate(_elements(raw, start, end)):
            wanted = [path[1:] if path[0] == str(number) else path for path in paths if _reaches(path[0], number)]
            if wanted:
                yield from _descend(raw, inner_start, inner_end, wanted, (*here, str(number)))


def _reaches(part: str, number: int) -> bool:
    """A path leads into the element it numbers, or into every one where it numbers none."""
    return part == str(number) or not (part.isascii() and part.isdigit())


def _descend(raw: bytes, start: int, end: int, wanted: list[Path], here: Path) -> Iterator[Range]:
    if () in wanted:
        yield from _value(raw, start, end, here)
    else:
        yield from _found(raw, start, end, wanted, here)


def _value(raw: bytes, start: int, end: int, here: Path) -> Iterator[Range]:
    first = raw[start]
    if first in b'"{[':
        if end - start > 2:
            yield start + 1, end - 1, False, here
    elif first != ord("n"):
        yield start, end, True, here


def _members(raw: bytes, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Names and byte ranges of an object's values: msgspec tells how long each is, the keys are walked over here."""
    at = start
    for name, value in _object(raw[start:end]).items():
        key = _KEY.match(raw, at)
        assert key is not None
        at = key.end() + len(memoryview(value))
        yield name, key.end(), at


def _elements(raw: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for value in _list(raw[start:end]):
        between = (_BETWEEN if at > start else _OPENING).match(raw, at)
        assert between is not None
        at = between.end() + len(memoryview(value))
        yield between.end(), at
