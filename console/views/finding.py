"""One finding: what cannot be, by which rule, on which evidence, and what would resolve it."""

from __future__ import annotations

from django.http import HttpResponse

from audit.answers.findings import finding as ask_finding
from console.asking import asking
from console.visit import Visit, looked


@looked("finding", "findings")
def finding(visit: Visit, id: str) -> HttpResponse:
    with asking(visit, is_now=True) as inquiry:
        page = ask_finding(inquiry, id)
    visit.shows([page.finding.subject])
    return visit.show("finding.html", page.at, page=page)
