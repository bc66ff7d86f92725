"""Any other subject: its states, what it waits for, its money where it has some, its story."""

from __future__ import annotations

from django.http import HttpResponse

from audit.answers.inquiry import Inquiry
from audit.answers.pages.lane import lane
from audit.values import Subject
from console.step import changes, number_of, state_changes
from console.visit import Visit

PARTS = {"steps": "_steps.html"}


def show_lane(visit: Visit, inquiry: Inquiry, subject: Subject) -> HttpResponse:
    page = lane(inquiry, subject, visit.number("step"), visit.cursor("steps"), visit.number("diff"))
    visit.shows(page.crumbs)
    visit.shows(page.others)
    return visit.show(
        "lane.html",
        page.at,
        PARTS,
        page=page,
        tone=page.tone,
        changes=changes(page.selected),
        state_changes=state_changes(page.selected),
        step_number=number_of(page.selected, visit.number("step")),
        is_as_of_step=False,
    )
