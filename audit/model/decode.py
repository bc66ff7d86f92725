"""From what `tomllib` read to the typed schema, going on after every error so that all are told at once."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from audit.model import schema
from audit.model.leaves import LEAVES
from audit.model.problems import Key, Problems, choice

_PLAIN = {str: "a text in quotes", int: "a whole number", bool: "true or false", date: "a date such as 2026-12-25"}
EXAMPLES = {
    "model": "[model] with name, zone and languages",
    "streams": 'streams = "account-{account}"',
    "zone": 'zone = "Europe/Copenhagen"',
    "name": 'name = "my-bank"',
}
WORDS: dict[Any, str] = {  # what a table is called in an error
    schema.Document: "the file",
    schema.Head: "[model]",
    schema.Currency: "a currency",
    schema.Calendar: "a calendar",
    schema.Kind: "a kind",
    schema.Book: "a book",
    schema.Place: "a place",
    schema.Lane: "a lane",
    schema.State: "a state",
    schema.Field: "a field",
    schema.Shown: "what is shown of a field",
    schema.Event: "an event",
    schema.Transition: "an event's state",
    schema.Move: "a movement",
    schema.Declaration: "declares",
    schema.Assertion: "an assertion",
    schema.Total: "a total",
    schema.Reasons: "reasoned",
    schema.Effect: "an effect",
    schema.Source: "a source",
    schema.Access: "access",
    schema.Derived: "a derived stream",
    schema.Expectation: "an expectation",
    schema.Never: "a never",
    schema.Pair: "a pair",
}


class Decoder:
    """Decodes one document; `language` is the default language of plain texts."""

    def __init__(self, problems: Problems, language: str) -> None:
        self._problems = problems
        self._language = language

    def decode(self, kind: Any, raw: Any, key: Key) -> Any:
        """`raw` as `kind`; a stand-in of the right type where it cannot be."""
        if kind == schema.Text:
            return self._text(raw, key)
        if kind in LEAVES:
            return LEAVES[kind](raw, key, self._problems)
        origin = get_origin(kind)
        if origin in (Union, types.UnionType):
            return self.decode(next(option for option in get_args(kind) if option is not type(None)), raw, key)
        if origin is dict:
            return self._mapping(get_args(kind)[1], raw, key)
        if origin is list:
            return self._list(get_args(kind)[0], raw, key)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self._struct(kind, raw, key)
        return self._plain(kind, raw, key)

    def _struct(self, kind: type[msgspec.Struct], raw: Any, key: Key) -> Any:
        if not isinstance(raw, Mapping):
            self._wrong(raw, key, "a table", f"Write its keys: {', '.join(names_of(kind))}")
            raw = {}
        if kind is schema.Pair:
            raw = _books_apart(raw)
        hints = hints_of(kind)
        values: dict[str, Any] = {}
        for name, inner in raw.items():
            if name not in hints:
                self._problems.error((*key, name), f'"{name}" is no key of {WORDS[kind]}', choice(name, hints, "key"))
            else:
                values[hints[name][0]] = self.decode(hints[name][1], inner, (*key, name))
        for name, (attribute, inner_kind, is_required) in hints.items():
            if is_required and attribute not in values:
                if name not in raw:
                    example = EXAMPLES.get(name, f"{name} = ...")
                    self._problems.error(key, f"{WORDS[kind]} has no {name}", f"Add {example}")
                values[attribute] = empty(inner_kind)
        return kind(**values)

    def _mapping(self, kind: Any, raw: Any, key: Key) -> dict[str, Any]:
        if not isinstance(raw, Mapping):
            self._wrong(raw, key, "a table", "Write name = value pairs")
            return {}
        return {name: self.decode(kind, inner, (*key, name)) for name, inner in raw.items()}

    def _list(self, kind: Any, raw: Any, key: Key) -> list[Any]:
        if kind is str and isinstance(raw, str):
            raw = [raw]
        if not isinstance(raw, list):
            self._wrong(raw, key, "a list", "Write it in [ ]")
            return []
        return [self.decode(kind, inner, (*key, number)) for number, inner in enumerate(raw)]

    def _text(self, raw: Any, key: Key) -> dict[str, str]:
        if isinstance(raw, str):
            return {self._language: raw}
        if isinstance(raw, Mapping) and all(isinstance(text, str) for text in raw.values()):
            return dict(raw)
        self._wrong(raw, key, "a text", f'Write "..." or {{ {self._language} = "..." }}')
        return {}

    def _plain(self, kind: Any, raw: Any, key: Key) -> Any:
        is_right = isinstance(raw, kind) and not (kind is int and isinstance(raw, bool))
        if is_right and not (kind is date and isinstance(raw, datetime)):
            return raw
        self._wrong(raw, key, _PLAIN[kind], f"Write {_PLAIN[kind]}")
        return empty(kind)

    def _wrong(self, raw: Any, key: Key, wanted: str, mend: str) -> None:
        self._problems.error(key, f"this is {shown(raw)}, not {wanted}", mend)


@cache
def hints_of(kind: type[msgspec.Struct]) -> dict[str, tuple[str, Any, bool]]:
    """Key in the file -> (attribute, type, is required)."""
    types_ = get_type_hints(kind)
    fields = msgspec.structs.fields(kind)
    return {field.encode_name: (field.name, types_[field.name], field.required) for field in fields}


def names_of(kind: type[msgspec.Struct]) -> list[str]:
    return list(hints_of(kind))


def empty(kind: Any) -> Any:
    """A stand-in of the right type, so that checking can go on; the document is never used then."""
    if get_origin(kind) is list:
        return []
    if get_origin(kind) is dict:
        return {}
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind(**{attribute: empty(inner) for attribute, inner, required in hints_of(kind).values() if required})
    stand_ins: dict[Any, Callable[[], Any]] = {str: str, int: int, bool: bool, date: lambda: date(2000, 1, 1)}
    return stand_ins[kind]()


def shown(raw: Any) -> str:
    """What stands in the file, in words."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, Mapping):
        return "a table"
    if isinstance(raw, list):
        return "a list"
    if isinstance(raw, float | Decimal):
        return f"the number {raw}"
    return f'"{raw}"' if isinstance(raw, str) else f"{raw}"


def _books_apart(raw: Mapping[str, Any]) -> dict[str, Any]:
    known = names_of(schema.Pair)
    apart = {name: value for name, value in raw.items() if name in known and name != "books"}
    return {**apart, "books": {name: value for name, value in raw.items() if name not in apart}}
