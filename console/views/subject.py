"""Any subject's page; which one depends on what the model says of its kind."""

from __future__ import annotations

from django.http import HttpResponse

from audit.access.corrections import corrections_meanwhile
from audit.answers.inquiry import Inquiry
from audit.answers.reading.names import CUSTOMER, entering
from console.asking import asking, enter
from console.views.account import show_account
from console.views.customer import show_customer
from console.views.lane import show_lane
from console.views.transfer import show_transfer
from console.visit import Visit, looked


@looked("subject", "look")
def subject(visit: Visit, kind: str, id: int) -> HttpResponse:
    with asking(visit, ahead=entering(kind, id)) as inquiry:
        visit.page = shown_as(page_of(inquiry, kind), visit.cursor("view"))
        asked, inquiry = enter(visit, inquiry, kind, id)
        visit.records_meanwhile = True
        if visit.page == "lane":
            return show_lane(visit, inquiry, asked)
        with corrections_meanwhile(asked) as visit.put_right[asked]:
            return PAGES[visit.page](visit, inquiry, asked)


PAGES = {"customer": show_customer, "account": show_account, "transfer": show_transfer, "lane": show_lane}
STORY = "story"  # of an account: all that happened, in place of its money


def shown_as(page: str, view: str | None) -> str:
    """An account's whole story is told as any other subject's."""
    return "lane" if page == "account" and view == STORY else page


def page_of(inquiry: Inquiry, kind: str) -> str:
    """A flow has a transfer's page; what a book is read for, an account's."""
    known = inquiry.model.kinds.get(kind)
    if kind == CUSTOMER:
        return "customer"
    if known is not None and known.is_flow:
        return "transfer"
    return "account" if known is not None and known.book else "lane"
