"""Where in a TOML file a key stands: the standard library's parser does not say, so the text is scanned once more."""

from __future__ import annotations

import re
import tomllib
from typing import Any

_OUTSIDE = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*|[\[\]{}]|\n')


class Lines:
    """Lines of the tables and keys of a file; a key within an inline table has the line of what encloses it."""

    def __init__(self, text: str) -> None:
        self._text: str | None = text
        self._lines: dict[tuple[str | int, ...], int] = {}
        self._counts: dict[tuple[str | int, ...], int] = {}

    def _scan(self, text: str) -> None:
        table: tuple[str | int, ...] = ()
        for number, statement in statements(text):
            if statement.startswith("["):
                table = self._table(statement)
                self._lines.setdefault(table, number)
            else:
                for path in _paths(_parsed(statement)):
                    self._lines.setdefault(table + path, number)

    def of(self, key: tuple[str | int, ...]) -> int | None:
        """The text is scanned when a line is asked for first: for most files none ever is."""
        if self._text is not None:
            text, self._text = self._text, None
            self._scan(text)
        for length in range(len(key), 0, -1):
            if key[:length] in self._lines:
                return self._lines[key[:length]]
        return None

    def _table(self, header: str) -> tuple[str | int, ...]:
        is_list = header.startswith("[[")
        path = max(_paths(_parsed(header)), key=len, default=())
        table = tuple(part for part in path if part != 0)
        if is_list:
            self._counts[table] = self._counts.get(table, -1) + 1
            return (*table, self._counts[table])
        return table


def statements(text: str) -> list[tuple[int, str]]:
    """(line number, text) of each header and each `key = value`, those over several lines in one piece."""
    found: list[tuple[int, str]] = []
    start, depth, position, first = 0, 0, 0, 1
    number = 1
    while match := _OUTSIDE.search(text, position):
        token, position = match.group(), match.end()
        if token in ('"""', "'''"):
            end = text.find(token, position)
            end = len(text) if end < 0 else end + 3
            number += text.count("\n", position, end)
            position = end
        elif token in "[{":
            depth += 1
        elif token in "]}":
            depth -= 1
        elif token == "\n":
            number += 1
            if depth <= 0:
                found.append((first, text[start : match.start()].strip()))
                start, first, depth = position, number, 0
    found.append((first, text[start:].strip()))
    return [(line, statement) for line, statement in found if statement and not statement.startswith("#")]


def _parsed(statement: str) -> Any:
    try:
        return tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return {}


def _paths(value: Any) -> list[tuple[str | int, ...]]:
    """The path of the statement's own key, then the paths inside its value."""
    if not isinstance(value, dict):
        return []
    return [path for name, inner in value.items() for path in [(name,), *((name, *rest) for rest in _deeper(inner))]]


def _deeper(value: Any) -> list[tuple[str | int, ...]]:
    if isinstance(value, list):
        return [(number, *rest) for number, item in enumerate(value) for rest in [(), *_deeper(item)]]
    return _paths(value)
