"""What the console's own reading may say in a trail that is narrowed: nothing that rests on withheld entries alone, and
nothing of accounts that were not chosen. How much was left out is counted, and stands in the manifest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from audit.answers.inquiry import Inquiry
from audit.answers.reading.names import PLACE, flow_kinds, linked, subject_id
from audit.answers.shapes import FindingLine, PlaceLine, StateLine, Where
from audit.errors import UnknownSubject
from audit.trails.scope import Scope, Sieve
from audit.values import Subject

PARTS = ("places", "on_its_way", "came_from", "ledger", "states")
ACCOUNTS_MAX = 100  # of one transfer


@dataclass(frozen=True, slots=True)
class Reading:
    """The answers and findings of a trail. `left_out`: how many places, states and findings are not told."""

    wheres: Sequence[Where]
    findings: Sequence[FindingLine]
    left_out: dict[str, int]


def narrowed(inquiry: Inquiry, scope: Scope, wheres: Sequence[Where], findings: Sequence[FindingLine]) -> Reading:
    """All of it where the trail is of everything of its subjects."""
    sieve = Sieve(inquiry, scope, 0)
    if not scope.is_narrowed and not sieve.shared:
        return Reading(wheres, findings, {})
    resting = {line.event.position for where in wheres for line in _lines(where)}
    resting |= {position for finding in findings for position in _events(finding)}
    hidden = sieve.outside(sorted(resting))
    narrow = _Narrow(inquiry, scope, hidden)
    told = [narrow.where(where) for where in wheres]
    kept = [finding for finding in findings if narrow.tells(finding)]
    lost = sum(len(list(_lines(one))) for one in wheres) - sum(len(list(_lines(one))) for one in told)
    left_out = {"places_and_states": lost, "findings": len(findings) - len(kept)}
    return Reading(told, kept, {name: count for name, count in left_out.items() if count})


def _lines(where: Where) -> Iterator[PlaceLine | StateLine]:
    for name in PARTS:
        yield from getattr(where, name)


def _events(finding: FindingLine) -> Iterator[int]:
    yield finding.opened_by.position
    yield from (ref.position for ref in finding.evidence)
    if finding.resolved_by is not None:
        yield finding.resolved_by.position


@dataclass(slots=True)
class _Narrow:
    """`hidden`: the entries that the scope leaves out."""

    inquiry: Inquiry
    scope: Scope
    hidden: frozenset[int]
    _elsewhere: dict[Subject, bool] = field(default_factory=dict)

    def where(self, where: Where) -> Where:
        """What is said of a holder goes: it speaks of all its money and all its payments."""
        parts: dict[str, Any] = {name: tuple(filter(self._keeps, getattr(where, name))) for name in PARTS}
        is_whole = all(len(parts[name]) == len(getattr(where, name)) for name in PARTS)
        told = replace(where, **parts)
        if where.subject.subject.kind not in (PLACE, *flow_kinds(self.inquiry.model)):
            return replace(told, tells="", to_say="")
        return told if is_whole or where.to_say else replace(told, tells="")

    def tells(self, finding: FindingLine) -> bool:
        is_seen = any(at not in self.hidden for at in _events(finding))
        return is_seen and not self._is_elsewhere(finding.subject.subject)

    def _keeps(self, line: PlaceLine | StateLine) -> bool:
        flow = line.flow if isinstance(line, PlaceLine) else None
        return line.event.position not in self.hidden and (flow is None or not self._is_elsewhere(flow.subject))

    def _is_elsewhere(self, subject: Subject) -> bool:
        """Whether it is another account, or something between other accounts, than those that were chosen."""
        if not self.scope.accounts or subject in self.scope.subjects:
            return False
        if subject not in self._elsewhere:
            accounts = self._accounts_of(subject)
            self._elsewhere[subject] = bool(accounts) and accounts.isdisjoint(self.scope.accounts)
        return self._elsewhere[subject]

    def _accounts_of(self, subject: Subject) -> set[Subject]:
        """Those of a lane that names none are its payment's."""
        kinds = sorted({one.kind for one in self.scope.accounts})
        if subject.kind in kinds:
            return {subject}
        try:
            id = subject_id(self.inquiry.connection, subject)
        except UnknownSubject:
            return set()
        return self._linked(id, kinds) or {
            account
            for flow, _, _ in linked(self.inquiry.connection, id, flow_kinds(self.inquiry.model), ACCOUNTS_MAX)
            for account in self._linked(flow, kinds)
        }

    def _linked(self, id: int, kinds: Sequence[str]) -> set[Subject]:
        return {other for _, other, _ in linked(self.inquiry.connection, id, kinds, ACCOUNTS_MAX)}
