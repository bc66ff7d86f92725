"""Situations to choose from, for whoever has none of their own to begin with: what is open now, and states."""

from __future__ import annotations

from dataclasses import dataclass

from audit.answers.claims.claimed import in_words
from audit.answers.inquiry import Inquiry
from audit.answers.pages.findings import rule_lines
from audit.answers.reading.names import CUSTOMER, flow_kinds
from audit.answers.reading.withheld import holders
from audit.answers.when import claim_of
from audit.answers.words import WORDS, word
from audit.findings.catalogue import RULES

OPEN_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """`open`: how many findings say so now; None: not counted."""

    says: str
    expression: str
    open: int | None = None


def choices(inquiry: Inquiry, kind: str) -> list[Choice]:
    """What is found of those of a kind or of their payments, the gravest first; then the states of the kind."""
    lane = inquiry.model.lanes.get(kind)
    states = [f"{kind}.state = {name}" for name in lane.states] if lane is not None and len(lane.states) > 1 else []
    return [*_open(inquiry, kind), *(Choice(_said(inquiry, kind, one), one) for one in states)]


def _open(inquiry: Inquiry, kind: str) -> list[Choice]:
    """Of payments, only what is found of payments and their lanes."""
    apart = [*holders(inquiry.model), CUSTOMER] if kind in flow_kinds(inquiry.model) else []
    found = {rule for (rule,) in inquiry.rows("who_open_rules", {"apart": apart})}
    said = {rule for rule in found & RULES.keys() if f"rule_{rule}" in WORDS["en"]}
    rules = [one for one in rule_lines(inquiry) if one.rule in said]
    return [
        Choice(word(inquiry.language, f"rule_{one.rule}"), f"finding = {one.rule}", one.open)
        for one in rules[:OPEN_SHOWN]
    ]


def _said(inquiry: Inquiry, kind: str, expression: str) -> str:
    return in_words(inquiry, kind, claim_of(inquiry, expression).tree) or expression
