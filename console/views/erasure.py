"""Data protection asks for an erasure, and puts a legal hold on a customer or lifts it."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from audit.access import people
from audit.erasing import erase as erasing
from audit.erasing import holds
from audit.errors import UsageError
from console.asking import asking, enter
from console.visit import Visit, looked


@require_POST
@looked("erasures", "approvals", is_recorded=False)
def erasure(visit: Visit, kind: str, id: int) -> HttpResponse:
    post = visit.request.POST
    with asking(visit, is_now=True) as inquiry:
        subject, _ = enter(visit, inquiry, kind, id)
    what, why = post.get("what", ""), post.get("why", "")
    if what == "erase":
        people.require(visit.actor, "erase")
        erasing.ask(visit.actor, subject, why, despite_retention=post.get("despite") == "yes")
        return HttpResponseRedirect(reverse("approvals"))
    if what == "hold":
        holds.hold(visit.actor, subject, why)
    elif what == "lift":
        holds.lift(visit.actor, subject)
    else:
        raise UsageError("choose whether to erase, to hold or to lift the hold")
    return HttpResponseRedirect(reverse("subject", args=[kind, id]))
