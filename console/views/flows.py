"""The lanes as automata: how many are where, what passed, what went wrong."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse

from audit.answers.pages.automata import flows_page
from audit.errors import UsageError
from console.asking import asking
from console.automaton import drawing
from console.forms import day_in
from console.visit import Visit, looked


@looked("flows", "findings")
def flows(visit: Visit) -> HttpResponse:
    query = visit.request.GET
    with asking(visit, is_now=True) as inquiry:
        page = flows_page(inquiry, day_in(query, "from"), day_in(query, "to"))
    asked = visit.cursor("lane")
    lane = next((one for one in page.lanes if one.lane == asked), None)
    if asked and lane is None:
        raise UsageError(f"the model has no lane {asked!r} with states")
    lane = lane or max(page.lanes, key=lambda one: (one.illegal, len(one.states)), default=None)
    drawn = drawing(lane) if lane else None
    after = page.ended + timedelta(days=1)
    return visit.show("flows.html", page.at, {}, page=page, lane=lane, drawn=drawn, after=after)
