"""Everyone of a kind of whom a claim is true: each leaf of the claim is one statement, joined as sets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from audit.answers.claims.held import Held, PlaceName
from audit.answers.claims.truth import Members, Truth, Values, all_of, any_of, is_false_of_nothing, true_since
from audit.answers.inquiry import Inquiry
from audit.answers.reading.cut import END
from audit.answers.reading.names import CUSTOMER, flow_kinds
from audit.answers.reading.standing import of_findings, of_waits
from audit.answers.reading.withheld import holders
from audit.answers.shapes.finding import OF_MONEY
from audit.database import sql
from audit.errors import UsageError
from audit.findings.catalogue import NAMED
from audit.model.amounts import EXACT
from audit.model.expressions import Comparison, Joined, Literal, Name, Node, Not, evaluator, names_of
from audit.values import Clock

OF_PAYMENTS = OF_MONEY - {"negative_place", "asserted_value_differs"} | {"duplicate_reaction", "illegal_transition"}
NAMES = [
    "state",
    "LANE.state",
    "event",
    "LANE.TYPE",
    "waiting",
    "finding",
    "KIND.finding",
    "place",
    "places.KIND",
    "balance",
    "started",
]
FEW = 10_000  # of so many each one's kind is looked up; of more, who is of a kind


class Cohort:
    """Finds the subjects of `kind`. What is claimed of a flow's lanes, of findings and of waiting is true of a subject
    too that is tied to them: a customer is in the situation of each of the customer's transfers."""

    def __init__(self, inquiry: Inquiry, kind: str) -> None:
        self.inquiry, self.model, self.kind = inquiry, inquiry.model, kind
        self.is_flow = kind in flow_kinds(inquiry.model)
        self._flows: list[tuple[Any, ...]] | None = None
        self._all: Members | None = None
        self.held = Held(inquiry, kind, self.flows if self.is_flow else None)

    def members(self, node: Node) -> Members:
        """Raises UsageError for a name that stands for nothing, and for what is not kept of the asked moment."""
        found = self._truth(node, is_denied=False).members
        if not self._is_of_occurred:
            return found
        there = self._there(found)  # ties, which some of it was found by, are kept on the recorded clock alone
        return {id: since for id, since in found.items() if id in there}

    def _there(self, found: Members) -> Set[int]:
        """Those of them of whom something had occurred, where everyone is not known yet by looking each up."""
        if self._all is not None or self._flows is not None:
            return self.everyone().keys()
        parameters = {"subjects": list(found), "time": self.inquiry.cut.time}
        return {row[0] for row in self.inquiry.rows("who_had_begun", parameters)} if found else set()

    def _truth(self, node: Node, is_denied: bool) -> Truth:
        """Of whom it is unknown is only found out where the claim `is_denied`: of no one else it makes a difference."""
        if isinstance(node, Not):
            claim = self._truth(node.claim, is_denied=True)
            left = self.everyone().items()
            others = {id: began for id, began in left if id not in claim.members and id not in claim.unknown}
            return Truth(others, claim.unknown)
        if isinstance(node, Joined):
            if node.word == "and" and not is_denied and not all(isinstance(claim, Not) for claim in node.claims):
                return self._less(node.claims)
            parts = [self._truth(claim, is_denied) for claim in node.claims]
            return any_of(parts) if node.word == "or" else all_of(parts)
        if isinstance(node, Comparison):
            return self._comparison(node, is_denied)
        raise UsageError("true and false are claims about nobody: compare something")

    def _less(self, claims: Sequence[Node]) -> Truth:
        """What is claimed, without those of whom it is denied: nobody else is to be found for it."""
        found = all_of([self._truth(claim, False) for claim in claims if not isinstance(claim, Not)]).members
        denied = [self._truth(one.claim, True) for one in claims if isinstance(one, Not)] if found else []
        less = {id for truth in denied for id in (*truth.members, *truth.unknown)}
        return Truth({id: since for id, since in found.items() if id not in less} if less else found)

    def wrong(self, members: Collection[int]) -> dict[int, set[str]]:
        """What is open of each of them and wrong with a payment: its rules, and their sorts where they have any."""
        found: dict[int, set[str]] = {id: set() for id in members}
        told = {"subjects": list(members), "sort": "", "rules": sorted(OF_PAYMENTS), "apart": self._apart(), "of": None}
        for id, _, rule in self.rows("who_has_finding", of_findings(self.inquiry.cut), **told) if members else ():
            found[id].add(rule)
        return found

    def _apart(self) -> list[str]:
        """Whose findings are not told of the payments that are tied to them."""
        return [*holders(self.model), CUSTOMER] if self.is_flow else []

    def everyone(self) -> Members:
        """All that there were at the moment, and since when."""
        if self.is_flow:
            return {row[0]: row[1] for row in self.flows()}
        if self._all is None:
            self._all = self._pairs(f"who_all{self._of_clock}")
        return self._all

    def flows(self) -> list[tuple[Any, ...]]:
        """Subject, began, declared units, currency, whether it is open now, when its last event was."""
        if self._flows is None:
            self._flows = self.inquiry.rows(f"who_flows{self._of_clock}", self._parameters())
        return self._flows

    @property
    def _is_of_occurred(self) -> bool:
        return not self.inquiry.cut.is_now and self.inquiry.cut.clock is Clock.OCCURRED

    def is_of_every_wait(self, names: Collection[str]) -> bool:
        """Every wait there ever was is gone through: none is kept by when it occurred."""
        return self._is_of_occurred and "waiting" in names

    @property
    def _of_clock(self) -> str:
        """The end of a statement's name."""
        return "_occurred" if self._is_of_occurred else ""

    @property
    def clock(self) -> str:
        return "occurred_at" if self._is_of_occurred else "recorded_at"

    def _comparison(self, node: Comparison, is_denied: bool) -> Truth:
        left, right = node.left, node.right
        if isinstance(right, Name) and isinstance(left, Literal):
            said = gettext("write the name first: %(name)s and then what it is compared with")
            raise UsageError(said % {"name": right.name})
        if isinstance(left, Name) and node.sign == "==":
            leaf = self._leaf(left, right)
            if leaf is not None:
                return Truth(leaf)
        return self._by_values(node, is_denied)

    def _leaf(self, name: Name, right: Node) -> Members | None:
        """Claims that a statement finds at once: names of states, events, rules and places need no quotes."""
        text = right.name if isinstance(right, Name) else right.value if isinstance(right, Literal) else None
        if name.name == "state" or name.name.endswith(".state"):
            return self._in_state(name, text)
        if name.name == "event":
            return self._pairs(f"who_had_event{self._of_clock}", meanings=self._meanings(text))
        if name.name == "waiting":
            return self._waiting(text)
        if name.name == "finding" or name.name.endswith(".finding"):
            return self._found(name, text)
        if name.name == "place":
            return self._in_place(text)
        return None

    def _found(self, name: Name, text: object) -> Members:
        """`finding` of any kind that they are tied to; `KIND.finding` of that kind itself, and not of a payment that
        explains it."""
        kind = name.name.removesuffix("finding").removesuffix(".")
        if kind:
            _check(kind, self.model.kinds, "kind")
        _check(text, NAMED, "rule")
        rule, _, sort = str(text).partition(".")
        of = {"apart": [] if kind else self._apart(), "of": kind or None}
        rows = self.rows("who_has_finding", of_findings(self.inquiry.cut), subjects=None, rules=[rule], sort=sort, **of)
        found: Members = {}
        for id, since, _ in rows:
            found[id] = min(since, found.get(id, since))
        return found

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
        rows = self.rows("who_was_in_state", {"clock": self.clock}, **parameters)
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
        return {row[0]: row[1] for row in self.rows("who_waits", of_waits(self.inquiry.cut), expectations=numbers)}

    def _in_place(self, text: object) -> Members:
        """BOOK/KIND:ID."""
        return {
            id: since
            for id, book, kind, key, _, units, since in self.held.everywhere()
            if units > 0 and text in (f"{book}/{kind}:{key}", f"{book}/{kind}")
        }

    # claims that compare values

    def _by_values(self, node: Comparison, is_denied: bool) -> Truth:
        names = {name.name: name for name in names_of(node)}
        if not names:
            raise UsageError("compare a name with something")
        run = evaluator(node, ZoneInfo(self.model.zone))
        is_of_some = not is_denied and is_false_of_nothing(run, list(names))
        values = {text: self._values(name, is_of_some) for text, name in names.items()}
        common = set.intersection(*(set(one) for one in values.values()))
        found: Members = {}
        unknown = self.everyone().keys() - common if is_denied else set()
        for id in common:
            is_true, since = true_since(run, {text: one[id] for text, one in values.items()})
            if since is not None:
                found[id] = since
            elif is_true is None:
                unknown.add(id)
        return Truth(found, unknown)

    def _values(self, name: Name, is_of_some: bool) -> Values:
        """`is_of_some`: those of whom it is zero may be left out."""
        parts = name.name.split(".")
        if name.name == "started":
            return {id: [("", began, began)] for id, began in self.everyone().items()}
        if name.name in ("amount", "currency") and self.is_flow:
            return self._declared(name.name)
        if parts[0] in ("balance", "places"):
            return self._amounts(name, parts, is_of_some)
        lane = parts[0] if parts[0] in self.model.lanes and len(parts) > 1 else None
        field = ".".join(parts[1:] if lane else parts)
        if lane and field in self.model.lanes[lane].events:
            number = self.model.lanes[lane].events[field].number
            had = self._pairs(f"who_had_event{self._of_clock}", meanings=[number])
            return {id: [("", at, at)] for id, at in had.items()}
        lanes = [lane] if lane else self._own_lanes()
        known = {one: set(self._fields(one)) for one in lanes}
        if not any(field in fields for fields in known.values()):
            there = sorted({one for fields in known.values() for one in fields})
            more = ["amount", "currency"] if self.is_flow else []
            names = ", ".join([*NAMES, *more, *there])
            said = gettext('"%(name)s" at character %(at)s stands for nothing: there are %(names)s')
            raise UsageError(said % {"name": name.name, "at": name.at, "names": names})
        return self._remembered([one for one, fields in known.items() if field in fields], field)

    def _remembered(self, lanes: Sequence[str], field: str) -> Values:
        found: Values = {}
        for id, value, since in self.rows("who_remembers", {"clock": self.clock}, lanes=lanes, field=field):
            found.setdefault(id, []).append(("", value, since))
        return found

    def _fields(self, lane: str) -> Iterable[str]:
        told = self.model.document.get("lane", {}).get(lane, {}).get("event", {})
        return [*self.model.lanes[lane].fields, *(field for event in told.values() for field in event.get("sets", {}))]

    def _declared(self, name: str) -> Values:
        return {
            id: [(currency, currency if name == "currency" else self._decimal(units, currency), began)]
            for id, began, units, currency, *_ in self.flows()
            if units is not None
        }

    def _amounts(self, name: Name, parts: list[str], is_of_some: bool) -> Values:
        currency = parts.pop() if len(parts) > 1 and parts[-1] in self.model.digits else None
        wanted, own = parts[1:], self.held.places
        chosen = {place for place in own if not wanted or wanted in ([place[1]], [*place])}
        if not chosen:
            raise UsageError(f'"{name.name}" at character {name.at} names no place of {self.kind}{_listed(own)}')
        sums: dict[tuple[int, str], tuple[int, datetime]] = self._nothing_held(chosen)
        # Where one place is asked for, what is zero there changes no sum and no time of one.
        is_one = is_of_some and len(chosen) == 1 and not self.is_flow
        held = self.held.within(chosen) if is_one else self.held.everywhere()
        for id, book, kind, _, code, units, since in held:
            before, then = sums.get((id, code), (0, None))
            if (book, kind) in chosen:
                sums[id, code] = before + int(units), max(then, since) if then and before else since
            elif not self.is_flow:
                sums.setdefault((id, code), (0, since))  # it has this currency, and none of it there
        sums = {(id, code): one for (id, code), one in sums.items() if currency in (None, code)}
        found: Values = {}
        for (id, code), (units, since) in sums.items():
            found.setdefault(id, []).append((code, self._decimal(units, code), since))
        return found

    def _nothing_held(self, places: Set[PlaceName]) -> dict[tuple[int, str], tuple[int, datetime]]:
        """Of flows only what is not zero is kept, and of those that are over nothing at all: they hold nothing where
        money may not rest; elsewhere it is unknown."""
        if not self.is_flow:
            return {}
        rests = any(self.model.places[place].rests for place in places)
        return {
            (id, currency): (0, began)
            for id, began, _, currency, *_ in self.flows()
            if currency is not None and (not rests or id in self.held.open_flows)
        }

    def _decimal(self, units: Any, currency: str) -> Decimal:
        return EXACT.scaleb(Decimal(int(units)), -self.model.digits.get(currency, 0))

    def _pairs(self, statement: str, **parameters: object) -> Members:
        return {row[0]: row[1] for row in self.rows(statement, {}, **parameters)}

    def rows(self, statement: str, parts: Mapping[str, str], **parameters: object) -> list[tuple[Any, ...]]:
        shared = {"tied": sql("part_tied"), "of_itself": sql("part_of_itself")}
        return self.inquiry.rows(statement, {**self._parameters(), **parameters}, **shared, **parts)

    def _parameters(self) -> dict[str, object]:
        time = self.inquiry.cut.time or END
        return {
            "kind": self.kind,
            "time": time,
            "tied": END if self._is_of_occurred else time,
            "few": FEW,
            "holders": [*holders(self.model), CUSTOMER],
            "wrong": sorted(OF_PAYMENTS),
        }


def _listed(places: Sequence[PlaceName]) -> str:
    return f": there are {', '.join(f'places.{kind}' for _, kind in places)}" if places else ": it has none of its own"


def _check(text: object, known: Iterable[str], what: str) -> None:
    names = sorted(known)
    if not isinstance(text, str) or text not in names:
        raise UsageError(f'"{text}" is no {what}: there are {", ".join(names) or "none"}')
