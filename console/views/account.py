"""An account: available = booked - held, what is held, the statement with running balance, the chart."""

from __future__ import annotations

from django.http import HttpResponse

from audit.answers.inquiry import Inquiry
from audit.answers.pages.account import account
from audit.values import Subject
from console.below_zero import below_zero
from console.chart import charts
from console.views.customer import tone_by
from console.visit import Visit

PARTS = {"statement": "_statement.html"}


def show_account(visit: Visit, inquiry: Inquiry, subject: Subject) -> HttpResponse:
    page = account(inquiry, subject, visit.cursor("currency"), visit.cursor("statement"))
    visit.shows(page.customers)
    visit.shows(row.flow for row in page.holds.rows)
    visit.shows(row.flow for row in page.statement.rows)
    return visit.show(
        "account.html",
        page.at,
        PARTS,
        page=page,
        charts=charts(page.chart),
        tone=tone_by(page.findings.rows),
        below=below_zero(visit, page),
    )
