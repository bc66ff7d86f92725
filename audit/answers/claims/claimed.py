"""A claim in plain words, so that whoever sees a list knows what makes those in it alike."""

from __future__ import annotations

from decimal import Decimal

from audit.answers.inquiry import Inquiry
from audit.answers.reading.names import kind_title, place_title
from audit.answers.reading.places import parse_place
from audit.answers.reading.states import state_title
from audit.answers.spelled import figure_in_words
from audit.answers.words import WORDS, within, word
from audit.errors import UsageError
from audit.findings.catalogue import NAMED
from audit.model.expressions import Comparison, Joined, Literal, Name, Node, Not
from audit.model.meaning import Lane
from audit.values import Place

SIGNS = {"==": "claim_is", "<": "claim_less", "<=": "claim_most", ">": "claim_more", ">=": "claim_least"}
AMOUNTS = {"amount": "claim_amount", "balance": "claim_balance", "available": "claim_available", "held": "claim_held"}
AMOUNTS |= {"booked": "claim_balance"}
PLACES = "places."
LATE = ("missing_reaction", "stuck")


class _NoWords(Exception):
    """Some part of the claim is only said as it is written."""


def in_words(inquiry: Inquiry, kind: str, claim: Node) -> str:
    """What is claimed of everyone of a kind; "" where a part of it has no words."""
    try:
        return _Words(inquiry, kind).of(claim)
    except _NoWords:
        return ""


class _Words:
    def __init__(self, inquiry: Inquiry, kind: str) -> None:
        self._inquiry, self._kind, self._is_late = inquiry, kind, False

    def of(self, node: Node) -> str:
        if isinstance(node, Not):
            return self._denied(node.claim)
        if isinstance(node, Joined):
            if any(isinstance(one, Joined) for one in node.claims):
                raise _NoWords  # which of them belong together, a sentence does not say
            claims = _told(node)
            self._is_late = len(claims) < len(node.claims)
            *before, last = map(self.of, claims)
            return f" {self._said(node.word)} ".join([", ".join(before), last] if before else [last])
        if isinstance(node, Comparison) and isinstance(node.left, Name):
            return self._compared(node.left.name, node.sign, self._written(node.right))
        raise _NoWords

    def _denied(self, claim: Node) -> str:
        if isinstance(claim, Comparison) and isinstance(claim.left, Name) and claim.sign == "==":
            lane, _, last = claim.left.name.rpartition(".")
            value = self._written(claim.right)
            if last == "state":
                return self._state(lane, value, "claim_not_state")
            if last == "finding" and not lane and f"not_{value}" in WORDS["en"]:
                return self._said(f"not_{value}")
        return self._said("claim_not", what=self.of(claim))

    def _compared(self, name: str, sign: str, value: str) -> str:
        if sign == "==":
            lane, _, last = name.rpartition(".")
            if last == "state":
                return self._state(lane, value)
            if name in ("event", "waiting"):
                return self._event(f"claim_{name}{'_late' if name == 'waiting' and self._is_late else ''}", value)
            if last == "finding" or name == "finding":
                return self._found(lane, value)
            if name == "place":
                return self._said("claim_place", place=self._place(value))
        what, _, currency = name.partition(".")
        if name.startswith(PLACES):
            return self._held(name.removeprefix(PLACES).split("."), sign, value)
        if what not in AMOUNTS:
            raise _NoWords
        return self._said(SIGNS[sign], what=self._said(AMOUNTS[what]), value=f"{value} {currency}".strip())

    def _found(self, kind: str, rule: str) -> str:
        said = self._said(f"rule_{rule}") if rule in NAMED else self._said("claim_finding", what=rule)
        if not kind or kind == self._kind:
            return said
        return self._said("claim_of_kind", kind=within(kind_title(self._inquiry, kind)), what=said)

    def _state(self, lane: str, state: str, said: str = "claim_state") -> str:
        model = self._inquiry.model
        kind = model.kinds.get(self._kind)
        known = model.lanes.get(lane or (kind.ends_with if kind and kind.ends_with else self._kind))
        if known is None or state not in known.states:
            raise _NoWords
        return self._said(said, what=self._title(known), state=state_title(self._inquiry, known, state))

    def _event(self, word_: str, value: str) -> str:
        lane, _, type = value.rpartition(".")
        known = self._inquiry.model.lanes.get(lane)
        meaning = known.events.get(type) if known else None
        if known is None or meaning is None:
            raise _NoWords
        return self._said(word_, what=self._title(known), event=self._inquiry.text(meaning.title) or type)

    def _held(self, parts: list[str], sign: str, value: str) -> str:
        """`places.BOOK.KIND` or `places.KIND`, with a currency or without."""
        found = next((one for one in self._inquiry.model.places if one[1] in parts[:2]), None)
        if found is None:
            raise _NoWords
        place = place_title(self._inquiry, Place(*found, ""))
        return self._said(SIGNS[sign], what=self._said("claim_in_place", place=place), value=value)

    def _place(self, text: str) -> str:
        try:
            return place_title(self._inquiry, parse_place(text))
        except UsageError:
            raise _NoWords from None

    def _title(self, lane: Lane) -> str:
        return within(kind_title(self._inquiry, lane.name))

    def _said(self, name: str, **values: object) -> str:
        return word(self._inquiry.language, name, **values)

    def _written(self, node: Node) -> str:
        if isinstance(node, Name):
            return node.name
        if isinstance(node, Literal) and isinstance(node.value, Decimal):
            return figure_in_words(str(node.value), self._inquiry.language)
        if isinstance(node, Literal) and node.value is not None:
            return str(node.value)
        raise _NoWords


def _told(node: Joined) -> list[Node]:
    """Without what another of them says more exactly: that a reaction is late, where it is said what is awaited."""
    names = [one.left.name if isinstance(one, Comparison) and isinstance(one.left, Name) else "" for one in node.claims]
    if node.word != "and" or "waiting" not in names:
        return list(node.claims)
    return [one for one, name in zip(node.claims, names, strict=True) if name != "finding" or not _is_late(one)]


def _is_late(one: Node) -> bool:
    return isinstance(one, Comparison) and isinstance(one.right, Name) and one.right.name in LATE
