"""The first page: whatever one's role opens on."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from console.visit import Visit, looked

FIRST = {
    "support": "desk",
    "team_lead": "desk",
    "investigator": "overview",
    "auditor": "looks",
    "data_protection": "looks",
    "authority_desk": "desk",
    "administrator": "sources",
}


@looked("home", is_recorded=False)
def home(visit: Visit) -> HttpResponse:
    return HttpResponseRedirect(reverse(FIRST.get(visit.actor.role, "looks")))
