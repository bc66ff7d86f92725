"""A transfer: the sentence for the customer, where the money is, every step; a selected step changes the whole page."""

from __future__ import annotations

from django.http import HttpResponse

from audit.answers.inquiry import Inquiry
from audit.answers.pages.transfer import transfer
from audit.values import Subject
from console.step import changes, number_of, state_changes
from console.visit import Visit

PARTS = {"steps": "_steps.html"}


def show_transfer(visit: Visit, inquiry: Inquiry, subject: Subject) -> HttpResponse:
    step, first, diff = visit.number("step"), visit.number("steps") or 1, visit.number("diff")
    page = transfer(inquiry, subject, step, first, diff)
    visit.shows(page.crumbs)
    visit.shows(row.link for row in page.related.rows)
    return visit.show(
        "transfer.html",
        page.at,
        PARTS,
        page=page,
        tone=page.tone,
        changes=changes(page.selected),
        state_changes=state_changes(page.selected),
        step_number=number_of(page.selected, visit.number("step")),
        is_as_of_step=True,
    )
