"""`when`: conditions on payload fields that must all hold for a movement to be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from audit.model import schema
from audit.model.amounts import NotAnAmount, decimal_of
from audit.model.meaning import Data, Facts
from audit.model.paths import Get, text_of
from audit.model.trouble import Trouble

Holds = Callable[[Facts, Data], bool]


def compile_conditions(when: Mapping[str, schema.Condition], get: Callable[[str], Get]) -> Holds:
    holds = [one for path, condition in when.items() for one in _compiled(path, condition, get(path))]
    if len(holds) == 1:
        return holds[0]
    return lambda facts, data: all(hold(facts, data) for hold in holds)


def _compiled(path: str, condition: schema.Condition, get: Get) -> list[Holds]:
    holds: list[Holds] = []
    if condition.values is not None:
        values = frozenset(text for value in condition.values if (text := text_of(value)) is not None)
        holds.append(lambda facts, data: text_of(get(facts, data)) in values)
    if condition.exists is not None:
        wanted = condition.exists
        holds.append(lambda facts, data: (get(facts, data) is not None) is wanted)
    if condition.above is not None:
        holds.append(_compared(path, get, Decimal(condition.above), lambda value, limit: value > limit))
    if condition.below is not None:
        holds.append(_compared(path, get, Decimal(condition.below), lambda value, limit: value < limit))
    return holds


def _compared(path: str, get: Get, limit: Decimal, compare: Callable[[Decimal, Decimal], bool]) -> Holds:
    def holds(facts: Facts, data: Data) -> bool:
        value = get(facts, data)
        if value is None:
            return False
        try:
            return compare(decimal_of(value), limit)
        except NotAnAmount as error:
            raise Trouble(path, str(error)) from None

    return holds
