"""Who else is in the same situation: from a subject, a finding, a step, a state or a place, or by any claim."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from heapq import nsmallest

from audit.answers.claims.claimed import in_words
from audit.answers.claims.cohort import Cohort
from audit.answers.claims.concerned import declared, payments_of
from audit.answers.claims.damage import Claimed, Damage, Sums, claimed_findings, damage_of, summed
from audit.answers.inquiry import Inquiry
from audit.answers.reading.cut import END
from audit.answers.reading.names import CUSTOMER, known, link_of, money
from audit.answers.reading.withheld import hidden_numbers
from audit.answers.shapes import Alike, Page, Who, WhoLine
from audit.answers.shapes.when import age_of
from audit.answers.situations import EVERYONE, Situation, situation_of, situations_of
from audit.answers.when import claim_of
from audit.answers.words import word
from audit.errors import UsageError
from audit.model.expressions import Node
from audit.values import Clock, Money, Subject

SHOWN = 50


def who(
    inquiry: Inquiry, like: Subject, expression: str = "", cursor: str | None = None, size: int = SHOWN, own: int = 0
) -> Who:
    """`like` is KIND:ID, KIND:*, finding:ID, event:SOURCE/ID, state:LANE/NAME or place:BOOK/KIND:ID; with `expression`
    only its kind counts. The longest in the situation are first. `own`: our number of whom it is asked from.
    Raises UnknownSubject, UsageError."""
    situation = situation_of(inquiry, like)
    if expression:
        situation = replace(situation, expression=expression)
    if not situation.expression:
        raise UsageError(f"{like} is in no situation that others could be in: add an EXPRESSION")
    cohort = Cohort(inquiry, situation.kind)
    asked = claim_of(inquiry, situation.expression)
    claim = asked.tree
    members = cohort.members(claim)
    hidden = hidden_numbers(inquiry, list(members))
    members = {id: since for id, since in members.items() if id not in hidden} if hidden else members
    start, total = _start(cursor), len(members)
    first = nsmallest(start + size, zip(members.values(), members, strict=True))
    claimed = () if cohort.is_flow else claimed_findings(claim)
    own_row = own if own in members else _same_request(inquiry, own, list(members))
    damage = _damage(cohort, claim, list(members), claimed)
    amounts, sums = (damage.each, damage.total) if damage else _amounts(inquiry, cohort, members)
    return Who(
        like=str(like),
        kind=situation.kind,
        expression=situation.expression,
        at=inquiry.as_of(),
        model=inquiry.model.hash,
        subjects=Page(
            _lines(inquiry, first[start:], amounts),
            total,
            next=str(start + size) if start + size < total else None,
            previous=str(max(0, start - size)) if start else None,
        ),
        customers=total if situation.kind == CUSTOMER else _customers(inquiry, list(members)),
        transfers=damage.payments if damage else total if cohort.is_flow else None,
        money=_monies(inquiry, sums),
        oldest=min(members.values(), default=None),
        newest=max(members.values(), default=None),
        has_own=own_row in members,
        own_row=own_row,
        is_of_damage=bool(claimed),
        note=word(inquiry.language, "every_wait") if cohort.is_of_every_wait(asked.names) else "",
    )


def who_each(inquiry: Inquiry, like: Subject) -> list[Alike]:
    """Of each trouble of a customer or an account, the gravest first, all who are in the same; nobody is listed."""
    return [_alike(inquiry, one) for one in situations_of(inquiry, like) if one.expression and one.subject]


def _alike(inquiry: Inquiry, one: Situation) -> Alike:
    assert one.subject is not None
    own = known(inquiry, one.subject, None).id
    found = who(inquiry, Subject(one.kind, EVERYONE), one.expression, size=0, own=own)
    says = in_words(inquiry, one.kind, claim_of(inquiry, one.expression).tree)
    return Alike(link_of(inquiry, one.subject, own), says, found)


def behind_doors(
    inquiry: Inquiry, found: Page[WhoLine], opened: Callable[[Sequence[Subject]], Collection[Subject]]
) -> Page[WhoLine]:
    """Without the amounts of those who, with all customers of theirs, are none of those that are `opened`."""
    owners: dict[int, set[Subject]] = {line.subject.id: {line.subject.subject} for line in found.rows}
    for id, kind, key in inquiry.rows("answer_customers_of_each", {"subjects": list(owners)}) if owners else ():
        owners[id].add(Subject(kind, key))
    seen = set(opened([*set[Subject]().union(*owners.values())])) if owners else set()
    return replace(found, rows=tuple(line if owners[line.subject.id] & seen else _closed(line) for line in found.rows))


def told_behind_doors(
    inquiry: Inquiry, found: Who, opened: Callable[[Sequence[Subject]], Collection[Subject]]
) -> Who:
    """The same of a whole answer. A sum of one customer's is what that customer has; of more it is everyone's."""
    subjects = behind_doors(inquiry, found.subjects, opened)
    is_shut = found.customers <= 1 and any(line.is_closed for line in subjects.rows)
    return replace(found, subjects=subjects, money=() if is_shut else found.money)


def _closed(line: WhoLine) -> WhoLine:
    return replace(line, money=(), is_closed=True)


def _same_request(inquiry: Inquiry, own: int, members: list[int]) -> int:
    """Of two payments that are one order the finding is the later's, whose row is the other's too; 0: there is none."""
    rows = inquiry.rows("who_same_request", {"subject": own, "members": members}) if own and members else ()
    return min((row[0] for row in rows), default=0)


def _damage(cohort: Cohort, claim: Node, members: list[int], claimed: Collection[Claimed]) -> Damage | None:
    """What is wrong with them; where nothing is claimed to be, their payments that are claimed to be so. None: of
    payments themselves, and where none is spoken of."""
    if cohort.is_flow:
        return None
    return damage_of(cohort, members, claimed) if claimed else payments_of(cohort, claim, members)


def _amounts(inquiry: Inquiry, cohort: Cohort, members: Mapping[int, datetime]) -> tuple[Sums, dict[str, int]]:
    """By currency what each flow declares, or each holder has; and all together."""
    if cohort.is_flow:
        return summed((id, currency, units) for id, units, currency in declared(cohort, list(members)))
    about = inquiry.model.kinds.get(cohort.kind)
    if about is None or about.book is None:
        return {}, {}
    return summed((id, currency, units) for id, _, _, _, currency, units, _ in cohort.held.of(members))


def _monies(inquiry: Inquiry, sums: Mapping[str, int]) -> tuple[Money, ...]:
    return tuple(money(inquiry.model, units, currency) for currency, units in sorted(sums.items()))


def _lines(
    inquiry: Inquiry, shown: Sequence[tuple[datetime, int]], amounts: Mapping[int, Mapping[str, int]]
) -> tuple[WhoLine, ...]:
    at = inquiry.as_of()
    rows = inquiry.rows("who_names", [[id for _, id in shown]]) if shown else ()
    names = {id: Subject(kind, key) for id, kind, key in rows}
    return tuple(
        WhoLine(link_of(inquiry, names[id], id), since, age_of(since, at), _monies(inquiry, amounts.get(id, {})))
        for since, id in shown
    )


def _customers(inquiry: Inquiry, ids: list[int]) -> int:
    is_recorded = inquiry.cut.clock is Clock.RECORDED  # by which alone ties are kept
    time = (inquiry.cut.time if is_recorded else None) or END
    row = next(iter(inquiry.rows("who_customers", {"subjects": ids, "time": time})), None) if ids else None
    return int(row[0]) if row else 0


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise UsageError("this part of the list is not there: begin at its beginning")
    return int(cursor)
