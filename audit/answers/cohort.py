"""Everyone of a kind of whom a claim is true: each leaf of the claim is one statement, joined as sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from audit.answers.cut import END
from audit.answers.inquiry import Inquiry
from audit.answers.names import flow_kinds
from audit.errors import UsageError
from audit.findings.catalogue import RULES
from audit.model.amounts import EXACT
from audit.model.expressions import Comparison, Joined, Literal, Name, Node, Not, Sum, evaluator
from audit.values import Clock

Members = dict[int, datetime]  # subject -> since when it is true
Values = dict[int, list[tuple[str, Any, datetime]]]  # subject -> tag (a currency), value, since when
NAMES = [
    "state",
    "LANE.state",
    "event",
    "LANE.TYPE",
    "waiting",
    "finding",
    "place",
    "places.KIND",
    "balance",
    "started",
]
NOW_ONLY = "is known of everyone only now: leave the moment out, or ask for states, events and findings"


class Cohort:
    """Finds the subjects of `kind`. What is claimed of a flow's lanes, of findings and of waiting is true of a subject
    too that is tied to them: a customer is in the situation of each of the customer's transfers."""

    def __init__(self, inquiry: Inquiry, kind: str) -> None:
        self.inquiry, self.model, self.kind = inquiry, inquiry.model, kind
        self.is_flow = kind in flow_kinds(inquiry.model)
        self._flows: list[tuple[Any, ...]] | None = None

    def members(self, node: Node) -> Members:
        """Raises UsageError for a name that stands for nothing."""
        if isinstance(node, Not):
            without = self.members(node.claim)
            return {id: began for id, began in self.everyone().items() if id not in without}
        if isinstance(node, Joined):
            parts = [self.members(claim) for claim in node.claims]
            return _union(parts) if node.word == "or" else _intersection(parts)
        if isinstance(node, Comparison):
            return self._comparison(node)
        raise UsageError("true and false are claims about nobody: compare something")

    def everyone(self) -> Members:
        if self.is_flow:
            return {row[0]: row[1] for row in self.flows()}
        return dict(self._pairs("who_all"))

    def flows(self) -> list[tuple[Any, ...]]:
        """Subject, began, declared units, currency."""
        if self._flows is None:
            self._flows = self.inquiry.rows("who_flows", {"kind": self.kind})
        return self._flows

    def _comparison(self, node: Comparison) -> Members:
        left, right = node.left, node.right
        if isinstance(right, Name) and isinstance(left, Literal):
            raise UsageError(f"write the name first: {right.name} and then what it is compared with")
        if isinstance(left, Name) and node.sign == "==":
            leaf = self._leaf(left, right)
            if leaf is not None:
                return leaf
        return self._by_values(node)

    def _leaf(self, name: Name, right: Node) -> Members | None:
        """Claims that a statement finds at once: names of states, events, rules and places need no quotes."""
        text = right.name if isinstance(right, Name) else right.value if isinstance(right, Literal) else None
        if name.name == "state" or name.name.endswith(".state"):
            return self._in_state(name, text)
        if name.name == "event":
            return self._pairs("who_had_event", meanings=self._meanings(text))
        if name.name == "waiting":
            return self._waiting(text)
        if name.name == "finding":
            _check(text, RULES, "rule")
            return self._pairs("who_has_finding", rules=[text])
        if name.name == "place":
            return self._in_place(text)
        return None

    def _in_state(self, name: Name, text: object) -> Members:
        lane = name.name.removesuffix("state").removesuffix(".")
        if lane:
            _check(lane, self.model.lanes, "lane")
        lanes = [lane] if lane else self._own_lanes()
        _check(text, {state for one in lanes for state in self.model.lanes[one].states}, "state")
        parameters = {"lanes": lanes, "states": [text]}
        cut = self.inquiry.cut
        if cut.is_now:
            return self._pairs("who_in_state", **parameters)
        clock = "recorded_at" if cut.clock is Clock.RECORDED else "occurred_at"
        rows = self.inquiry.rows("who_was_in_state", {**self._parameters(), **parameters}, clock=clock)
        return {row[0]: row[1] for row in rows}

    def _own_lanes(self) -> list[str]:
        """Its own lane, or of a flow all that are nobody else's."""
        if self.kind in self.model.lanes:
            return [self.kind]
        kinds = set(self.model.document.get("kind", {})) - {self.kind}
        return [lane for lane in self.model.lanes if lane not in kinds]

    def _meanings(self, text: object) -> list[int]:
        """The types that LANE.TYPE names, or TYPE in any lane."""
        found = {
            written: number
            for number, one in self.model.meanings.items()
            for written in (f"{one.lane}.{one.type}", one.type)
        }
        _check(text, found, "event")
        return [n for n, one in self.model.meanings.items() if text in (f"{one.lane}.{one.type}", one.type)]

    def _waiting(self, text: object) -> Members:
        calls = {f"{one.after[0]}.{one.after[1]}" for one in self.model.expectations}
        _check(text, calls, "event that calls for a reaction")
        numbers = [n for n, one in enumerate(self.model.expectations) if ".".join(one.after) == text]
        return self._pairs("who_waits", expectations=numbers)

    def _in_place(self, text: object) -> Members:
        """BOOK/KIND:ID."""
        return {
            id: since
            for id, book, kind, key, _, units, since in self.held()
            if units > 0 and text in (f"{book}/{kind}:{key}", f"{book}/{kind}")
        }

    # claims that compare values

    def _by_values(self, node: Comparison) -> Members:
        names = {name.name: name for side in (node.left, node.right) for name in _names(side)}
        if not names:
            raise UsageError("compare a name with something")
        values = {text: self._values(name) for text, name in names.items()}
        run = evaluator(node, ZoneInfo(self.model.zone))
        common = set.intersection(*(set(one) for one in values.values()))
        found: Members = {}
        for id in common:
            since = _true_since(run, {text: one[id] for text, one in values.items()})
            if since is not None:
                found[id] = since
        return found

    def _values(self, name: Name) -> Values:
        parts = name.name.split(".")
        if name.name == "started":
            return {id: [("", began, began)] for id, began in self.everyone().items()}
        if name.name in ("amount", "currency") and self.is_flow:
            return self._declared(name.name)
        if parts[0] in ("balance", "places"):
            return self._amounts(name, parts)
        lane = parts[0] if parts[0] in self.model.lanes and len(parts) > 1 else None
        field = ".".join(parts[1:] if lane else parts)
        if lane and field in self.model.lanes[lane].events:
            number = self.model.lanes[lane].events[field].number
            return {id: [("", at, at)] for id, at in self._pairs("who_had_event", meanings=[number]).items()}
        lanes = [lane] if lane else self._own_lanes()
        known = {one: set(self._fields(one)) for one in lanes}
        if not any(field in fields for fields in known.values()):
            there = sorted({one for fields in known.values() for one in fields})
            more = ["amount", "currency"] if self.is_flow else []
            names = ", ".join([*NAMES, *more, *there])
            raise UsageError(f'"{name.name}" at character {name.at} stands for nothing: there are {names}')
        self._now_only(name)
        return self._remembered([one for one, fields in known.items() if field in fields], field)

    def _remembered(self, lanes: Sequence[str], field: str) -> Values:
        found: Values = {}
        for id, value, since in self.inquiry.rows("who_remembers", {"kind": self.kind, "lanes": lanes, "field": field}):
            found.setdefault(id, []).append(("", value, since))
        return found

    def _fields(self, lane: str) -> Iterable[str]:
        told = self.model.document.get("lane", {}).get(lane, {}).get("event", {})
        return [*self.model.lanes[lane].fields, *(field for event in told.values() for field in event.get("sets", {}))]

    def _declared(self, name: str) -> Values:
        return {
            id: [(currency, currency if name == "currency" else self._decimal(units, currency), began)]
            for id, began, units, currency in self.flows()
            if units is not None
        }

    def _amounts(self, name: Name, parts: list[str]) -> Values:
        self._now_only(name)
        currency = parts.pop() if len(parts) > 1 and parts[-1] in self.model.digits else None
        wanted = parts[1:]
        if wanted and not any(wanted in ([kind], [book, kind]) for book, kind in self.model.places):
            raise UsageError(f'"{name.name}" at character {name.at} names no place of the model')
        sums: dict[tuple[int, str], tuple[int, datetime]] = {}
        for id, book, kind, _, code, units, since in self.held():
            if (not wanted or wanted in ([kind], [book, kind])) and currency in (None, code):
                before, then = sums.get((id, code), (0, since))
                sums[id, code] = before + int(units), max(then, since)
        found: Values = {}
        for (id, code), (units, since) in sums.items():
            found.setdefault(id, []).append((code, self._decimal(units, code), since))
        return found

    def held(self) -> list[tuple[Any, ...]]:
        if not self.inquiry.cut.is_now:
            raise UsageError(f"what places hold {NOW_ONLY}")
        if self.is_flow:
            return self.inquiry.rows("who_holds_in_flow", {"kind": self.kind})
        about = self.model.kinds.get(self.kind)
        places = [
            name
            for name, place in self.model.places.items()
            if place.subject == self.kind and not place.is_source and about is not None and name[0] == about.book
        ]
        columns = {"books": [book for book, _ in places], "places": [kind for _, kind in places]}
        return self.inquiry.rows("who_holds", {"kind": self.kind, **columns})

    def _now_only(self, name: Name) -> None:
        if not self.inquiry.cut.is_now:
            raise UsageError(f"{name.name} {NOW_ONLY}")

    def _decimal(self, units: Any, currency: str) -> Decimal:
        return EXACT.scaleb(Decimal(int(units)), -self.model.digits.get(currency, 0))

    def _pairs(self, statement: str, **parameters: object) -> Members:
        return {row[0]: row[1] for row in self.inquiry.rows(statement, {**self._parameters(), **parameters})}

    def _parameters(self) -> dict[str, object]:
        return {"kind": self.kind, "time": self.inquiry.cut.time or END}


def _true_since(
    run: Callable[[Mapping[str, Any]], Any], values: Mapping[str, list[tuple[str, Any, datetime]]]
) -> datetime | None:
    """Since when it is true in one currency; None: in none."""
    tags = {tag for one in values.values() for tag, _, _ in one}
    sinces = []
    for tag in tags:
        chosen = {name: [(v, at) for t, v, at in one if t in (tag, "")] for name, one in values.items()}
        for index in range(max(len(one) for one in chosen.values())):
            now = {name: one[min(index, len(one) - 1)] for name, one in chosen.items() if one}
            if len(now) == len(chosen) and run({name: value for name, (value, _) in now.items()}) is True:
                sinces.append(max(at for _, at in now.values()))
    return min(sinces, default=None)


def _intersection(parts: Sequence[Members]) -> Members:
    smallest = min(parts, key=len)
    return {id: max(part[id] for part in parts) for id in smallest if all(id in part for part in parts)}


def _union(parts: Sequence[Members]) -> Members:
    found: Members = {}
    for part in parts:
        for id, since in part.items():
            found[id] = min(since, found.get(id, since))
    return found


def _names(node: Node) -> Iterable[Name]:
    if isinstance(node, Name):
        yield node
    elif isinstance(node, Sum):
        yield from _names(node.left)
        yield from _names(node.right)


def _check(text: object, known: Iterable[str], what: str) -> None:
    names = sorted(known)
    if not isinstance(text, str) or text not in names:
        raise UsageError(f'"{text}" is no {what}: there are {", ".join(names) or "none"}')
