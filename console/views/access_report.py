"""The report for a customer of who looked at them; and, for the authority desk, what was left out of such reports."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from audit.access import report as reporting
from audit.access import reviews
from audit.access.purposes import LANGUAGES, WORDS
from audit.access.reasons import SECRET, Reason
from audit.answers.reading.names import CUSTOMER, link_of, subject_of
from audit.answers.reading.own_accounts import own_accounts
from audit.errors import UsageError
from audit.values import Subject
from console.asking import asking, know_zone
from console.formats import formats
from console.forms import day_in
from console.views.looks import know_of
from console.visit import Visit, looked


@require_http_methods(["GET", "POST"])
@looked("access_report", "access_report", is_recorded=False)
def access_report(visit: Visit, id: int) -> HttpResponse:
    """Making one is recorded by itself; until then the page names the customer alone."""
    with asking(visit, is_now=True) as inquiry:
        customer = subject_of(inquiry.connection, CUSTOMER, id)
        link = link_of(inquiry, customer, id)
        accounts = own_accounts(inquiry, id)
    visit.subjects = [customer]
    made, wrong, post = None, "", visit.request.POST
    if visit.request.method == "POST":
        try:
            began, ended = day_in(post, "from"), day_in(post, "to")
            zone = ZoneInfo(visit.zone)
            made = reporting.access_report(
                visit.actor, customer, accounts, post.get("language", ""), visit.zone,
                datetime.combine(began, time(), zone).astimezone(UTC) if began else None,
                datetime.combine(ended + timedelta(days=1), time(), zone).astimezone(UTC) if ended else None,
            )  # fmt: skip
        except UsageError as error:
            wrong = gettext(str(error))
    lines = (
        [(one, reporting.purpose_of(made, one), reporting.sentence_of(made, one)) for one in made.consulted]
        if made
        else []
    )
    said = WORDS[made.language] if made else {}
    context: dict[str, Any] = {
        "link": link,
        "report": made,
        "lines": lines,
        "said": said,
        "languages": LANGUAGES,
        "wrong": wrong,
    }
    context["written"] = formats(made.language if made else "en", visit.zone)
    return visit.show("access_report.html", **context)


@looked("withheld", "review_withheld")
def withheld(visit: Visit) -> HttpResponse:
    know_zone(visit)
    found = reviews.withheld()
    records = [item.record for item in (*found.waiting, *found.done)]
    know_of(visit, records)
    visit.reason = Reason(SECRET[0])  # that somebody is on this page is under secrecy too
    visit.subjects = [Subject.parse(text) for record in records for text in record.subjects if ":" in text]
    return visit.show("withheld.html", found=found, verdicts=reviews.LIFT)
