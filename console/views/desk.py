"""Support's first page: search, the customers that are open, and what is open in the bank."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext

from audit.answers.pages.overview import OPEN_SHOWN, overview
from console.asking import asking, door_links
from console.visit import Visit, looked

PARTS = {"open": "_open_items.html"}
OPEN_MAX = 200


@looked("desk", "desk")
def desk(visit: Visit) -> HttpResponse:
    is_all = visit.request.GET.get("open") == "all"
    with asking(visit, is_now=True) as inquiry:
        page = overview(inquiry, OPEN_MAX if is_all else OPEN_SHOWN)
        links = door_links(visit, inquiry)
    visit.shows(row.flow for row in page.open_flows.rows)
    # One's own open doors are no looks at those behind them: the opening of each is recorded.
    context = {"page": page, "items": page.open_flows, "order": gettext("oldest first"), "links": links}
    return visit.show("desk.html", page.at, PARTS, open_max=OPEN_MAX, **context)
