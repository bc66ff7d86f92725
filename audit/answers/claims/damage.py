"""What the findings that a claim speaks of say is wrong with those of whom it is true: each payment's money once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from audit.answers.claims.cohort import Cohort
from audit.answers.reading.names import flow_kinds
from audit.answers.reading.standing import of_findings
from audit.model.expressions import Comparison, Joined, Name, Node

FINDING = "finding"

Sums = dict[int, dict[str, int]]  # by subject and currency, in minor units


class Claimed(NamedTuple):
    """A rule of which a finding is claimed to be open; `kind`: of that kind alone, "": of whatever they are tied to."""

    kind: str
    rule: str  # or RULE.SORT


@dataclass(frozen=True, slots=True)
class Damage:
    """By currency of each, and all together; of how many payments."""

    each: Sums
    total: dict[str, int]
    payments: int


def claimed_findings(claim: Node) -> frozenset[Claimed]:
    """The rules of whose findings it is claimed that they are open."""
    if isinstance(claim, Joined):
        return frozenset().union(*map(claimed_findings, claim.claims))
    if isinstance(claim, Comparison) and isinstance(claim.left, Name):
        kind, _, last = claim.left.name.rpartition(".")
        if last == FINDING:
            right = claim.right
            rule = right.name if isinstance(right, Name) else str(getattr(right, "value", ""))
            return frozenset({Claimed(kind, rule)})
    return frozenset()


def damage_of(cohort: Cohort, members: Collection[int], claimed: Collection[Claimed]) -> Damage:
    """Rules that say it of the same payment say it once, and a payment that is wrong at both its ends is wrong once."""
    told = {
        "subjects": list(members),
        "kinds": [one.kind for one in claimed],
        "rules": [one.rule for one in claimed],
        "plain": sorted({one.rule.partition(".")[0] for one in claimed}),
        "flows": flow_kinds(cohort.model),
    }
    rows = cohort.rows("who_damage", of_findings(cohort.inquiry.cut), **told) if members and claimed else ()
    most: dict[tuple[int, str, int], int] = {}
    payments = set()
    for subject, of, is_payment, currency, units in rows:
        if is_payment:
            payments.add(of)
        if currency is not None:
            key = subject, currency, of
            most[key] = max(most.get(key, 0), int(units), key=abs)
    each, _ = summed((subject, currency, units) for (subject, currency, _), units in most.items())
    once = {(of, currency): units for (_, currency, of), units in most.items()}
    _, total = summed((of, currency, units) for (of, currency), units in once.items())
    return Damage(each, total, len(payments))


def summed(rows: Iterable[tuple[int, str, int]]) -> tuple[Sums, dict[str, int]]:
    sums: Sums = {}
    total: dict[str, int] = {}
    for id, currency, units in rows:
        one = sums.setdefault(id, {})
        one[currency] = one.get(currency, 0) + int(units)
        total[currency] = total.get(currency, 0) + int(units)
    return sums, total
