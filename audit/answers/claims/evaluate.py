"""Claims about one subject over time: what each name of an expression stands for, and where the whole is true."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import product
from math import prod
from operator import eq, ge, gt, le, lt
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from audit.answers.claims.ground import Ground, Kinds, Series
from audit.answers.claims.steps import Steps, of_flags, of_many, of_one
from audit.errors import UsageError
from audit.model.amounts import EXACT
from audit.model.expressions import (
    Comparison,
    Joined,
    Literal,
    Name,
    Node,
    Not,
    evaluator,
    every,
    is_claim,
    names_of,
    some,
)
from audit.model.meaning import Lane
from audit.model.personal import is_personal

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {"==": eq, "<": lt, "<=": le, ">": gt, ">=": ge}
MIRRORED = {"==": "==", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
TOTALS = ("balance", "booked", "available", "held")
NAMES_SHOWN = 30
PAIRS_MAX = 1_000  # of streams that the comparisons of one expression may lay beside each other
IN_BRACES = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Source:
    """What a name stands for: by currency (amounts, in minor units) or by stream and item (texts)."""

    series: Series
    is_amount: bool = False


class Claims:
    """Evaluates claims over a ground. A comparison is true where it is true in one currency and of one stream."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.model = ground, ground.inquiry.model
        self._sources: dict[str, Source] = {}
        self._pairs = 0

    def truth(self, node: Node) -> Steps:
        """True, False or None (unknown) over time. Raises UsageError for a name that stands for nothing."""
        if isinstance(node, Not):
            return of_one(lambda value: None if value is None else not value, self.truth(node.claim))
        if isinstance(node, Joined):
            join = some if node.word == "or" else every
            return of_many(lambda values: join(list(values)), [self.truth(claim) for claim in node.claims])
        if isinstance(node, Comparison) and is_claim(node.left):
            return of_many(_same, [self.truth(node.left), self.truth(node.right)])
        if isinstance(node, Comparison):
            return self._comparison(self._with_words(node))
        assert isinstance(node, Literal)
        return Steps(node.value)

    def amounts(self, node: Node) -> tuple[Series, str, Decimal] | None:
        """Of a claim that compares an amount with a number: the amount by currency, the sign and the number."""
        if not isinstance(node, Comparison):
            return None
        if isinstance(node.right, Name) and isinstance(node.left, Literal):
            node = Comparison(MIRRORED[node.sign], node.right, node.left)
        if isinstance(node.left, Name) and isinstance(node.right, Literal) and isinstance(node.right.value, Decimal):
            source = self._source(node.left)
            return (source.series, node.sign, node.right.value) if source.is_amount else None
        return None

    def _comparison(self, node: Comparison) -> Steps:
        names = sorted({name.name: name for name in names_of(node)}.items())
        sources = {text: self._source(name) for text, name in names}
        amounts = self.amounts(node)
        return self._against(*amounts) if amounts else self._in_general(node, sources)

    def _against(self, series: Series, sign: str, limit: Decimal) -> Steps:
        """An amount and a constant, in whole minor units: the question that is asked of long accounts."""
        parts = []
        for currency, steps in series.items():
            units = EXACT.scaleb(limit, self.model.digits.get(currency, 0))
            bound = int(units) if units == int(units) else units
            flags = bytes(map(partial(COMPARE[MIRRORED[sign]], bound), steps.values))
            parts.append(of_flags(flags, steps))
        return _any_of(parts)

    def _in_general(self, node: Comparison, sources: Mapping[str, Source]) -> Steps:
        run = evaluator(node, ZoneInfo(self.model.zone))
        currencies = sorted({tag for one in sources.values() if one.is_amount for tag in one.series}) or [""]
        texts = [name for name, one in sources.items() if not one.is_amount]
        self._count_pairs(sources, texts, len(currencies))
        parts = []
        for currency in currencies:
            for tags in product(*(sorted(sources[name].series) for name in texts)):
                chosen = dict(zip(texts, tags, strict=True))
                names = list(sources)
                series = [sources[name].series.get(chosen.get(name, currency), Steps(0)) for name in names]
                parts.append(of_many(self._evaluated(run, names, sources, currency), series))
        return _any_of(parts)

    def _count_pairs(self, sources: Mapping[str, Source], texts: Sequence[str], currencies: int) -> None:
        """One name is asked of each stream; several are asked of every choice of streams, which may be no end of them.
        Raises UsageError."""
        if len(texts) < 2:
            return
        self._pairs += currencies * prod(len(sources[name].series) for name in texts)
        if self._pairs > PAIRS_MAX:
            named = ", ".join(f"{name} in {len(sources[name].series):,} streams" for name in texts)
            raise UsageError(
                f"too much to compare with each other ({named}; at most {PAIRS_MAX:,} choices of them):"
                " compare fewer names at once, or ask about one of the subject's transfers"
            )

    def _evaluated(
        self, run: Callable[[Mapping[str, Any]], Any], names: list[str], sources: Mapping[str, Source], currency: str
    ) -> Callable[[Any], Any]:
        digits = self.model.digits.get(currency, 0)
        is_amount = [sources[name].is_amount for name in names]
        if is_amount == [False]:
            return _of_text(run, names[0])

        def evaluate(values: Any) -> Any:
            return run({
                name: EXACT.scaleb(Decimal(value), -digits) if amount and value is not None else value
                for name, value, amount in zip(names, values, is_amount, strict=True)
            })  # fmt: skip

        return evaluate

    # what a name stands for

    def _source(self, name: Name) -> Source:
        found = self._sources.get(name.name)
        if found is None:
            found = self._sources[name.name] = self._found(name)
        return found

    def _found(self, name: Name) -> Source:
        parts = name.name.split(".")
        if parts[0] in TOTALS or parts[0] == "places":
            return self._amount(name, parts)
        lane = parts[0] if parts[0] in self.model.lanes and len(parts) > 1 else None
        rest = ".".join(parts[1:] if lane else parts)
        if lane and lane not in self.ground.lanes:
            raise self._unknown(name, f"it has no stream of {lane}")
        if rest == "state":
            return Source(self.ground.values(lane, ""))
        lanes = [self.model.lanes[lane]] if lane else list(self.ground.lanes.values())
        if rest in {field for one in lanes for field in self._fields(one)}:
            return Source(self.ground.values(lane, rest))
        if lane is None:
            return self._payload(name)
        raise self._unknown(name, f"{lane} has no such field")

    def _amount(self, name: Name, parts: list[str]) -> Source:
        currency = parts.pop() if len(parts) > 1 and parts[-1] in self.model.digits else None
        kinds = self._total(parts[0]) if parts[0] in TOTALS and len(parts) == 1 else self._places(parts[1:])
        if not kinds:
            raise self._unknown(name, "it has no such place")
        series = self.ground.amounts(kinds)
        if currency is not None:
            series = {currency: series.get(currency, Steps(None))}
        return Source(series, is_amount=True)

    def _total(self, name: str) -> Kinds:
        places, own = self.model.places, self.ground.own
        if name in ("balance", "booked"):
            return own
        return {kind for kind in own if kind in places and places[kind].rests is (name == "available")}

    def _places(self, parts: list[str]) -> Kinds:
        """KIND or BOOK.KIND."""
        return {kind for kind in self.ground.places if parts in ([kind[1]], [kind[0], kind[1]])}

    def _payload(self, name: Name) -> Source:
        path = name.name.removeprefix("payload.")
        lanes = list(self.ground.lanes.values())
        if any(is_personal(event, path) for lane in lanes for event in lane.events.values()):
            said = gettext('"%(name)s" at character %(at)s is personal: nothing may be asked about it')
            raise UsageError(said % {"name": path, "at": name.at})
        older = {
            ".".join(old)
            for lane in lanes
            for event in lane.events.values()
            for new, old in event.upcast
            if ".".join(new) == path
        }
        series = self.ground.payload([path, *sorted(older)])
        if not series and path not in self._spoken_of():
            raise self._unknown(name, gettext("none of its events has such a field"))
        return Source(series)

    def _spoken_of(self) -> set[str]:
        """Paths into payloads that the model's file speaks of: a claim about one of them may simply never hold."""
        lanes = self.model.document.get("lane", {})
        return {path for lane in self.ground.lanes for path in _paths(lanes.get(lane, {}).get("event", {}))}

    def _fields(self, lane: Lane) -> set[str]:
        told = self.model.document.get("lane", {}).get(lane.name, {}).get("event", {})
        return set(lane.fields) | {field for event in told.values() for field in event.get("sets", {})}

    def _with_words(self, node: Comparison) -> Comparison:
        """States' names need no quotes; one that is no state of these lanes is a mistake."""
        left, right = node.left, node.right
        if not _is_state(left) and _is_state(right):
            left, right = right, left
        if not isinstance(left, Name) or not _is_state(left) or node.sign != "==":
            return node
        word = right.name if isinstance(right, Name) else right.value if isinstance(right, Literal) else None
        lane = left.name.removesuffix("state").removesuffix(".")
        lanes = [self.model.lanes[lane]] if lane in self.model.lanes else list(self.ground.lanes.values())
        states = sorted({state for one in lanes for state in one.states})
        if not isinstance(word, str) or word not in states:
            shown = right.name if isinstance(right, Name) else word
            said = gettext('"%(name)s" is no state here: there are %(names)s')
            raise UsageError(said % {"name": shown, "names": ", ".join(states) or gettext("none")})
        return Comparison("==", left, Literal(word))

    def _unknown(self, name: Name, why: str) -> UsageError:
        ground = self.ground
        known = [f"places.{kind}" for _, kind in sorted(ground.places)]
        known += ["balance"] if ground.own else []
        known += ["state"] if any(lane.states for lane in ground.lanes.values()) else []
        known += sorted({field for lane in ground.lanes.values() for field in self._fields(lane)})
        known += sorted(ground.seen - set(known))
        text = ", ".join(list(dict.fromkeys(known))[:NAMES_SHOWN])
        said = gettext('"%(name)s" at character %(at)s stands for nothing (%(why)s); there are %(names)s')
        return UsageError(said % {"name": name.name, "at": name.at, "why": why, "names": text})


def _is_state(node: Node) -> bool:
    return isinstance(node, Name) and (node.name == "state" or node.name.endswith(".state"))


def _of_text(run: Callable[[Mapping[str, Any]], Any], name: str) -> Callable[[Any], Any]:
    """States and the like have few values: each is looked at once."""
    known: dict[Any, Any] = {}

    def evaluate(values: Any) -> Any:
        value = values[0]
        try:
            return known[value]
        except KeyError:
            truth = known[value] = run({name: value})
            return truth

    return evaluate


def _any_of(parts: list[Steps]) -> Steps:
    return of_many(lambda values: some(list(values)), parts) if parts else Steps(None)


def _same(values: Any) -> bool | None:
    one, two = values
    return None if one is None or two is None else one is two


def _paths(told: Any) -> Iterable[str]:
    """Whole texts of a part of a model's file, and what stands in braces in them."""
    if isinstance(told, str):
        yield from (told.removesuffix("?"), *IN_BRACES.findall(told))
    elif isinstance(told, Mapping):
        for value in told.values():
            yield from _paths(value)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from _paths(value)
