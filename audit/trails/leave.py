"""Whether a trail needs a second person, and whose leave it has. A trail of one customer needs none: of others it shows
stubs. One that shows several customers is a list of them."""

from __future__ import annotations

from collections.abc import Sequence

from audit.access import approvals
from audit.access.people import Actor
from audit.access.reasons import Reason, under_secrecy
from audit.answers.reading.names import PLACE
from audit.models import Approval as Row
from audit.trails.asked import Approval
from audit.trails.scope import Scope
from audit.values import Subject

KIND = "list_export"


def needs_second(scope: Scope, customers: Sequence[Subject]) -> bool:
    """`customers` are those whose events it may show; a place that is nobody's shows many."""
    if scope.side is not None:
        return False
    is_place = any(subject.kind == PLACE for subject in scope.subjects)
    return len(set(customers)) > 1 or (is_place and not customers)


def what_of(scope: Scope) -> str:
    """What a second person approves, in words that do not change."""
    narrowed = [f"accounts {', '.join(map(str, scope.accounts))}"] if scope.accounts else []
    narrowed += [f"since {scope.since:%Y-%m-%d %H:%M} UTC"] if scope.since else []
    return " ".join([f"the trail of {scope.title}", *narrowed])


def taken(actor: Actor, scope: Scope, customers: Sequence[Subject], reason: Reason | None) -> Approval | None:
    """The leave that it has, used up by this; None: it needs none. Raises ApprovalMissing."""
    if not needs_second(scope, customers):
        return None
    about = [*scope.subjects, *customers]
    return _of(approvals.take(actor, KIND, what_of(scope), {}, about, reason=_reason(scope, reason)))


def ask(actor: Actor, scope: Scope, customers: Sequence[Subject], why: str, reason: Reason | None) -> Row | None:
    """Ask a second person for it; None: it needs none. Raises Refused, UsageError."""
    if not needs_second(scope, customers):
        return None
    about = [*scope.subjects, *customers]
    return approvals.ask(actor, KIND, what_of(scope), why, {}, about, _reason(scope, reason))


def _reason(scope: Scope, reason: Reason | None) -> Reason | None:
    return under_secrecy(reason) if scope.is_secret else reason


def approval_numbered(number: int) -> Approval:
    return _of(Row.objects.get(pk=number))


def _of(row: Row) -> Approval:
    return Approval(row.pk, row.approver or "", row.decided_at or row.asked_at)
