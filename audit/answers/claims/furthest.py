"""How far an amount went while a claim about it was true: an account that was overdrawn was so by some amount."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from audit.answers.claims.evaluate import COMPARE, Claims
from audit.answers.claims.ground import Series
from audit.answers.claims.steps import Span, Steps
from audit.answers.reading.names import money
from audit.model.amounts import EXACT
from audit.model.expressions import Node
from audit.values import Money, micros_of

Days = tuple[datetime, datetime]
LOWEST = frozenset({"<", "<="})


class Furthest:
    """Of a claim that compares one amount with a number; of any other there is nothing to say."""

    def __init__(self, claims: Claims, claim: Node, days: Days | None = None) -> None:
        """`days`: only what was so from the first time to before the second counts."""
        self._days = (micros_of(days[0]), micros_of(days[1])) if days else None
        self._model = claims.model
        self._series: Series = {}
        self._sign, self._limit = "", Decimal()
        if (found := claims.amounts(claim)) is not None and found[1] != "==":
            self._series, self._sign, self._limit = found

    def of(self, span: Span) -> tuple[Money, ...]:
        found = []
        for currency, steps in sorted(self._series.items()):
            units = self._extreme(self._values(span, steps))
            if units is not None and self._holds(currency, units):
                found.append(money(self._model, units, currency))
        return tuple(found)

    def _values(self, span: Span, steps: Steps) -> list[int]:
        since, until = bisect_right(steps.keys, span.since), len(steps.keys)
        if span.until is not None:
            until = bisect_left(steps.keys, span.until)
        if self._days is not None:
            since = max(since, bisect_left(steps.keys, (self._days[0],)))
            until = min(until, bisect_left(steps.keys, (self._days[1],)))
        # what held when it began is the value before
        values = steps.values[max(since - 1, 0) : max(until, since)]
        return [value for value in values if value is not None]

    def _extreme(self, values: Iterable[int]) -> int | None:
        return (min if self._sign in LOWEST else max)(values, default=None)

    def _holds(self, currency: str, units: int) -> bool:
        limit = EXACT.scaleb(self._limit, self._model.digits.get(currency, 0))
        return COMPARE[self._sign](units, limit)
