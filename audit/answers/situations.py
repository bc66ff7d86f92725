"""What makes others like a subject, a finding, a step, a state or a place: the situations that it is in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from audit.answers.claims.cohort import OF_PAYMENTS, Cohort
from audit.answers.inquiry import Inquiry, event_key
from audit.answers.pages.findings import findings_of, rule_and_subject
from audit.answers.reading.events import events_at, read_events
from audit.answers.reading.flows import load_flow
from audit.answers.reading.names import CUSTOMER, PLACE, flow_kinds, known
from audit.answers.reading.places import parse_place
from audit.answers.reading.unfolded import unfolded
from audit.answers.reading.withheld import hidden_numbers, holders
from audit.answers.shapes import FindingLine
from audit.answers.when import claim_of
from audit.answers.why import why
from audit.errors import UnknownSubject, UsageError
from audit.values import Subject

OVERDUE = frozenset({"missing_reaction", "stuck"})
EVENT, FINDING, STATE, EVERYONE = "event", "finding", "state", "*"
SITUATIONS_MAX = 12  # of one customer or account
FINDINGS_MAX = 1_000  # of one subject


@dataclass(frozen=True, slots=True)
class Situation:
    """A kind and the claim that makes two of it alike. `subject` is whose situation it is, where it is somebody's."""

    kind: str
    expression: str
    subject: Subject | None = None


def situation_of(inquiry: Inquiry, like: Subject) -> Situation:
    """What makes others like it: of a customer and an account, what its gravest trouble does. Raises UnknownSubject,
    UsageError."""
    return next(_situations(inquiry, like))


def situations_of(inquiry: Inquiry, like: Subject) -> list[Situation]:
    """Each trouble of a customer or an account, the gravest first; of anything else the situation that it is in."""
    return list(islice(_situations(inquiry, like), SITUATIONS_MAX))


def is_one(inquiry: Inquiry, like: Subject) -> bool:
    """Whether it names somebody or something of the bank's, not a kind, a finding, an event, a state or a place."""
    return like.key != EVERYONE and like.kind in inquiry.model.kinds


def _situations(inquiry: Inquiry, like: Subject) -> Iterator[Situation]:
    if like.key == EVERYONE:
        if like.kind not in inquiry.model.kinds:
            raise UsageError(f"{like.kind} is no kind: there are {', '.join(sorted(inquiry.model.kinds))}")
        yield Situation(like.kind, "")
    elif like.kind == PLACE:
        yield _of_place(inquiry, like)
    elif _is_holder(inquiry, like):
        yield from _of_holder(inquiry, like)
    elif like.kind in inquiry.model.kinds:
        yield _of_subject(inquiry, like)
    elif like.kind == FINDING:
        yield _of_finding(inquiry, like.key)
    elif like.kind == EVENT:
        yield _of_event(inquiry, like.key)
    elif like.kind == STATE:
        yield _of_state(inquiry, like.key)
    else:
        known(inquiry, like, None)
        raise UsageError(f"{like.kind} is no kind that a claim can be about")


def _of_holder(inquiry: Inquiry, like: Subject) -> Iterator[Situation]:
    """Those of its payments, and what is found of itself or of an account: the gravest first. Nothing open is no
    situation."""
    told, all = set(), _open(_found(inquiry, like))
    ids, payments = {one.id for one in all}, set[Subject]()
    for one in all:
        payment = _flow_of(inquiry, one.subject.subject)
        if one.because_of in ids or payment in payments:
            continue  # its cause says it, or another finding of the same payment did
        if payment is not None:
            payments.add(payment)
        found = _of_found(inquiry, one)
        if found.expression and (found.kind, found.expression) not in told:
            told.add((found.kind, found.expression))
            yield found
    if not told:
        yield Situation(like.kind, "", like)


def _of_found(inquiry: Inquiry, one: FindingLine) -> Situation:
    """A payment's is what is open of it. What is found of an account is told of the account, from whichever page it is
    asked; where a payment explains it, it is the payment's."""
    subject = one.subject.subject
    flow = _flow_of(inquiry, subject)
    if flow is None and _is_holder(inquiry, subject):
        flow = _explaining(inquiry, one)
        if flow is None:
            return Situation(subject.kind, f"{subject.kind}.finding = {one.named}", subject)
    return _of_own(inquiry, flow) if flow is not None else Situation(subject.kind, f"finding = {one.named}", subject)


def _explaining(inquiry: Inquiry, one: FindingLine) -> Subject | None:
    """The payment that is found wrong by the event that opened what is found of an account, or the same before."""
    same = findings_of(inquiry, [one.subject.id], limit=FINDINGS_MAX).rows
    opened = [line.opened_by.position for line in same if line.named == one.named and line.opened_at <= one.opened_at]
    beside = findings_of(inquiry, [], events=opened).rows
    wrong = (other.subject.subject for other in beside if other.is_open and other.rule in OF_PAYMENTS)
    return next((_flow_of(inquiry, subject) for subject in wrong if not _is_holder(inquiry, subject)), None)


def _is_holder(inquiry: Inquiry, subject: Subject) -> bool:
    return subject.kind == CUSTOMER or subject.kind in holders(inquiry.model)


def _of_subject(inquiry: Inquiry, like: Subject) -> Situation:
    """Its own; of a payment of which nothing is open, that of whose finding rests on one of its events."""
    found = _of_own(inquiry, like)
    if found.expression or like.kind not in flow_kinds(inquiry.model):
        return found
    fresh = unfolded(inquiry)
    flow = load_flow(inquiry, known(inquiry, like, fresh), fresh)
    beside = _open(findings_of(inquiry, [], events=list(flow.told)).rows) if flow.told else []
    return next((one for one in (_of_found(inquiry, line) for line in beside) if one.expression), found)


def _of_own(inquiry: Inquiry, like: Subject) -> Situation:
    """A payment's is what is open of it: its findings and no more; while it waits, its states too. A lane's is its
    payment's, where something is found of it."""
    answer = why(inquiry, like)
    found = _open(answer.findings.rows)
    is_flow = like.kind in flow_kinds(inquiry.model)
    flow = None if is_flow or not found else _flow_of(inquiry, found[0].subject.subject)
    if flow is not None:
        return _of_own(inquiry, flow)
    late = [one for one in found if one.is_late and one.because_of is None and one.rule in OVERDUE]
    same = [*late, *(one for one in found if one.is_doubt or one.is_noted)] or found[:1]
    if not same and not answer.waiting and is_flow:
        return Situation(like.kind, "", like)
    claims = [f"{one.line.lane}.state = {one.line.state}" for one in answer.states if not one.line.item]
    claims += [f"waiting = {one.after_type}" for one in answer.waiting if one.expectation is not None]
    claims += [f"finding = {one.named}" for one in same]
    if same and (same[0].is_of_money or is_flow):
        claims += _not_more(inquiry, Cohort(inquiry, like.kind), answer.subject.id, list(dict.fromkeys(claims)))
    return Situation(like.kind, " and ".join(dict.fromkeys(claims)), like)


def _open(found: Sequence[FindingLine]) -> list[FindingLine]:
    """The open ones, the gravest first."""
    return sorted((one for one in found if one.is_open), key=_gravity)


def _gravity(one: FindingLine) -> tuple[bool, bool, bool, bool]:
    return not one.is_doubt, not one.is_late, not one.is_noted, one.because_of is not None


def _flow_of(inquiry: Inquiry, subject: Subject) -> Subject | None:
    """The payment that something is, or that it is a lane of."""
    flows = flow_kinds(inquiry.model)
    if subject.kind in flows:
        return subject
    if _is_holder(inquiry, subject):
        return None
    rows = inquiry.rows("who_flow_of", {"kind": subject.kind, "key": subject.key, "kinds": sorted(flows)})
    return next((Subject(kind, key) for kind, key in rows), None)


def _found(inquiry: Inquiry, like: Subject) -> Sequence[FindingLine]:
    """A customer's and an account's are those of the payments too."""
    apart = {CUSTOMER} if like.kind == CUSTOMER else {CUSTOMER, *holders(inquiry.model)}
    kinds, id = [kind for kind in inquiry.model.kinds if kind not in apart], known(inquiry, like, None).id
    return findings_of(inquiry, [id], id, kinds, of_payments=True).rows


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
    rule, subject, id = rule_and_subject(inquiry, identifier)
    one = next((one for one in findings_of(inquiry, [id], limit=FINDINGS_MAX).rows if one.id == identifier), None)
    found = _of_found(inquiry, one) if one is not None else None
    if found is not None and "finding = " in found.expression:
        return found
    return Situation(subject.kind, f"finding = {one.named if one is not None else rule}", subject)


def _of_state(inquiry: Inquiry, text: str) -> Situation:
    lane, slash, state = text.partition("/")
    if not slash or lane not in inquiry.model.lanes:
        raise UsageError(f"{Subject(STATE, text)} names no state: write state:LANE/STATE")
    return Situation(_kind_of_lane(inquiry, lane), f"{lane}.state = {state}")


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
