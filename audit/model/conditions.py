"""`when`: conditions on payload fields that must all hold for a movement to be made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from audit.model import schema
from audit.model.paths import text_of
from audit.model.written import Text


def conditions(text: Text, when: Mapping[str, schema.Condition], value: Callable[[str], str]) -> str:
    """They as one expression; `value` gives the variable that holds a field's."""
    return " and ".join(one for path, condition in when.items() for one in _each(text, path, condition, value(path)))


def _each(text: Text, path: str, condition: schema.Condition, value: str) -> Iterator[str]:
    if condition.values is not None:
        values = frozenset(found for one in condition.values if (found := text_of(one)) is not None)
        yield f"text_of({value}) in {text.constant(values)}"
    if condition.exists is not None:
        yield f"{value} is not None" if condition.exists else f"{value} is None"
    for sign, limit in ((">", condition.above), ("<", condition.below)):
        if limit is not None:
            number = f"number({value}, {text.constant(path)})"
            yield f"{value} is not None and {number} {sign} {text.constant(Decimal(limit))}"
