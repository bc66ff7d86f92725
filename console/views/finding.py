"""One finding: what cannot be, by which rule, on which evidence, what would resolve it, and who has taken it on."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from audit.access import corrections, mutes
from audit.access.acknowledged import WHYS
from audit.access.acknowledged import acknowledge as write_down
from audit.answers.pages.findings import finding as ask_finding
from audit.errors import UsageError
from console.asking import asking
from console.forms import day_in
from console.visit import Visit, looked


@looked("finding", "findings")
def finding(visit: Visit, id: str) -> HttpResponse:
    with asking(visit, is_now=True) as inquiry:
        page = ask_finding(inquiry, id)
    visit.shows([page.finding.subject, *page.affected, *page.touches])
    notes = corrections.corrections(page.finding.subject.subject, id)
    return visit.show("finding.html", page.at, page=page, whys=WHYS, notes=notes)


@require_POST
@looked("finding", "mute", is_recorded=False)
def finding_mute(visit: Visit, id: str) -> HttpResponse:
    """Ask a second person to mute the rule, for this finding's subject or for everyone."""
    post = visit.request.POST
    with asking(visit, is_now=True) as inquiry:
        found = ask_finding(inquiry, id).finding
    until = day_in(post, "until")
    if until is None:
        raise UsageError("say until which day it is muted")
    subject = None if post.get("whom") == "everyone" else found.subject.subject
    mutes.ask(visit.actor, found.rule, subject, until, post.get("why", ""))
    return HttpResponseRedirect(reverse("approvals"))


@require_POST
@looked("finding", "correct", is_recorded=False)
def finding_correct(visit: Visit, id: str) -> HttpResponse:
    """Ask a second person to let a note stand of what was put right by hand."""
    with asking(visit, is_now=True) as inquiry:
        page = ask_finding(inquiry, id)
    customers = [link.subject for link in page.affected]
    corrections.ask(visit.actor, page.finding.subject.subject, id, visit.request.POST.get("text", ""), customers)
    return HttpResponseRedirect(reverse("approvals"))


@require_POST
@looked("finding", "acknowledge", is_recorded=False)
def acknowledge(visit: Visit, id: str) -> HttpResponse:
    """Recorded by itself: the record is what it does."""
    post = visit.request.POST
    with asking(visit, is_now=True) as inquiry:
        found = ask_finding(inquiry, id).finding
    if found.state == "resolved":
        raise UsageError("the finding is resolved: there is nothing to take on any more")
    owner = post.get("owner", "").strip() or visit.actor.name
    write_down(visit.actor, id, found.subject.subject, owner, post.get("why", ""), post.get("ticket", ""))
    return HttpResponseRedirect(reverse("finding", args=[id]))
