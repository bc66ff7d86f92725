"""The one sentence on a customer: which payments went wrong or are late, what else is not explained, and whether the
rest is in order. What goes wrong with one payment is told once, however many findings say so."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from audit.answers.inquiry import Inquiry
from audit.answers.pages.headline import flow_title
from audit.answers.reading.events import events_at, read_events
from audit.answers.reading.flows import Flow, held_and_owed
from audit.answers.reading.movements import Net
from audit.answers.reading.names import CUSTOMER, Known, flow_kinds, links_of, place_kind
from audit.answers.reading.onitsway import nets_under_way
from audit.answers.reading.withheld import holders
from audit.answers.shapes import FindingLine, OpenItem
from audit.answers.shapes.finding import GRAVE
from audit.answers.telling.spoken import is_nobodys, seen
from audit.answers.words import WORDS, sentence, word
from audit.values import Subject

LOADED_MAX = 5  # payments that are read for the sentence, beside those that the page shows
WEAK = frozenset({"illegal_transition"})  # what another rule says of the same is said instead
OF_PARTS = frozenset({"unbalanced_event"})  # found of the account, though it is a payment's event
NAMED_MAX = 3  # of one sort that the sentence names


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is open of one payment, account or customer, the worst first."""

    subject: Subject
    title: str
    lines: Sequence[FindingLine]
    flow: Flow | None

    @property
    def is_of_money(self) -> bool:
        return any(line.is_of_money for line in self.lines)

    @property
    def is_wrong(self) -> bool:
        """It is a payment, and its money is not as it should be."""
        return self.flow is not None and self.is_of_money

    @property
    def is_unexplained(self) -> bool:
        """It is a payment that is wrong, or of which something grave is open."""
        return self.flow is not None and any(line.is_unexplained for line in self.lines)

    @property
    def is_late(self) -> bool:
        """Nothing of it is open but that it has not come in its time."""
        return all(line.is_late for line in self.lines)

    @property
    def is_grave(self) -> bool:
        return any(line.severity in GRAVE for line in self.lines)


def troubled(inquiry: Inquiry, found: Sequence[FindingLine], shown: Sequence[Known]) -> list[Known]:
    """Payments that something open is found of, or of one of their lanes where they are `shown`."""
    kinds, by_key = flow_kinds(inquiry.model), {known.subject.key: known for known in shown}
    above = {CUSTOMER, *holders(inquiry.model)}
    links = [line.subject for line in found if line.is_open and line.subject.subject.kind not in above]
    known = [
        Known(link.subject, link.id) if link.subject.kind in kinds and link.id else by_key.get(link.subject.key)
        for link in links
    ]
    known += _of_events(inquiry, [line for line in found if line.is_open and line.rule in OF_PARTS])
    return list(dict.fromkeys(one for one in known if one is not None))[:LOADED_MAX]


def _of_events(inquiry: Inquiry, found: Sequence[FindingLine]) -> list[Known]:
    """The payments that the events which findings rest on are of, where it is an account that bears the finding."""
    above = {CUSTOMER, *holders(inquiry.model)}
    positions = [ref.position for line in found if line.subject.subject.kind in above for ref in line.evidence]
    if not positions:
        return []
    told = read_events(inquiry, list(events_at(inquiry, positions[:LOADED_MAX]).values()))
    kinds = flow_kinds(inquiry.model)
    links = links_of(inquiry, (tie for one in told for tie in one.ties if tie.kind in kinds))
    return [Known(link.subject, link.id) for link in links.values() if link.id]


def troubles_of(
    inquiry: Inquiry, found: Sequence[FindingLine], flows: Sequence[Flow], mine: Collection[Subject]
) -> list[Trouble]:
    """Open findings by what they are about: a payment's lanes bear its key, and what rests on one of its events is its
    own, whosever account it is found of."""
    shown = {line.id for line in found}
    by_key = {flow.known.subject.key: flow for flow in flows}
    by_event = {row.position: flow.known.subject.key for flow in flows for row in flow.past}
    above = {CUSTOMER, *holders(inquiry.model)}
    groups: dict[tuple[str, str], list[FindingLine]] = {}
    for line in found:
        subject = line.subject.subject
        if not line.is_open:
            continue
        kind, key = (subject.kind if subject.kind in above else "", subject.key)
        of = next((by_event[ref.position] for ref in line.evidence if ref.position in by_event), None) if kind else None
        groups.setdefault(("", of) if of else (kind, key), []).append(line)
    troubles = []
    for (kind, key), lines in groups.items():
        flow = None if kind else by_key.get(key)
        first = [line for line in lines if line.because_of not in shown and not line.is_late] or lines
        if {line.rule for line in first} <= WEAK:
            first = [line for line in lines if not line.is_late] or lines
        title = flow_title(flow, mine) if flow is not None else first[0].subject.title
        counted = [*first, *(line for line in lines if line.is_of_money and line not in first)]
        troubles.append(Trouble(flow.known.subject if flow else first[0].subject.subject, title, counted, flow))
    return troubles


def doubted_of(
    inquiry: Inquiry, found: Sequence[FindingLine], troubles: Sequence[Trouble], shown: Sequence[Known] = ()
) -> set[Subject]:
    """The payments that cannot be explained: those that were read, and of the `shown` ones whose lanes bear such."""
    above = {CUSTOMER, *holders(inquiry.model)}
    named = [line.subject.subject for line in found if line.is_unexplained]
    keys = {subject.key for subject in named if subject.kind not in above}
    read = {one.subject for one in troubles if one.is_unexplained}
    return read | {known.subject for known in shown if known.subject.key in keys}


def answer_of(
    inquiry: Inquiry,
    items: Sequence[OpenItem],
    troubles: Sequence[Trouble],
    is_incomplete: bool,
    mine: Collection[Subject],
) -> str:
    """`troubles` may be of other payments than `items`. `mine` are the customer's accounts."""
    language = inquiry.language
    wrong = [one for one in troubles if one.is_wrong]
    late = [item for item in items if item.is_late and item.flow.subject.key not in {one.subject.key for one in wrong}]
    told = {one.subject.key for one in wrong} | {item.flow.subject.key for item in late}
    rest = [one for one in troubles if one.subject.key not in told]
    arrived = [one for one in rest if one.is_late and one.flow is not None and _has_arrived(one.flow, mine)]
    waits = [one for one in rest if one.is_late and one not in arrived]
    bad = [one for one in rest if one.is_grave and not one.is_late]
    noted = [one for one in rest if not one.is_grave and not one.is_late]
    items = [item for item in items if item.flow.subject.key not in told]
    parts = [*_wrong(inquiry, wrong), *late_of(inquiry, late)]
    if items and not late:
        # that none is late can be said where nothing is in doubt
        name = "open" if not (waits or bad or wrong) else "under_way"
        parts.append(word(language, f"one_{name}" if len(items) == 1 else f"some_{name}", count=len(items)))
    parts += [word(language, "arrived", what=one.title) for one in arrived]
    for ones, name in ((waits, "overdue"), (bad, "unexplained"), (noted, "noted")):
        if ones:
            what = _listed([f"{one.title}: {_in_words(inquiry, one)}" for one in ones])
            parts.append(word(language, f"one_{name}" if len(ones) == 1 else name, count=len(ones), what=what))
    if is_incomplete:
        parts.append(word(language, "not_understood"))
    if not parts:
        return word(language, "all_explained")
    if not (waits or arrived or bad or noted or wrong or is_incomplete):
        parts.append(word(language, "else_explained"))
    return " ".join(parts)


def _has_arrived(flow: Flow, mine: Collection[Subject]) -> bool:
    """Whether all its money rests on one of these accounts, and came from none of them."""
    held, owed, beside = held_and_owed(flow)
    if nets_under_way(flow) or not held:
        return False
    is_mine = all(_owner(flow, net) in mine for net in [*held, *beside])
    return is_mine and not any(_owner(flow, net) in mine for net in owed)


def _owner(flow: Flow, net: Net) -> Subject:
    return Subject(place_kind(flow.inquiry.model, net.place).subject or "", net.place.key)


def _wrong(inquiry: Inquiry, wrong: Sequence[Trouble]) -> list[str]:
    if not wrong:
        return []
    if len(wrong) > 1:
        what = _listed([f"{one.title} ({_clauses(inquiry, one)})" for one in wrong])
        return [word(inquiry.language, "some_wrong", count=len(wrong), what=what)]
    one, clauses = wrong[0], sentence(_clauses(inquiry, wrong[0]))
    if one.flow is not None and is_nobodys(one.flow, one.lines):  # there is no such payment that could have gone wrong
        return [clauses]
    return [word(inquiry.language, "one_wrong", what=one.title), clauses]


def _clauses(inquiry: Inquiry, one: Trouble) -> str:
    """What is known of a payment that went wrong."""
    assert one.flow is not None
    return "; ".join(seen(one.flow, one.lines, one.flow.states()) or [_in_words(inquiry, one)])


def late_of(inquiry: Inquiry, late: Sequence[OpenItem]) -> list[str]:
    """That payments are late; of one alone also what it waits for."""
    if not late:
        return []
    language = inquiry.language
    if len(late) > 1:
        since = min(item.since for item in late)
        return [word(language, "some_late", count=len(late), since=inquiry.time(since))]
    return [word(language, "one_late", what=late[0].title), *([late[0].waits] if late[0].waits else [])]


def _in_words(inquiry: Inquiry, trouble: Trouble) -> str:
    """The worst of it, as a person says it."""
    line = next((one for one in trouble.lines if one.rule not in WEAK), trouble.lines[0])
    name = f"rule_{line.rule}"
    said = word(inquiry.language, name) if name in WORDS["en"] else line.title
    amounts = ", ".join(inquiry.amount(one) for one in line.money if one.units)
    return f"{said} ({amounts})" if amounts and trouble.flow is None else said


def _listed(texts: Sequence[str]) -> str:
    more = ["…"] if len(texts) > NAMED_MAX else []
    return "; ".join([*texts[:NAMED_MAX], *more])
