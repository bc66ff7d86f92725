"""What the rules cannot explain. Findings name subjects but hold nothing personal, so that they need no reason."""

from __future__ import annotations

from django.http import HttpResponse

from audit.answers.findings import findings as ask_findings
from console.asking import asking
from console.listing import as_file, gather
from console.lists import FINDINGS
from console.visit import Visit, looked

PARTS = {"list": "_findings_list.html"}


@looked("findings", "findings")
def findings(visit: Visit) -> HttpResponse:
    with asking(visit, is_now=True) as inquiry:
        page = ask_findings(inquiry, *chosen(visit), visit.cursor("findings"))
    visit.shows(row.subject for row in page.findings.rows)
    return visit.show("findings.html", page.at, PARTS, page=page)


@looked("findings", "download", kind="download")
def findings_file(visit: Visit, format: str) -> HttpResponse:
    with asking(visit, is_now=True) as inquiry:
        rule, state = chosen(visit)
        listed = gather("findings", FINDINGS, lambda at: ask_findings(inquiry, rule, state, at).findings)
    visit.shows(row.subject for row in listed.rows)
    visit.details = {"list": "findings", "format": format, "rows": len(listed.rows)}
    return as_file(listed, format, {"rule": rule, "state": state})


def chosen(visit: Visit) -> tuple[str | None, str | None]:
    """Rule and state; the answer refuses what it does not know."""
    return visit.cursor("rule"), visit.cursor("state")
