"""What the rules cannot explain. Findings name subjects but hold nothing personal, so that they need no reason."""

from __future__ import annotations

from django.http import HttpResponse

from audit.answers.findings import findings as ask_findings
from audit.errors import UsageError
from console.asking import asking
from console.listing import as_file, gather
from console.lists import FINDINGS
from console.visit import Visit, looked

PARTS = {"list": "_findings_list.html"}
STATES = ("open", "resolved")


@looked("findings", "findings")
def findings(visit: Visit) -> HttpResponse:
    with asking(visit) as inquiry:
        page = ask_findings(inquiry, **chosen(visit), cursor=visit.cursors("findings")["findings"])
    visit.shows(row.subject for row in page.findings.rows)
    return visit.show("findings.html", page.at, PARTS, page=page)


@looked("findings", "download", kind="download")
def findings_file(visit: Visit, format: str) -> HttpResponse:
    with asking(visit) as inquiry:
        wanted = chosen(visit)
        listed = gather("findings", FINDINGS, lambda at: ask_findings(inquiry, **wanted, cursor=at).findings)
    visit.shows(row.subject for row in listed.rows)
    visit.details = {"list": "findings", "format": format, "rows": len(listed.rows)}
    return as_file(listed, format, wanted)


def chosen(visit: Visit) -> dict[str, str | None]:
    state = visit.request.GET.get("state") or None
    if state is not None and state not in STATES:
        raise UsageError(f"{state!r} is no state of a finding: write open or resolved")
    return {"rule": visit.request.GET.get("rule") or None, "state": state}
