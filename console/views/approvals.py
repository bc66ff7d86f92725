"""Four eyes: what somebody asks a second person for, and that person's answer."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from audit.access import approvals as four_eyes
from audit.access import texts
from audit.errors import UnknownSubject, UsageError
from audit.models import Approval
from audit.values import Subject
from console.asking import know_zone
from console.visit import ASKED_SALT, Visit, looked

ROWS_MAX = 100
DECISIONS = {"approve": four_eyes.approve, "refuse": four_eyes.refuse}
ASKED_WITHIN_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Row:
    asked: Approval
    why: str
    may_decide: bool


@looked("approvals", "approvals")
def approvals(visit: Visit) -> HttpResponse:
    know_zone(visit)
    found = list(four_eyes.visible(visit.actor).order_by("-id")[:ROWS_MAX])
    said = texts.texts({one.why_id for one in found})
    rows = [Row(one, said[one.why_id], four_eyes.may_decide(visit.actor, one)) for one in found]
    visit.subjects = [subject for row in rows for subject in _subjects(row.asked)]
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
    decide(visit.actor, id)
    return HttpResponseRedirect(reverse("approvals"))


def _subjects(asked: Approval) -> list[Subject]:
    return [Subject.parse(one) for one in asked.why.subjects]
