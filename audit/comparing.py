"""Two generations side by side: which states, balances and findings another model version would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audit.database import Connection, sql
from audit.model.meaning import Model
from audit.values import Money

EXAMPLES_MAX = 20  # of each group are named; how many there are is always said


@dataclass(frozen=True, slots=True)
class Side:
    """A generation and the model that it was folded by."""

    model: Model
    generation: int


@dataclass(frozen=True, slots=True)
class StateChange:
    """So many streams (or items) of a lane that would be in another state; "" is none. `examples` are subjects."""

    lane: str
    before: str
    after: str
    count: int
    examples: Sequence[str]


@dataclass(frozen=True, slots=True)
class BalanceChange:
    """So many places of a kind that would hold something else, with their sums; `examples` are subjects."""

    book: str
    kind: str
    count: int
    before: Money
    after: Money
    examples: Sequence[str]


@dataclass(frozen=True, slots=True)
class FindingChange:
    """So many findings of a rule that would appear, disappear, or be of another state ("" is none)."""

    rule: str
    before: str
    after: str
    count: int
    examples: Sequence[str]


@dataclass(frozen=True, slots=True)
class Difference:
    """`model` and `in_force` are hashes. Groups are complete; of each group at most EXAMPLES_MAX examples are named.
    `unsealed` counts older entries that hold in the clear what the model calls personal."""

    model: str
    in_force: str
    states: Sequence[StateChange]
    balances: Sequence[BalanceChange]
    findings: Sequence[FindingChange]
    unsealed: int = 0

    @property
    def is_none(self) -> bool:
        return not (self.states or self.balances or self.findings)


def compared(connection: Connection, before: Side, after: Side) -> Difference:
    """Everything that differs. Both generations must stand at one position, and be judged at one watermark."""
    digits = {**before.model.digits, **after.model.digits}

    def money(units: Any, currency: str) -> Money:
        return Money(int(units), currency, digits[currency])

    def rows(name: str) -> list[tuple[Any, ...]]:
        text = sql(name).format(before=f"read_{before.generation:d}", after=f"read_{after.generation:d}")
        return connection.execute(text.encode(), {"examples": EXAMPLES_MAX}).fetchall()

    return Difference(
        after.model.hash,
        before.model.hash,
        [StateChange(*row) for row in rows("compare_states")],
        [
            BalanceChange(book, kind, count, money(was, currency), money(is_now, currency), examples)
            for book, kind, currency, count, was, is_now, examples in rows("compare_balances")
        ],
        [FindingChange(*row) for row in rows("compare_findings")],
    )

