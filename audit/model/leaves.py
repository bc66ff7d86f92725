"""Values that may be written in more than one form: amounts, currencies, items, settings, conditions, spans."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from audit.model import schema
from audit.model.problems import Key, Problems, choice

_SPAN = re.compile(r"([0-9]{1,9})\s*(s|m|h|d)")
BANK_DAYS_MAX = 1000
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def amount(raw: Any, key: Key, problems: Problems) -> schema.Amount:
    return schema.Amount(
        **_form(
            raw,
            key,
            problems,
            ("literal", "increase_of"),
            'amount = "path", { literal = "25.00" } or { increase_of = "path" }',
        )
    )


def currency(raw: Any, key: Key, problems: Problems) -> schema.CurrencyOf:
    return schema.CurrencyOf(**_form(raw, key, problems, ("always",), 'currency = "path" or { always = "CZK" }'))


def item(raw: Any, key: Key, problems: Problems) -> schema.Item:
    return schema.Item(**_form(raw, key, problems, ("literal",), 'item = "path" or { literal = "Validate" }'))


def setting(raw: Any, key: Key, problems: Problems) -> schema.Setting:
    return schema.Setting(
        **_form(raw, key, problems, ("literal", "total_of"), '"path", { literal = "yes" } or { total_of = "path" }')
    )


def _form(raw: Any, key: Key, problems: Problems, names: tuple[str, ...], forms: str) -> dict[str, str]:
    """A path, or a table with exactly one of `names`."""
    if isinstance(raw, str) and raw:
        return {"path": raw}
    if isinstance(raw, Mapping) and len(raw) == 1 and next(iter(raw)) in names:
        name, value = next(iter(raw.items()))
        if isinstance(value, str):
            return {name: value}
        problems.error(
            (*key, name),
            f"{name} is not a text",
            f'Write {name} = "{value}" in quotes: numbers in a file would not be exact',
        )
        return {"path": ""}
    if isinstance(raw, Mapping) and raw:
        for name in raw:
            if name not in names:
                problems.error((*key, name), f'"{name}" is not known here', choice(name, names, "form"))
                return {"path": ""}
    problems.error(key, "this is none of the forms that are known here", f"Write {forms}")
    return {"path": ""}


def condition(raw: Any, key: Key, problems: Problems) -> schema.Condition:
    if isinstance(raw, list):
        return schema.Condition(values=[_value(one, (*key, number), problems) for number, one in enumerate(raw)])
    if not isinstance(raw, Mapping):
        return schema.Condition(values=[_value(raw, key, problems)])
    values: dict[str, Any] = {}
    for name, inner in raw.items():
        if name not in ("above", "below", "exists"):
            problems.error(
                (*key, name), f'"{name}" is no condition', choice(name, ("above", "below", "exists"), "condition")
            )
        elif name == "exists" and isinstance(inner, bool):
            values[name] = inner
        elif name != "exists" and is_decimal(inner):
            values[name] = str(inner)
        else:
            problems.error(
                (*key, name),
                f"{name} cannot be this",
                'Write exists = true or false; above and below a decimal in quotes: above = "0"',
            )
    if not raw:
        problems.error(
            key,
            "the condition is empty",
            'Write a value, [values], { above = "0" }, { below = "0" } or { exists = true }',
        )
    return schema.Condition(**values)


def _value(raw: Any, key: Key, problems: Problems) -> str | bool:
    if isinstance(raw, str | bool):
        return raw
    if isinstance(raw, int):
        return str(raw)
    problems.error(key, "a condition's value is a text, a whole number, true or false", f'Write "{raw}" in quotes')
    return ""


def span(raw: Any, key: Key, problems: Problems) -> schema.Span:
    if isinstance(raw, str) and (match := _SPAN.fullmatch(raw)):
        return schema.Span(seconds=int(match[1]) * _SECONDS[match[2]])
    if isinstance(raw, Mapping) and set(raw) == {"bank_days", "calendar"}:
        days, name = raw["bank_days"], raw["calendar"]
        if type(days) is int and 0 <= days <= BANK_DAYS_MAX and isinstance(name, str):
            return schema.Span(bank_days=days, calendar=name)
    problems.error(
        key, "this is no time that is understood", 'Write "30s", "5m", "2h", "3d" or { bank_days = 2, calendar = "dk" }'
    )
    return schema.Span(seconds=0)


def is_decimal(raw: Any) -> bool:
    """Whether a value of the file is an exact decimal: a whole number or a decimal in quotes."""
    if isinstance(raw, bool):
        return False
    return isinstance(raw, int) or (isinstance(raw, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", raw) is not None)


def exact(text: str) -> Decimal:
    return Decimal(text)


LEAVES: dict[Any, Callable[[Any, Key, Problems], Any]] = {
    schema.Amount: amount,
    schema.CurrencyOf: currency,
    schema.Item: item,
    schema.Setting: setting,
    schema.Condition: condition,
    schema.Span: span,
}
