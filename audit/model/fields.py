"""Remembered fields: what an event sets, running totals of a stream, and fields computed from others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from audit.model import schema
from audit.model.amounts import EXACT, NotAnAmount, decimal_of, decimal_text
from audit.model.expressions import Expression, parse
from audit.model.meaning import Data, Facts
from audit.model.paths import is_storable, text_of
from audit.model.trouble import Trouble

if TYPE_CHECKING:
    from audit.model.reading import EventCompiler

SetFields = Callable[[Facts, Data, Mapping[str, str]], dict[str, str]]
SetField = Callable[[Facts, Data, Mapping[str, str]], str | None]
VALUE_LENGTH_MAX = 2000  # characters; a remembered field is a value, not a document


def compile_sets(compiler: EventCompiler) -> SetFields | None:
    """What sets the event's fields; None where it sets none. In memory, field NAME stands under "set:NAME"."""
    event, lane = compiler.event, compiler.lane
    setters = [(name, _setter(compiler, name, setting, lane)) for name, setting in event.sets.items()]
    for path in cumulative_paths(event):
        if path not in event.sets:
            setters.append((path, _amount_setter(compiler, path)))
    if not setters:
        return None
    computed = _computed_after(lane, {name for name, _ in setters})
    starts = {name: one.starts for name, one in lane.field.items() if one.starts is not None}

    def set_fields(facts: Facts, data: Data, memory: Mapping[str, str]) -> dict[str, str]:
        values = {name: value for name, setter in setters if (value := setter(facts, data, memory)) is not None}
        for name, expression in computed:
            result = expression.evaluate(Known(values, memory, starts))
            if result is not None:
                values[name] = decimal_text(result) if isinstance(result, Decimal) else text_of(result) or ""
        return values

    return set_fields


def cumulative_paths(event: schema.Event) -> list[str]:
    """Payload fields whose last value must be remembered, in order."""
    amounts = [move.amount for move in event.moves] + ([event.declares.amount] if event.declares else [])
    return list(dict.fromkeys(amount.increase_of for amount in amounts if amount.increase_of is not None))


def _setter(compiler: EventCompiler, name: str, setting: schema.Setting, lane: schema.Lane) -> SetField:
    if setting.literal is not None:
        literal = setting.literal
        return lambda _facts, _data, _memory: literal
    if setting.total_of is not None:
        started = lane.field[name].starts if name in lane.field else None
        return _total_setter(compiler, name, setting.total_of, started or "0")
    is_optional, path = (setting.path or "").endswith("?"), (setting.path or "").rstrip("?")
    get = compiler.get(path)

    def value(facts: Facts, data: Data, _memory: Mapping[str, str]) -> str | None:
        found = get(facts, data)
        if found is None and is_optional:
            return None
        text = text_of(found)
        if text is None:
            raise Trouble(path, "is missing" if found is None else "is no text, number, true or false")
        if len(text) > VALUE_LENGTH_MAX or not is_storable(text):
            raise Trouble(path, f"is longer than {VALUE_LENGTH_MAX} characters or holds one that cannot be kept")
        return text

    return value


def _total_setter(compiler: EventCompiler, name: str, path: str, start: str) -> SetField:
    get, remembered = compiler.get(path), "set:" + name

    def total(facts: Facts, data: Data, memory: Mapping[str, str]) -> str:
        try:
            return decimal_text(EXACT.add(decimal_of(memory.get(remembered, start)), decimal_of(get(facts, data))))
        except NotAnAmount as error:
            raise Trouble(path, str(error)) from None

    return total


def _amount_setter(compiler: EventCompiler, path: str) -> SetField:
    get = compiler.get(path)

    def value(facts: Facts, data: Data, _memory: Mapping[str, str]) -> str:
        try:
            return decimal_text(decimal_of(get(facts, data)))
        except NotAnAmount as error:
            raise Trouble(path, str(error)) from None

    return value


def _computed_after(lane: schema.Lane, names: set[str]) -> list[tuple[str, Expression]]:
    """The computed fields that change when one of `names` is set, those that others need first."""
    known, found = set(names), []
    expressions = {name: parse(one.computed) for name, one in lane.field.items() if one.computed is not None}
    is_growing = True
    while is_growing:
        is_growing = False
        for name, expression in expressions.items():
            if name not in known and expression.names & known:
                known.add(name)
                found.append((name, expression))
                is_growing = True
    return found


class Known(Mapping[str, str]):
    """Fields just set, then remembered ones, then what they start with."""

    def __init__(self, values: Mapping[str, str], memory: Mapping[str, str], starts: Mapping[str, str]) -> None:
        self._values, self._memory, self._starts = values, memory, starts

    def __getitem__(self, name: str) -> str:
        if name in self._values:
            return self._values[name]
        found = self._memory.get("set:" + name)
        return self._starts[name] if found is None else found

    def __iter__(self) -> Iterator[str]:
        return iter({**self._starts, **self._values})

    def __len__(self) -> int:
        return len({**self._starts, **self._values})
