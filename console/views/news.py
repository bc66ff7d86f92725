"""Whether anything is new of a subject since its page was made: 204 while nothing is."""

from __future__ import annotations

from django.http import HttpResponse

from audit.access import looks
from audit.access.door import NoReason
from audit.answers.what import news as ask_news
from console.asking import asking, enter
from console.forms import safe_next
from console.visit import Visit, looked

STOP_POLLING = 286


@looked("news", "look", is_recorded=False)
def news(visit: Visit, kind: str, id: int) -> HttpResponse:
    try:
        with asking(visit, is_now=True) as inquiry:
            subject, inquiry = enter(visit, inquiry, kind, id)
            count = ask_news(inquiry, subject, visit.request.GET.get("since", ""))
    except NoReason:
        return HttpResponse(status=STOP_POLLING)
    if not count:
        return HttpResponse(status=204)
    looks.record_polled(visit.actor, subject, "news", visit.grant.reason if visit.grant else None, visit.spent_ms)
    back = safe_next(visit.request.GET.get("back"), visit.request.get_host())
    return visit.show("_new.html", count=count, back=back)
