"""What cannot be explained: findings with their sentences, evidence and what would resolve them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from audit.access import mutes
from audit.access.acknowledged import acknowledged
from audit.answers.inquiry import Inquiry, Question
from audit.answers.reading.cut import END
from audit.answers.reading.events import Told, events_at, read_events
from audit.answers.reading.names import customers_of, flow_kinds, flow_lanes, link_of, links_of, money
from audit.answers.reading.standing import Stood, of_findings, stood
from audit.answers.reading.unfolded import unfolded
from audit.answers.shapes import FindingLine, FindingPage, Link, Page, RuleLine
from audit.answers.telling.lines import event_lines, surroundings
from audit.answers.telling.worded import worded
from audit.errors import UnknownSubject
from audit.findings.catalogue import RULES
from audit.findings.rule import HEALED, SORT
from audit.values import EventRef, Subject

FINDINGS_SHOWN = 50
EVIDENCE_SHOWN = 50
SCARCE = 300  # no more findings than this are gone through by every page rather than the links of its payments
CUSTOMERS_MAX = 1_000  # whom one page's evidence touches

STAFF = "staff"  # findings are about it; it has no page

Row = tuple[Any, ...]


def finding(inquiry: Inquiry, identifier: str) -> FindingPage:
    """One finding with its evidence told. Raises UnknownSubject."""
    rows = inquiry.rows("answer_finding", {"id": identifier, "hides": list(inquiry.hides)})
    found = {line.id: line for line in finding_lines(inquiry, rows)}
    if identifier not in found:
        raise UnknownSubject(f"there is no finding {identifier}: new rules or a rebuild may have taken it back")
    line = found[identifier]
    positions = [ref.position for ref in line.evidence][:EVIDENCE_SHOWN]
    fresh = unfolded(inquiry)
    events = sorted(events_at(inquiry, positions).values(), key=lambda row: (*row.key, row.position))
    told = read_events(inquiry, events, fresh.finality)
    causes = tuple(one for one in found.values() if one.id == line.because_of)
    follows = tuple(one for one in found.values() if one.because_of == line.id)
    rule = next((r for r in rule_lines(inquiry) if r.rule == line.rule), None)
    return FindingPage(
        finding=line,
        at=inquiry.as_of(),
        model=inquiry.model.hash,
        explains=RULES[line.rule].means(inquiry.language) if line.rule in RULES else "",
        evidence=tuple(event_lines(inquiry, told, surroundings(inquiry, told, fresh), 0)),
        causes=causes,
        follows=follows,
        like_this=(rule.open + rule.resolved - 1) if rule else 0,
        affected=_affected(inquiry, line.subject),
        taken=acknowledged(inquiry.connection, [identifier]).get(identifier),
        touches=_touched(inquiry, told, [one.subject.subject for one in (line, *causes, *follows)]),
    )


def _affected(inquiry: Inquiry, subject: Link) -> tuple[Link, ...]:
    """The customers that the finding's subject belongs to."""
    customers = customers_of(inquiry.connection, subject.subject, subject.id)
    links = links_of(inquiry, customers)
    return tuple(links[one] for one in customers)


def _touched(inquiry: Inquiry, told: Sequence[Told], named: Sequence[Subject]) -> tuple[Link, ...]:
    """Whose events these are, what they are tied to, and the customers of all of them: who is looked at here."""
    links = links_of(inquiry, [*named, *(subject for one in told for subject in (one.subject, *one.ties))])
    ids = [link.id for link in links.values() if link.id]
    for id, kind, key in inquiry.rows("answer_customers_of_many", {"subjects": ids, "limit": CUSTOMERS_MAX}):
        links[Subject(kind, key)] = link_of(inquiry, Subject(kind, key), id)
    return tuple(links[one] for one in sorted(links))


def subject_of_finding(inquiry: Inquiry, identifier: str) -> tuple[Subject, int]:
    """Whose finding it is, for the door. Raises UnknownSubject."""
    _, subject, id = rule_and_subject(inquiry, identifier)
    return subject, id


def rule_and_subject(inquiry: Inquiry, identifier: str) -> tuple[str, Subject, int]:
    """Raises UnknownSubject."""
    for row in inquiry.rows("answer_finding", {"id": identifier, "hides": list(inquiry.hides)}):
        if row[0] == identifier:
            return row[1], Subject(row[3], row[4]), row[14]
    raise UnknownSubject(f"there is no finding {identifier}")


def findings_of(
    inquiry: Inquiry,
    subjects: Sequence[int],
    linked_to: int = 0,
    kinds: Sequence[str] = (),
    limit: int = FINDINGS_SHOWN,
    events: Collection[int] = (),
    *,
    of_payments: bool = False,
) -> Page[FindingLine]:
    """Findings of these subjects, of those `kinds` that are linked with `linked_to`, and of whoever it is with one of
    these `events` in evidence; the open ones first. `of_payments`: also of the lanes of its newest payments.

    Those that were opened after the moment are left out; a later resolution is told.
    """
    asked = findings_asked(inquiry, subjects, linked_to, kinds, limit, events, of_payments=of_payments)
    rows = inquiry.answer(asked)
    lines = finding_lines(inquiry, rows[:limit])
    return Page(tuple(lines), len(rows) if len(rows) <= limit else None, limit)


def findings_asked(
    inquiry: Inquiry,
    subjects: Sequence[int],
    linked_to: int = 0,
    kinds: Sequence[str] = (),
    limit: int = FINDINGS_SHOWN,
    events: Collection[int] = (),
    *,
    of_payments: bool = False,
) -> Question:
    """What `findings_of` asks."""
    parameters = {
        "subjects": list(subjects),
        "linked_to": linked_to,
        "kinds": list(kinds),
        "flows": flow_kinds(inquiry.model) if of_payments else [],
        "lanes": flow_lanes(inquiry.model) if of_payments else [],
        "scarce": SCARCE,
        "events": list(events),
        "hides": list(inquiry.hides),
        "limit": limit + 1,
        "moment": inquiry.cut.time or END,
    }
    return Question("answer_findings_of", parameters, of_findings(inquiry.cut))


def finding_lines(inquiry: Inquiry, rows: Sequence[Row]) -> list[FindingLine]:
    refs = _refs(inquiry, (position for row in rows for position in (row[7], row[9], *row[11]) if position))
    standing = mutes.muted(inquiry.connection, {row[1] for row in rows})
    times = stood(inquiry, rows)
    return [_line(inquiry, row, refs, mutes.muted_until(standing, row[1], Subject(row[3], row[4])), times[row[0]])
            for row in rows]  # fmt: skip


def rule_lines(inquiry: Inquiry) -> tuple[RuleLine, ...]:
    """Every rule that ever found something, the worst first."""
    lines = [_rule(inquiry, row) for row in inquiry.rows("answer_rules", {"hides": list(inquiry.hides)})]
    order = ["critical", "high", "medium", "info"]
    return tuple(sorted(lines, key=lambda line: (not line.open, order.index(line.severity), -line.open, line.rule)))


def _rule(inquiry: Inquiry, row: Row) -> RuleLine:
    name, opened, resolved, since, sums, muted = row
    rule = RULES.get(name)
    return RuleLine(
        name,
        rule.title if rule else name,
        rule.severity.value if rule else "info",
        opened,
        resolved,
        since,
        tuple(money(inquiry.model, int(units), currency) for currency, units in sorted(sums.items())),
        muted,
    )


def _refs(inquiry: Inquiry, positions: Iterable[int]) -> Mapping[int, EventRef]:
    """By position, in story order."""
    wanted = sorted(set(positions))
    if not wanted:
        return {}
    rows = inquiry.rows("answer_refs", [wanted])
    return {position: EventRef(source, event_id, position) for position, source, event_id in rows}


def _line(
    inquiry: Inquiry, row: Row, refs: Mapping[int, EventRef], muted_until: date | None, stood: Stood
) -> FindingLine:
    (
        identifier,
        name,
        severity,
        kind,
        key,
        state,
        opened_at,
        opened_by,
        resolved_at,
        resolved_by,
        because_of,
        evidence,
        numbers,
        sums,
        subject_id,
    ) = row
    rule, told = RULES.get(name), set(evidence)
    numbers = worded(inquiry, numbers)
    was_open = bool(stood.until and inquiry.cut.time and stood.until > inquiry.cut.time)
    sort = str(numbers.get(SORT, ""))
    if rule and HEALED in rule.sentences and state != "open" and not was_open:
        numbers[SORT] = HEALED
    return FindingLine(
        id=identifier,
        rule=name,
        title=rule.title if rule else name,
        severity=severity,
        subject=link_of(inquiry, Subject(kind, key), 0 if kind == STAFF else subject_id),
        state=state,
        says=rule.says(numbers, inquiry.language) if rule else name,
        in_short=rule.in_short(numbers, inquiry.language) if rule else name,
        opened_at=opened_at,
        opened_by=refs[opened_by],
        evidence=tuple(ref for position, ref in refs.items() if position in told),
        because_of=because_of,
        resolved_at=resolved_at,
        resolved_by=refs.get(resolved_by) if resolved_by else None,
        would_resolve=rule.would_resolve(numbers, inquiry.language) if rule else "",
        money=tuple(money(inquiry.model, int(units), currency) for units, currency in sums),
        muted_until=muted_until,
        was_open=was_open,
        sort=sort,
        is_ahead=bool(inquiry.cut.time and stood.since > inquiry.cut.time),
    )
