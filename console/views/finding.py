"""One finding: what cannot be, by which rule, on which evidence, what would resolve it, and who has taken it on."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from audit.access.acknowledged import WHYS
from audit.access.acknowledged import acknowledge as write_down
from audit.answers.findings import finding as ask_finding
from audit.errors import UsageError
from console.asking import asking
from console.visit import Visit, looked


@looked("finding", "findings")
def finding(visit: Visit, id: str) -> HttpResponse:
    with asking(visit, is_now=True) as inquiry:
        page = ask_finding(inquiry, id)
    visit.shows([page.finding.subject, *page.affected, *page.touches])
    return visit.show("finding.html", page.at, page=page, whys=WHYS)


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
