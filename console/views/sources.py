"""What is read: how far each source is known and sealed, what holds it up, what could not be read."""

from __future__ import annotations

from django.http import HttpResponse

from audit.answers.pages.sources import sources as ask_sources
from console.asking import asking
from console.visit import Visit, looked

PARTS = {"source-cards": "_source_cards.html"}


@looked("sources", "sources")
def sources(visit: Visit) -> HttpResponse:
    with asking(visit, is_now=True) as inquiry:
        page = ask_sources(inquiry)
    return visit.show("sources.html", page.at, PARTS, page=page)
