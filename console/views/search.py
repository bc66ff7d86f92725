"""Searching: what is typed is sent in a POST, kept nowhere, and leads to a page whose address names what was found."""

from __future__ import annotations

import secrets

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from audit.answers.search import search as ask_search
from audit.errors import UnknownSubject
from console.asking import asking
from console.forms import SearchForm
from console.visit import Visit, looked

KEPT = 10  # searches a session can go back to


@require_POST
@looked("search", "search", kind="search")
def search(visit: Visit) -> HttpResponse:
    text = SearchForm.read(visit.request.POST)
    with asking(visit, is_now=True) as inquiry:
        found = ask_search(inquiry, text)
    visit.shows(hit.link for hit in found.hits)
    visit.outcome = f"found {len(found.hits)}"
    if len(found.hits) == 1 and found.is_complete:
        return HttpResponseRedirect(visit.to(found.hits[0].link))
    hits = [
        {
            "href": visit.to(hit.link),
            "title": hit.link.title,
            "kind": hit.link.kind_title,
            "matched": hit.matched,
            "is_exact": hit.is_exact,
        }
        for hit in found.hits
    ]
    token = secrets.token_urlsafe(9)
    kept = dict(list(visit.request.session.get("searches", {}).items())[-KEPT + 1 :])
    visit.request.session["searches"] = {**kept, token: {"hits": hits, "is_complete": found.is_complete}}
    return HttpResponseRedirect(reverse("found", args=[token]))


@looked("search", "search")
def found(visit: Visit, token: str) -> HttpResponse:
    kept = visit.request.session.get("searches", {}).get(token)
    if kept is None:
        raise UnknownSubject("this search is no longer kept: search again")
    return visit.show("search.html", hits=kept["hits"], is_complete=kept["is_complete"])
