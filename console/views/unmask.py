"""Show one personal field of the customer whose door is open, for two minutes; recorded."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from audit.access import door
from audit.access.mask import ALL
from audit.answers.pages.facts import is_personal_fact
from audit.errors import UsageError
from console.asking import asking, enter
from console.visit import Visit, looked


@require_POST
@looked("unmask", "unmask", is_recorded=False)
def unmask(visit: Visit, kind: str, id: int) -> HttpResponse:
    path = visit.request.POST.get("path", "")
    with asking(visit, is_now=True) as inquiry:
        enter(visit, inquiry, kind, id)
        if path != ALL and not is_personal_fact(inquiry.model, path):  # it is recorded for good: no free text
            raise UsageError("there is no such personal field")
    grant = visit.grant
    if grant is not None and grant.door is not None:
        door.unmask(visit.actor, grant.door.subject, path)
    return HttpResponseRedirect(reverse("subject", args=[kind, id]))
