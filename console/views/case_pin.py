"""Pinning to a case what a page shows: an answer, events, a finding; each as it is at this moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from audit.access.mask import closed
from audit.access.reasons import under_secrecy
from audit.answers.pages.findings import subject_of_finding
from audit.answers.reading.names import link_of
from audit.cases import adding
from audit.cases.reading import open_cases, outline
from audit.errors import UsageError
from audit.values import Subject
from console.asking import asking, enter
from console.forms import whole_number
from console.visit import Visit, looked

NEW = "new"


@require_http_methods(["GET", "POST"])
@looked("case", "work_cases")
def case_pin(visit: Visit, kind: str, id: int) -> HttpResponse:
    """The form asks which case; sent, it pins what was chosen of a subject whose door is open."""
    event, post = visit.number("event"), visit.request.POST
    with asking(visit) as inquiry:
        subject, inquiry = enter(visit, inquiry, kind, id)
        if visit.request.method == "POST":
            masked = replace(inquiry, mask=closed)  # what is kept for good holds nothing personal

            def pin(case: int) -> None:
                for question in post.getlist("answer"):
                    adding.pin_answer(visit.actor, case, masked, question, subject)
                if event is not None:
                    adding.pin_event(visit.actor, case, masked, subject, event)

            if event is None and not post.getlist("answer"):
                raise UsageError("choose what to pin")
            return _pinned(visit, pin, subject)
    title = link_of(inquiry, subject, id).title
    return visit.show("case_pin.html", title=title, event=event, cases=open_cases(visit.actor), is_finding=False)


@require_http_methods(["GET", "POST"])
@looked("case", "work_cases")
def case_pin_finding(visit: Visit, id: str) -> HttpResponse:
    with asking(visit, is_now=True) as inquiry:
        subject, _ = subject_of_finding(inquiry, id)
        visit.subjects.append(subject)
        if visit.request.method == "POST":
            masked = replace(inquiry, mask=closed)
            return _pinned(visit, lambda case: adding.pin_finding(visit.actor, case, masked, id), subject)
        title = link_of(inquiry, subject).title
    return visit.show("case_pin.html", title=title, event=None, cases=open_cases(visit.actor), is_finding=True)


def _pinned(visit: Visit, pin: Callable[[int], None], subject: Subject) -> HttpResponse:
    post = visit.request.POST
    chosen = post.get("case", "")
    with transaction.atomic():  # no case is opened for a pin that is refused, and of several pins none stays alone
        if chosen == NEW:
            secret = post.get("is_secret") == "1"
            _keep_secret(visit, secret)
            number = adding.open_case(visit.actor, post.get("question", ""), subject, is_secret=secret)
        else:
            number = _existing(visit, whole_number(chosen))
        pin(number)
    visit.outcome, visit.details = "pinned", {"case": number}
    return HttpResponseRedirect(reverse("case", args=[number]))


def _existing(visit: Visit, number: int | None) -> int:
    if number is None:
        raise UsageError("choose a case")
    _keep_secret(visit, outline(visit.actor, number).is_secret)
    return number


def _keep_secret(visit: Visit, is_secret: bool) -> None:
    if is_secret:
        visit.reason = under_secrecy(visit.grant.reason if visit.grant else None)
