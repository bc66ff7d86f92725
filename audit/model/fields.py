"""Remembered fields: what an event sets, running totals of a stream, and fields computed from others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from audit.model import schema
from audit.model.amounts import decimal_text
from audit.model.expressions import Expression, parse
from audit.model.paths import text_of
from audit.model.reading import EventCompiler
from audit.model.written import Text


def write_sets(text: Text, compiler: EventCompiler) -> str:
    """The name of the fields that the event sets. In memory, field NAME stands under "set:NAME"."""
    event, lane = compiler.event, compiler.lane
    cumulative = [path for path in cumulative_paths(event) if path not in event.sets]
    if not event.sets and not cumulative:
        return "None"
    text.line("sets = {}")
    for name, setting in event.sets.items():
        _set(text, compiler, name, setting)
    for path in cumulative:
        named = text.constant(path)
        text.line(f"sets[{named}] = number_text({compiler.value(text, path)}, {named})")
    computed = _computed_after(lane, {*event.sets, *cumulative})
    if computed:
        starts = {name: one.starts for name, one in lane.field.items() if one.starts is not None}
        text.line(f"{text.constant(_compute(computed, starts))}(sets, memory)")
    return "sets"


def _set(text: Text, compiler: EventCompiler, name: str, setting: schema.Setting) -> None:
    target, lane = f"sets[{text.constant(name)}]", compiler.lane
    if setting.literal is not None:
        text.line(f"{target} = {text.constant(setting.literal)}")
    elif setting.total_of is not None:
        start = (lane.field[name].starts if name in lane.field else None) or "0"
        before = f"memory.get({text.constant('set:' + name)}, {text.constant(start)})"
        value = compiler.value(text, setting.total_of)
        text.line(f"{target} = running_total({before}, {value}, {text.constant(setting.total_of)})")
    else:
        path = (setting.path or "").rstrip("?")
        value = compiler.value(text, path)
        condition = f"if {value} is not None: " if (setting.path or "").endswith("?") else ""
        text.line(f"{condition}{target} = field_text({value}, {text.constant(path)})")


def _compute(
    computed: list[tuple[str, Expression]], starts: Mapping[str, str]
) -> Callable[[dict[str, str], Mapping[str, str]], None]:
    """Adds the fields that follow from those just set."""

    def compute(values: dict[str, str], memory: Mapping[str, str]) -> None:
        for name, expression in computed:
            result = expression.evaluate(Known(values, memory, starts))
            if result is not None:
                values[name] = decimal_text(result) if isinstance(result, Decimal) else text_of(result) or ""

    return compute


def cumulative_paths(event: schema.Event) -> list[str]:
    """Payload fields whose last value must be remembered, in order."""
    amounts = [move.amount for move in event.moves] + ([event.declares.amount] if event.declares else [])
    return list(dict.fromkeys(amount.increase_of for amount in amounts if amount.increase_of is not None))


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
