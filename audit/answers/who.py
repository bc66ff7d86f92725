"""Who else is in the same situation: from a subject, a finding, a step, a state or a place, or by any claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import nsmallest
from typing import Any

from audit.answers.claims.cohort import Cohort
from audit.answers.inquiry import Inquiry, event_key
from audit.answers.pages.findings import findings_of, rule_and_subject
from audit.answers.reading.cut import END
from audit.answers.reading.events import events_at, read_events
from audit.answers.reading.names import CUSTOMER, PLACE, flow_kinds, known, link_of, money
from audit.answers.reading.places import parse_place
from audit.answers.reading.withheld import hidden_numbers, holders
from audit.answers.shapes import FindingLine, Page, Who, WhoLine, Why
from audit.answers.when import claim_of
from audit.answers.why import why
from audit.errors import UnknownSubject, UsageError
from audit.model.expressions import Comparison, Joined, Name, Node
from audit.values import Clock, Money, Subject

SHOWN = 50
OVERDUE = frozenset({"missing_reaction", "stuck"})
EVENT, FINDING, STATE, EVERYONE = "event", "finding", "state", "*"


@dataclass(frozen=True, slots=True)
class Situation:
    """A kind and the claim that makes two of it alike. `subject` is whose situation it is, where it is somebody's."""

    kind: str
    expression: str
    subject: Subject | None = None


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
    claim = claim_of(inquiry, situation.expression).tree
    members = cohort.members(claim)
    hidden = hidden_numbers(inquiry, list(members))
    members = {id: since for id, since in members.items() if id not in hidden} if hidden else members
    start, total = _start(cursor), len(members)
    first = nsmallest(start + size, zip(members.values(), members, strict=True))
    rules = claimed_rules(claim)
    amounts = _amounts(inquiry, cohort, members, rules)
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
        money=_sums(inquiry, amounts),
        oldest=min(members.values(), default=None),
        newest=max(members.values(), default=None),
        has_own=own in members,
        is_of_damage=bool(rules) and not cohort.is_flow,
    )


def behind_doors(
    inquiry: Inquiry, found: Page[WhoLine], opened: Callable[[Sequence[Subject]], Collection[Subject]]
) -> Page[WhoLine]:
    """Without the amounts of those who, with all customers of theirs, are none of those that are `opened`."""
    owners: dict[int, set[Subject]] = {line.subject.id: {line.subject.subject} for line in found.rows}
    for id, kind, key in inquiry.rows("answer_customers_of_each", {"subjects": list(owners)}) if owners else ():
        owners[id].add(Subject(kind, key))
    seen = set(opened([*set[Subject]().union(*owners.values())])) if owners else set()
    return replace(found, rows=tuple(line if owners[line.subject.id] & seen else _closed(line) for line in found.rows))


def _closed(line: WhoLine) -> WhoLine:
    return replace(line, money=(), is_closed=True)


def situation_of(inquiry: Inquiry, like: Subject) -> Situation:
    """What makes others like it. Raises UnknownSubject, UsageError."""
    if like.key == EVERYONE:
        if like.kind not in inquiry.model.kinds:
            raise UsageError(f"{like.kind} is no kind: there are {', '.join(sorted(inquiry.model.kinds))}")
        return Situation(like.kind, "")
    if like.kind == PLACE:
        return _of_place(inquiry, like)
    if like.kind in inquiry.model.kinds:
        return _of_subject(inquiry, like)
    if like.kind == FINDING:
        return _of_finding(inquiry, like.key)
    if like.kind == EVENT:
        return _of_event(inquiry, like.key)
    if like.kind == STATE:
        lane, slash, state = like.key.partition("/")
        if not slash or lane not in inquiry.model.lanes:
            raise UsageError(f"{like} names no state: write state:LANE/STATE")
        return Situation(_kind_of_lane(inquiry, lane), f"{lane}.state = {state}")
    known(inquiry, like, None)
    raise UsageError(f"{like.kind} is no kind that a claim can be about")


def _of_subject(inquiry: Inquiry, like: Subject) -> Situation:
    """A payment's is what is open of it: its findings and no more; while it waits, its states too. A customer or an
    account is in the situation of the payment that its gravest finding is about. Nothing open is no situation."""
    answer = why(inquiry, like)
    found = sorted((one for one in _found(inquiry, like, answer) if one.is_open), key=_gravity)
    if like.kind not in flow_kinds(inquiry.model):
        flow = _flow_of(inquiry, found[0].subject.subject) if found else None
        if flow is not None:
            return _of_subject(inquiry, flow)
        if like.kind == CUSTOMER or like.kind in holders(inquiry.model):
            return _of_holder(inquiry, like, found)
    late = [one for one in found if one.is_late and one.because_of is None and one.rule in OVERDUE]
    same = [*late, *(one for one in found if one.is_doubt or one.is_noted)] or found[:1]
    if not same and not answer.waiting and like.kind in flow_kinds(inquiry.model):
        return Situation(like.kind, "", like)
    claims = [f"{one.line.lane}.state = {one.line.state}" for one in answer.states if not one.line.item]
    claims += [f"waiting = {one.after_type}" for one in answer.waiting if one.expectation is not None]
    claims += [f"finding = {one.rule}" for one in same]
    if same and (same[0].is_of_money or like.kind in flow_kinds(inquiry.model)):
        claims += _not_more(inquiry, Cohort(inquiry, like.kind), answer.subject.id, list(dict.fromkeys(claims)))
    return Situation(like.kind, " and ".join(dict.fromkeys(claims)), like)


def _gravity(one: FindingLine) -> tuple[bool, bool, bool, bool]:
    return not one.is_doubt, not one.is_late, not one.is_noted, one.because_of is not None


def _of_holder(inquiry: Inquiry, like: Subject, found: Sequence[FindingLine]) -> Situation:
    """What is wrong with an account, and no more, is told of the account, from whichever page it is asked."""
    if not found:
        return Situation(like.kind, "", like)
    first, subject = found[0], found[0].subject
    claims = [f"finding = {first.rule}"]
    if first.is_of_money and subject.id:
        claims += _not_more(inquiry, Cohort(inquiry, subject.subject.kind), subject.id, list(claims))
    return Situation(subject.subject.kind, " and ".join(claims), subject.subject)


def _flow_of(inquiry: Inquiry, subject: Subject) -> Subject | None:
    """The payment that something is, or that it is a lane of."""
    flows = flow_kinds(inquiry.model)
    if subject.kind in flows:
        return subject
    if subject.kind == CUSTOMER or subject.kind in holders(inquiry.model):
        return None
    rows = inquiry.rows("who_flow_of", {"kind": subject.kind, "key": subject.key, "kinds": sorted(flows)})
    return next((Subject(kind, key) for kind, key in rows), None)


def _found(inquiry: Inquiry, like: Subject, answer: Why) -> Sequence[FindingLine]:
    """A customer's and an account's are those of the payments too."""
    if like.kind != CUSTOMER and like.kind not in holders(inquiry.model):
        return answer.findings.rows
    kinds, id = [kind for kind in inquiry.model.kinds if kind != CUSTOMER], answer.subject.id
    if like.kind != CUSTOMER:
        kinds = [kind for kind in kinds if kind not in holders(inquiry.model)]
    return [*answer.findings.rows, *findings_of(inquiry, [id], id, kinds, of_payments=True).rows]


def _not_more(inquiry: Inquiry, cohort: Cohort, own: int, claims: list[str]) -> list[str]:
    """Denies what is wrong with others of whom the claims are true, and not with it: theirs is another situation."""
    more: list[set[str]] = []
    for only in ("finding", ""):  # mostly the findings say it all, and the states need no look
        told = " and ".join(claim for claim in claims if claim.startswith(only))
        members = {own, *cohort.members(claim_of(inquiry, told).tree)}
        rules = cohort.wrong(members - set(hidden_numbers(inquiry, list(members))))
        more = [found - rules[own] for found in rules.values() if found - rules[own]]
        if not more:
            return []
    return [f"not finding = {rule}" for rule in _fewest(more)]


def _fewest(more: list[set[str]]) -> list[str]:
    """Few rules of which each of the sets has one."""
    chosen = []
    while more:
        counts = Counter(rule for rules in more for rule in rules)
        chosen.append(min(counts, key=lambda rule: (-counts[rule], rule)))
        more = [rules for rules in more if chosen[-1] not in rules]
    return sorted(chosen)


def _of_place(inquiry: Inquiry, like: Subject) -> Situation:
    place = parse_place(like.key)
    about = inquiry.model.places.get((place.book, place.kind))
    if about is None:
        raise UnknownSubject(f"the model has no place {place.book}/{place.kind}")
    flows = [name for name in flow_kinds(inquiry.model) if inquiry.model.kinds[name].book == place.book]
    holder = inquiry.model.kinds.get(about.subject or "")
    is_own = holder is not None and not about.is_source and (holder.is_flow or holder.book == place.book)
    kind = about.subject if is_own else next(iter(flows), None)  # what a holder has is only kept in its own book
    if kind is None:
        raise UsageError(f"nothing that can be listed has money in {place}: add it to a question about a kind")
    if kind == about.subject and kind not in flows:
        return Situation(kind, f"places.{place.book}.{place.kind} > 0", None)
    return Situation(kind, f'place = "{like.key}"', None)


def _of_finding(inquiry: Inquiry, identifier: str) -> Situation:
    """Of a payment's: the payment's own, so that every page tells the same number."""
    rule, subject, _ = rule_and_subject(inquiry, identifier)
    flow = _flow_of(inquiry, subject)
    if flow is not None:
        found = _of_subject(inquiry, flow)
        if "finding = " in found.expression:
            return found
    same = [one for one in why(inquiry, subject).findings.rows if one.is_open and one.id == identifier]
    if same and subject.kind in holders(inquiry.model):
        return _of_holder(inquiry, subject, same)
    return Situation(subject.kind, f"finding = {rule}", subject)


def _of_event(inquiry: Inquiry, text: str) -> Situation:
    """Those that stand where the event put its stream; where it sets no state, those that have such an event."""
    found = event_key(inquiry.connection, inquiry.sources, text)
    if found is None:
        raise UnknownSubject(f"no source has an event {text}: write event:SOURCE/ID")
    [told] = read_events(inquiry, list(events_at(inquiry, [found[0].position]).values()))
    if told.meaning is None or told.reading is None:
        raise UsageError(f"{text} is not understood: nothing can be said of others like it")
    flow = next((tie for tie in told.ties if tie.kind in flow_kinds(inquiry.model)), None)
    subject = flow or told.subject
    if told.reading.to is not None:
        return Situation(subject.kind, f"{told.subject.kind}.state = {told.reading.to}", subject)
    return Situation(subject.kind, f"event = {told.subject.kind}.{told.row.type}", subject)


def _kind_of_lane(inquiry: Inquiry, lane: str) -> str:
    """The flow that the lane's events belong to; else the lane itself."""
    flows = flow_kinds(inquiry.model)
    ends = [name for name in flows if inquiry.model.kinds[name].ends_with == lane]
    patterns = inquiry.model.document.get("lane", {}).get(lane, {}).get("streams", "")
    named = [name for name in flows if f"{{{name}}}" in str(patterns)]
    return next(iter([*ends, *named]), lane)


def claimed_rules(claim: Node) -> frozenset[str]:
    """The rules of whose findings it is claimed that they are open."""
    if isinstance(claim, Joined):
        return frozenset().union(*map(claimed_rules, claim.claims))
    if isinstance(claim, Comparison) and isinstance(claim.left, Name) and claim.left.name == FINDING:
        right = claim.right
        return frozenset({right.name if isinstance(right, Name) else str(getattr(right, "value", ""))})
    return frozenset()


def _amounts(
    inquiry: Inquiry, cohort: Cohort, members: Mapping[int, datetime], rules: Collection[str]
) -> dict[int, dict[str, int]]:
    """By currency what each flow declares; of each holder what is wrong by the rules that are claimed, else what it
    has."""
    if rules and not cohort.is_flow:
        return _by_currency(cohort.damage(list(members), rules))
    if cohort.is_flow:
        rows = _declared(inquiry, cohort, list(members)) if members else ()
        return {id: {currency: int(units)} for id, units, currency in rows}
    about = inquiry.model.kinds.get(cohort.kind)
    if about is None or about.book is None:
        return {}
    held = [(id, currency, int(units)) for id, _, _, _, currency, units, _ in cohort.held.of(members)]
    return _by_currency(held)


def _by_currency(rows: Iterable[tuple[int, str, int]]) -> dict[int, dict[str, int]]:
    sums: dict[int, dict[str, int]] = {}
    for id, currency, units in rows:
        one = sums.setdefault(id, {})
        one[currency] = one.get(currency, 0) + int(units)
    return sums


def _declared(inquiry: Inquiry, cohort: Cohort, ids: list[int]) -> list[tuple[Any, ...]]:
    """Subject, units and currency of those that had declared it at the moment."""
    if inquiry.cut.is_now:
        return inquiry.rows("who_declared", [ids])
    parameters = {"subjects": ids, "time": inquiry.cut.time}
    return inquiry.rows("who_declared_then", parameters, clock=cohort.clock)


def _sums(inquiry: Inquiry, amounts: Mapping[int, Mapping[str, int]]) -> tuple[Money, ...]:
    total: dict[str, int] = {}
    for one in amounts.values():
        for currency, units in one.items():
            total[currency] = total.get(currency, 0) + units
    return _monies(inquiry, total)


def _monies(inquiry: Inquiry, sums: Mapping[str, int]) -> tuple[Money, ...]:
    return tuple(money(inquiry.model, units, currency) for currency, units in sorted(sums.items()))


def _lines(
    inquiry: Inquiry, shown: Sequence[tuple[datetime, int]], amounts: Mapping[int, Mapping[str, int]]
) -> tuple[WhoLine, ...]:
    rows = inquiry.rows("who_names", [[id for _, id in shown]]) if shown else ()
    names = {id: Subject(kind, key) for id, kind, key in rows}
    return tuple(
        WhoLine(link_of(inquiry, names[id], id), since, _monies(inquiry, amounts.get(id, {}))) for since, id in shown
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
