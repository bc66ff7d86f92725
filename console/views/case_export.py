"""A case as a trail: everything of its subjects and the pinned events. It takes the doors of all its customers, and a
second person where they are several."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from audit.access.door import NoReason
from audit.access.reasons import under_secrecy
from audit.cases.reading import case as read
from audit.cases.reading import is_case
from audit.errors import UsageError
from audit.trails.leave import taken
from audit.trails.scope import Scope
from console.asking import asking
from console.case_doors import pass_doors
from console.views.export import begun, write_down
from console.visit import Visit, looked, with_query


@require_POST
@looked("export", "export", kind="export")
def case_export(visit: Visit, id: int) -> HttpResponse:
    found = read(visit.actor, id)
    visit.reason = under_secrecy(None) if found.is_secret else None
    with asking(visit, is_now=True) as inquiry:
        if not is_case(inquiry.model, found.title):
            raise UsageError("this bank has a kind of its own that is called case: export the subjects one by one")
        try:
            customers = pass_doors(visit, inquiry, found)
        except NoReason as closed:
            return _to_the_door(visit, closed, reverse("case", args=[id]))
    scope = Scope.of_case(found)
    reason = visit.grant.reason if visit.grant else None
    leave = taken(visit.actor, scope, customers, reason)
    if found.is_secret:
        reason = visit.reason = under_secrecy(reason)
    return begun(visit, write_down(visit, found.title, leave, reason), case=id)


def _to_the_door(visit: Visit, closed: NoReason, after: str) -> HttpResponse:
    visit.outcome, visit.subjects = "no reason", [closed.subject]
    assert visit.door_of_id is not None
    return HttpResponseRedirect(with_query(reverse("reason", args=visit.door_of_id), {"next": after}))
