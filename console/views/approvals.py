"""Four eyes: what somebody asks a second person for, and that person's answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.core import signing
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from audit.access import approvals as four_eyes
from audit.access import corrections, mutes, texts
from audit.access.mask import closed
from audit.access.people import Actor
from audit.answers.inquiry import inquire
from audit.answers.reading.withheld import hidden_among
from audit.database import reading
from audit.erasing import erase as erasing
from audit.erasing.receipts import Receipt, of_approvals
from audit.errors import Refused, UnknownSubject, UsageError
from audit.models import Approval
from audit.values import Subject
from console.asking import know_zone
from console.sending import KIND as LIST
from console.visit import ASKED_SALT, Visit, looked

ROWS_MAX = 100
DECISIONS = {"approve": four_eyes.approve, "refuse": four_eyes.refuse}
DOING: Mapping[str, Callable[[Actor, Approval], object]] = {
    mutes.KIND: mutes.mute,
    corrections.KIND: corrections.write,
    erasing.KIND: erasing.do,
}
ASKED_WITHIN_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Row:
    asked: Approval
    why: str
    role: str  # of who asked, where their name does not say it
    may_decide: bool
    may_do: bool
    file: str  # where who asked for a list fetches it; "" elsewhere
    receipt: Receipt | None = None  # of the erasure that was done


@looked("approvals", "approvals")
def approvals(visit: Visit) -> HttpResponse:
    know_zone(visit)
    found = _known(visit, four_eyes.visible(visit.actor).order_by("-id")[:ROWS_MAX])
    said, done = texts.texts({one.why_id for one in found}), _receipts(found)
    rows = [_row(visit, one, said[one.why_id], done.get(one.id)) for one in found]
    for row in rows:
        (visit.secret_subjects if four_eyes.is_secret(row.asked) else visit.subjects).extend(_subjects(row.asked))
    waiting = [row for row in rows if row.asked.state == "pending"]
    others = [row for row in rows if row.asked.state != "pending"]
    return visit.show("approvals.html", waiting=waiting, others=others, is_cut=len(rows) == ROWS_MAX)


@require_POST
@looked("approvals", "approvals", is_recorded=False)
def approval_ask(visit: Visit) -> HttpResponse:
    """Ask for exactly what was refused: the page that refused it has signed it."""
    post = visit.request.POST
    try:
        asked = signing.loads(post.get("asked", ""), salt=ASKED_SALT, max_age=ASKED_WITHIN_SECONDS)
    except signing.BadSignature:
        raise UsageError("this form is too old: go back to what you wanted to do, and ask from there") from None
    subjects = [Subject.parse(one) for one in asked["subjects"]]
    four_eyes.ask(visit.actor, asked["kind"], asked["what"], post.get("why", ""), asked["details"], subjects)
    return HttpResponseRedirect(reverse("approvals"))


@require_POST
@looked("approvals", "approvals", is_recorded=False)
def approval_decide(visit: Visit, id: int, decision: str) -> HttpResponse:
    decide = DECISIONS.get(decision)
    if decide is None:
        raise UnknownSubject("a request is approved or refused")
    _asked(visit, id)
    decide(visit.actor, id)
    return HttpResponseRedirect(reverse("approvals"))


@require_POST
@looked("approvals", "approvals", is_recorded=False)
def approval_do(visit: Visit, id: int) -> HttpResponse:
    """Who asked does what was approved; each way uses the approval up, and records it."""
    asked = _asked(visit, id)
    if not _may_do(visit, asked):
        raise Refused("only who asked does it, once it is approved")
    DOING[asked.kind](visit.actor, asked)
    return HttpResponseRedirect(f"{reverse('approvals')}#request{asked.id}")


def _receipts(found: Sequence[Approval]) -> Mapping[int, Receipt]:
    erased = [one.id for one in found if one.kind == erasing.KIND and one.state == "used"]
    if not erased:
        return {}
    with reading() as connection:
        return of_approvals(connection, erased)


def _row(visit: Visit, asked: Approval, why: str, receipt: Receipt | None) -> Row:
    role = asked.requester_role if asked.requester_role != asked.requester else ""
    is_mine = asked.requester == visit.actor.name and asked.state == "approved"
    file = asked.what if is_mine and asked.kind == LIST and asked.what[:1] == "/" else ""
    return Row(asked, why, role, four_eyes.may_decide(visit.actor, asked), _may_do(visit, asked), file, receipt)


def _may_do(visit: Visit, asked: Approval) -> bool:
    return asked.state == "approved" and asked.kind in DOING and asked.requester == visit.actor.name


def _asked(visit: Visit, id: int) -> Approval:
    """Raises UnknownSubject for what this person does not see on the page."""
    found = _known(visit, four_eyes.visible(visit.actor).filter(pk=id))
    if not found:
        raise UnknownSubject(
            gettext("there is no request %(id)s of yours, nor one that you may decide") % {"id": id}
        )
    return found[0]


def _known(visit: Visit, asked: QuerySet[Approval]) -> list[Approval]:
    """Without those about somebody of whom this person may not know."""
    rows = list(asked.select_related("why"))
    named = {subject for one in rows for subject in _subjects(one)}
    if not named:
        return rows
    with reading(viewer=visit.actor.viewer) as connection:
        hidden = hidden_among(inquire(connection, closed), named)
    return [one for one in rows if not hidden.intersection(_subjects(one))]


def _subjects(asked: Approval) -> list[Subject]:
    return [Subject.parse(one) for one in asked.why.subjects]
