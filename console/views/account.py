"""An account: available = booked - held, what is held, the statement with running balance, the chart."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import gettext

from audit.answers.inquiry import Inquiry
from audit.answers.pages.account import account
from audit.answers.shapes import AccountPage
from audit.values import Subject
from console.chart import charts
from console.environment import url
from console.views.customer import tone_by
from console.visit import Visit

PARTS = {"statement": "_statement.html"}
BELOW_ZERO = "available < 0"


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


def below_zero(visit: Visit, page: AccountPage) -> list[tuple[str, str]]:
    """Where one is told whether it was ever overdrawn: last month, this month, at any time."""
    if not page.balances or page.at.time is None:
        return []
    today = page.at.time.astimezone(ZoneInfo(visit.zone)).date()
    first = today.replace(day=1)
    before = first - timedelta(days=1)
    path = url("when", [page.subject.subject.kind, page.subject.id])
    return [
        (gettext("last month"), visit.at(path, that=BELOW_ZERO, **{"from": before.replace(day=1), "to": before})),
        (gettext("this month"), visit.at(path, that=BELOW_ZERO, **{"from": first, "to": today})),
        (gettext("at any time"), visit.at(path, that=BELOW_ZERO)),
    ]
