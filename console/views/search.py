"""Searching: what is typed is sent in a POST, kept nowhere, and leads to a page whose address names what was found."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from audit.answers.inquiry import Inquiry
from audit.answers.reading.names import CUSTOMER, declared_kinds, field_title, flow_kinds, link_of, linked
from audit.answers.reading.withheld import hidden_among, holders
from audit.answers.search import search as ask_search
from audit.answers.shapes import Link, SearchAnswer
from audit.errors import UnknownSubject
from audit.values import Subject
from console.asking import asking
from console.forms import SearchForm
from console.visit import Visit, looked

OWNERS_SHOWN = 3
KEPT = 10  # searches a session can go back to


@require_POST
@looked("search", "search", kind="search")
def search(visit: Visit) -> HttpResponse:
    text = SearchForm.read(visit.request.POST)
    with asking(visit, is_now=True) as inquiry:
        found = ask_search(inquiry, text)
        declared = declared_kinds(inquiry.model)
        owners = {hit.link.subject: owners_of(inquiry, hit.link) for hit in found.hits if hit.is_exact}
        travels = set(flow_kinds(inquiry.model))
        matched = {hit.matched: field_title(inquiry, hit.matched) for hit in found.hits}
    visit.shows(hit.link for hit in found.hits)
    visit.shows(link for links in owners.values() for link in links)
    visit.outcome = f"found {len(found.hits)}"
    if (only := meant(found, declared)) is not None:
        return HttpResponseRedirect(visit.to(only))
    hits = [
        {
            "subject": str(hit.link.subject),
            "href": visit.to(hit.link),
            "title": hit.link.title,
            "kind": hit.link.kind_title,
            "matched": matched[hit.matched],
            "is_exact": hit.is_exact,
            "is_whole": hit.link.subject.kind in declared and hit.link.subject.kind not in travels,
            "owners": [
                {"subject": str(link.subject), "href": visit.to(link), "title": link.title}
                for link in owners.get(hit.link.subject, ())
            ],
        }
        for hit in found.hits
    ]
    token = secrets.token_urlsafe(9)
    kept = dict(list(visit.request.session.get("searches", {}).items())[-KEPT + 1 :])
    told = {"hits": hits, "is_complete": found.is_complete, "subjects": [str(subject) for subject in visit.subjects]}
    visit.request.session["searches"] = {**kept, token: told}
    return HttpResponseRedirect(reverse("found", args=[token]))


def owners_of(inquiry: Inquiry, link: Link) -> list[Link]:
    """The customers of what was found, where it is held by somebody: an account, not a payment."""
    if link.subject.kind not in holders(inquiry.model) or not link.id:
        return []
    customers = linked(inquiry.connection, link.id, [CUSTOMER], OWNERS_SHOWN)
    return [link_of(inquiry, subject, id) for id, subject, _ in customers]


def meant(found: SearchAnswer, declared: Collection[str]) -> Link | None:
    """The one thing that can be meant: the only hit, or the only whole subject that bears just this name."""
    if not found.is_complete or not found.hits:
        return None
    if len(found.hits) == 1:
        return found.hits[0].link
    exact = [hit.link for hit in found.hits if hit.is_exact]
    whole = [link for link in exact if link.subject.kind in declared]
    return whole[0] if len(whole) == 1 and len({link.subject.key for link in exact}) == 1 else None


@looked("search", "search")
def found(visit: Visit, token: str) -> HttpResponse:
    kept = visit.request.session.get("searches", {}).get(token)
    if kept is None:
        raise UnknownSubject("this search is no longer kept: search again")
    subjects = [Subject.parse(text) for text in kept["subjects"]]
    with asking(visit, is_now=True) as inquiry:  # since it was kept, somebody may have been restricted
        hidden = {str(one) for one in hidden_among(inquiry, subjects)}
    visit.subjects += [one for one in subjects if str(one) not in hidden]
    hits = [{**hit, "owners": _without(hit["owners"], hidden)} for hit in _without(kept["hits"], hidden)]
    return visit.show("search.html", hits=hits, is_complete=kept["is_complete"])


def _without(rows: list[dict[str, Any]], hidden: Collection[str]) -> list[dict[str, Any]]:
    return [row for row in rows if row["subject"] not in hidden]
