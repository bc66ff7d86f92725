"""The payments that a claim about customers or accounts speaks of, and what they declare."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from audit.answers.claims.cohort import Cohort
from audit.answers.claims.damage import Damage, summed
from audit.answers.claims.truth import Members
from audit.answers.reading.names import CUSTOMER, flow_kinds
from audit.answers.reading.withheld import holders
from audit.errors import UsageError
from audit.model.expressions import Comparison, Joined, Name, Node


def payments_of(cohort: Cohort, claim: Node, members: Collection[int]) -> Damage | None:
    """Those payments of the `members` of which a part of the claim is true, each counted once; None: no part of it is
    about payments."""
    leaves = [one for one in _leaves(claim) if _is_of_payments(cohort, one)]
    kinds = [kind for kind in flow_kinds(cohort.model) if kind != cohort.kind]
    if not leaves or not kinds:
        return None
    others = [Cohort(cohort.inquiry, kind) for kind in kinds]
    found = {id for own in others for leaf in leaves for id in _members(own, leaf)}
    told = {"subjects": list(found), "others": list(members)}
    pairs = [(row[0], row[1]) for row in cohort.rows("who_tied", {}, **told)] if found and members else []
    amounts = {id: (units, currency) for id, units, currency in declared(cohort, list({id for _, id in pairs}))}
    each, _ = summed((member, amounts[id][1], amounts[id][0]) for member, id in pairs if id in amounts)
    _, total = summed((id, currency, units) for id, (units, currency) in amounts.items())
    return Damage(each, total, len({id for _, id in pairs}))


def declared(cohort: Cohort, ids: list[int]) -> list[tuple[Any, ...]]:
    """Subject, units and currency of those payments that had declared it at the moment."""
    if not ids:
        return []
    if cohort.inquiry.cut.is_now:
        return cohort.inquiry.rows("who_declared", [ids])
    parameters = {"subjects": ids, "time": cohort.inquiry.cut.time}
    return cohort.inquiry.rows("who_declared_then", parameters, clock=cohort.clock)


def _leaves(claim: Node) -> Iterator[Comparison]:
    """What is claimed, without what is denied."""
    if isinstance(claim, Joined):
        for one in claim.claims:
            yield from _leaves(one)
    elif isinstance(claim, Comparison):
        yield claim


def _is_of_payments(cohort: Cohort, leaf: Comparison) -> bool:
    if not isinstance(leaf.left, Name):
        return False
    name, _, rest = leaf.left.name.partition(".")
    own = {CUSTOMER, *holders(cohort.model)}
    if name in ("event", "waiting") and not rest:
        return True
    if leaf.left.name == "state":
        return cohort.kind not in cohort.model.lanes
    return bool(rest) and rest != "finding" and name in cohort.model.lanes and name not in own


def _members(cohort: Cohort, leaf: Comparison) -> Members:
    try:
        return cohort.members(leaf)
    except UsageError:  # it means nothing of this kind of payment
        return {}
