"""When something was true of a subject. What is typed comes in a POST; only what may be asked gets into an address."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect

from audit.answers.when import when as ask_when
from audit.errors import UsageError
from audit.values import Subject
from console.asking import asking, enter
from console.visit import Visit, looked

LENGTH_MAX = 1000  # characters of an expression
SHOWN = 200  # intervals on a page


@looked("when", "look")
def when(visit: Visit, kind: str, id: int) -> HttpResponse:
    posted = visit.request.method == "POST"
    that = " ".join((visit.request.POST if posted else visit.request.GET).get("that", "").split())[:LENGTH_MAX]
    with asking(visit) as inquiry:
        subject, inquiry = enter(visit, inquiry, kind, id)
        page, trouble = None, ""
        try:
            page = ask_when(inquiry, subject, that) if that else None
        except UsageError as error:
            trouble, visit.outcome = str(error), "bad input"
        at = inquiry.as_of()
    if posted and not trouble:
        return HttpResponseRedirect(visit.at(visit.request.path, that=that))
    response = visit.show("when.html", at, page=page, kind=kind, id=id, subject=_named(subject), that=that,
                          trouble=trouble, most=SHOWN)  # fmt: skip
    response.status_code = 400 if trouble else 200
    return response


def _named(subject: Subject) -> str:
    return f"{subject.kind.replace('_', ' ').capitalize()} {subject.key}"
