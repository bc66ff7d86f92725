"""What the rules cannot explain. Findings name subjects but hold nothing personal, so that they need no reason."""

from __future__ import annotations

from dataclasses import asdict, fields

from django.http import HttpResponse

from audit.answers.pages.listed_findings import CHOICES, Chosen
from audit.answers.pages.listed_findings import findings as ask_findings
from console.asking import asking
from console.listing import gather
from console.lists import FINDINGS
from console.sending import send
from console.visit import Visit, looked

PARTS = {"list": "_findings_list.html"}


@looked("findings", "findings")
def findings(visit: Visit) -> HttpResponse:
    chosen = _chosen(visit)
    with asking(visit, is_now=True) as inquiry:
        page = ask_findings(inquiry, chosen, visit.cursor("findings"))
        currencies = sorted(inquiry.model.digits)
    visit.shows(row.subject for row in page.findings.rows)
    return visit.show("findings.html", page.at, PARTS, page=page, chosen=chosen, choices=CHOICES, currencies=currencies)


@looked("findings", "download", kind="download")
def findings_file(visit: Visit, format: str) -> HttpResponse:
    chosen = _chosen(visit)
    with asking(visit, is_now=True) as inquiry:
        listed = gather("findings", FINDINGS, lambda at: ask_findings(inquiry, chosen, at).findings)
    visit.shows(row.subject for row in listed.rows)
    return send(visit, listed, format, asdict(chosen))


def _chosen(visit: Visit) -> Chosen:
    """As the address says; the answer refuses what it does not know."""
    return Chosen(**{field.name: value for field in fields(Chosen) if (value := visit.cursor(field.name))})
