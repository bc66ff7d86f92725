"""Four eyes: some things need a second person, whoever asks. Here they are asked for, decided, and used up, once.

The table's constraint and trigger hold the same rule against whoever writes to it directly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from audit.access import looks, people, texts
from audit.access.looks import Look
from audit.access.people import Actor
from audit.access.reasons import SECRET as SECRET_CODES
from audit.access.reasons import Reason, under_secrecy
from audit.errors import Refused, UnknownSubject, UsageError
from audit.models import Approval
from audit.values import Subject


class Kind(NamedTuple):
    """Which right asks for it, and which one approves it."""

    ask: str
    approve: str


KINDS: Mapping[str, Kind] = {
    "bulk_unmask": Kind("unmask", "approve"),
    "list_export": Kind("download", "approve"),
    "erasure": Kind("erase", "approve_erasure"),
    "shorten_retention": Kind("retain", "approve_erasure"),
    "mute_rule": Kind("mute", "approve"),
    "correction_note": Kind("correct", "approve"),
}
SECRET = {"is_secret": True}  # among the details of a request of which only those with the right `secrecy` may know


class ApprovalMissing(Refused):
    """It needs a second person, who has not approved it. `subjects` are those that it is about; `waiting` is the
    number of the request that nobody has decided yet."""

    def __init__(
        self, kind: str, what: str, details: Mapping[str, object], subjects: Sequence[Subject], waiting: int | None
    ) -> None:
        todo = f"request {waiting} waits for them" if waiting else "ask for it first"
        super().__init__(f"this needs a second person ({kind}: {what}): {todo}, on the console's page Approvals")
        self.kind, self.what, self.details, self.subjects, self.waiting = kind, what, details, subjects, waiting

    @property
    def on_terminal(self) -> str:
        """For commands that ask with an option of their own."""
        return str(self) if self.waiting else f"{self}; ask with --why TEXT"


def ask(
    actor: Actor,
    kind: str,
    what: str,
    why: str,
    details: Mapping[str, object] | None = None,
    subjects: Sequence[Subject] = (),
    reason: Reason | None = None,
) -> Approval:
    """Ask for it; recorded. Raises Refused without the right, UsageError where the same is asked for already."""
    details = _about(details, reason)
    _require_person(actor, _kind(kind).ask)
    if not what or len(what) > 2000:
        raise UsageError("say what is to be approved")
    _expire()
    try:
        with transaction.atomic():
            asked = Approval.objects.create(
                kind=kind,
                what=what,
                why=texts.keep(why, subjects),
                details=dict(details),
                requester=actor.name,
                requester_role=actor.role,
            )
            _record(actor, "approval_request", asked, "asked for", subjects)
    except IntegrityError:
        raise UsageError("the same is asked for already, and nobody has decided: see the page Approvals") from None
    asked.refresh_from_db()
    return asked


def approve(actor: Actor, number: int) -> Approval:
    """Allow what another person asked for; recorded. Raises Refused, UnknownSubject."""
    return _decide(actor, number, "approved")


def refuse(actor: Actor, number: int) -> Approval:
    """Say no; recorded. Raises Refused, UnknownSubject."""
    return _decide(actor, number, "refused")


def take(
    actor: Actor,
    kind: str,
    what: str,
    details: Mapping[str, object] | None = None,
    subjects: Sequence[Subject] = (),
    sizes: Mapping[str, int] | None = None,
    reason: Reason | None = None,
) -> Approval:
    """Use up the approval of exactly this, given to this person; recorded. Of `sizes` it allows no more than
    its details name. For a `reason` under secrecy only what was asked for so counts.
    Raises ApprovalMissing, Refused."""
    _require_person(actor, _kind(kind).ask)
    details = _about(details, reason)
    with transaction.atomic():
        enough = {f"details__{name}__gte": size for name, size in (sizes or {}).items()}
        mine = given(actor, kind, what).filter(**enough)
        if details.get("is_secret"):
            mine = mine.filter(details__contains=SECRET)
        found = mine.order_by("id").select_for_update(skip_locked=True).first()
        if found is None:
            waiting = _asked(actor, kind, what).filter(state="pending").order_by("id").first()
            raise ApprovalMissing(kind, what, details, subjects, waiting.pk if waiting else None)
        found.state = "used"
        found.save(update_fields=["state"])
        _record(actor, "approval", found, "used", subjects)
    return found


def given(actor: Actor, kind: str, what: str) -> QuerySet[Approval]:
    """What others have approved for this person, and is not used up."""
    return _asked(actor, kind, what).filter(state="approved")


def is_asked(actor: Actor, kind: str, what: str) -> bool:
    """Whether this person's request for exactly this waits for somebody, or for being used up."""
    return _asked(actor, kind, what).exists()


def visible(actor: Actor) -> QuerySet[Approval]:
    """One's own requests, and those that one may decide."""
    _expire()
    rights = [name for name, kind in KINDS.items() if actor.may(kind.approve)]
    others = Q(kind__in=rights) if actor.may("secrecy") else Q(kind__in=rights) & ~Q(details__contains=SECRET)
    return Approval.objects.filter(Q(requester=actor.name) | others)


def is_secret(asked: Approval) -> bool:
    return bool(asked.details.get("is_secret"))


def may_decide(actor: Actor, asked: Approval) -> bool:
    is_another = asked.requester.casefold() != actor.name.casefold()
    if asked.state != "pending" or not is_another or actor.is_system:
        return False
    return actor.may(KINDS[asked.kind].approve) and (actor.may("secrecy") or not is_secret(asked))


def _asked(actor: Actor, kind: str, what: str) -> QuerySet[Approval]:
    mine = Approval.objects.filter(kind=kind, what=what, requester=actor.name, state__in=("pending", "approved"))
    return mine.filter(expires_at__gt=timezone.now())


def _about(details: Mapping[str, object] | None, reason: Reason | None) -> Mapping[str, object]:
    """With whether it is secret: so is what is done for a reason under secrecy."""
    return {**(details or {}), **(SECRET if reason is not None and reason.code in SECRET_CODES else {})}


def _decide(actor: Actor, number: int, state: str) -> Approval:
    with transaction.atomic():
        asked = Approval.objects.select_for_update().filter(pk=number).first()
        if asked is None or (is_secret(asked) and not actor.may("secrecy")):
            raise UnknownSubject(f"there is no request {number}")
        _require_person(actor, KINDS[asked.kind].approve)
        if asked.requester.casefold() == actor.name.casefold():
            raise Refused("another person than the one who asked must decide it, whatever the role")
        if asked.state != "pending" or asked.expires_at <= timezone.now():
            raise Refused("this request is decided already or has expired: ask again")
        asked.state, asked.approver = state, actor.name
        asked.save(update_fields=["state", "approver"])
        _record(actor, "approval" if state == "approved" else "approval_refusal", asked, state, ())
    return asked


def _expire() -> None:
    old = Approval.objects.filter(state__in=("pending", "approved"), expires_at__lte=timezone.now())
    old.update(state="expired")


def _record(actor: Actor, kind: str, asked: Approval, outcome: str, subjects: Sequence[Subject]) -> None:
    about = subjects or [Subject.parse(one) for one in asked.why.subjects]
    details = {"approval": asked.pk, "of": asked.kind, "what": asked.what, "requester": asked.requester,
               "approver": asked.approver, "text": asked.why_id, **asked.details}  # fmt: skip
    reason = under_secrecy(None) if is_secret(asked) else None
    looks.record(actor, Look(kind, "approvals", about, reason, outcome=outcome, details=details))


def _require_person(actor: Actor, right: str) -> None:
    if actor.is_system:
        raise Refused("this needs two people, and the system is none: say who asks with --as USER")
    people.require(actor, right)


def _kind(kind: str) -> Kind:
    try:
        return KINDS[kind]
    except KeyError:
        raise UsageError(f"{kind!r} needs no approval: it is one of {', '.join(KINDS)}") from None
