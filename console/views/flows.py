"""The lanes as automata: how many are where, what passed, what went wrong."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse

from audit.answers.automata import flows_page
from console.asking import asking
from console.automaton import drawing
from console.forms import day_in
from console.visit import Visit, looked


@looked("flows", "findings")
def flows(visit: Visit) -> HttpResponse:
    query = visit.request.GET
    with asking(visit, is_now=True) as inquiry:
        page = flows_page(inquiry, day_in(query, "from"), day_in(query, "to"))
    drawn = [(lane, drawing(lane)) for lane in page.lanes]
    return visit.show("flows.html", page.at, {}, page=page, drawn=drawn, after=page.ended + timedelta(days=1))
