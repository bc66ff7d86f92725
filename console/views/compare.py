"""Two payments side by side: was somebody charged twice?"""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from audit.answers.inquiry import Inquiry
from audit.answers.pages.compare import Item, compare
from audit.answers.reading.names import subject_of
from audit.answers.shapes import PaymentLine
from audit.errors import UsageError
from console.asking import asking, enter
from console.forms import whole_number
from console.visit import Visit, looked

EVENT = "event"


@looked("compare", "look")
def compare_page(visit: Visit, kind: str, id: int) -> HttpResponse:
    chosen = visit.request.GET.getlist("item")
    if len(chosen) != 2:  # back to the list, which says what is wanted
        return HttpResponseRedirect(visit.at(reverse("subject", args=[kind, id]), tick="two") + "#payments")
    with asking(visit) as inquiry:
        subject, inquiry = enter(visit, inquiry, kind, id)
        page = compare(inquiry, subject, *(_item(inquiry, text) for text in chosen))
    visit.shows(side.link for side in (page.one, page.other))
    return visit.show("compare.html", page.at, {}, page=page, subject=subject)


def item_of(row: PaymentLine) -> str:
    """How a row of a list is named in the address."""
    return f"{row.flow.subject.kind}.{row.flow.id}" if row.flow and row.flow.id else f"{EVENT}.{row.event.position}"


def _item(inquiry: Inquiry, text: str) -> Item:
    kind, _, written = text.rpartition(".")
    number = whole_number(written, 18)
    if number is None:
        raise UsageError("choose two payments of a list")
    if kind == EVENT:
        return Item(position=number)
    return Item(flow=subject_of(inquiry.connection, kind, number))
