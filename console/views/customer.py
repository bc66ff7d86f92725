"""A customer: the answer in one sentence, what is open, the accounts, the latest payments."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from audit.access.looks import looks_at, looks_at_asked
from audit.answers.inquiry import Inquiry, Question
from audit.answers.pages.customer import customer
from audit.answers.shapes import CustomerPage, FindingLine
from audit.values import Subject
from console.below_zero import ever_below_zero
from console.views.compare import item_of
from console.visit import Visit

PARTS = {"payments": "_payments.html"}
LOOKS_FOR = timedelta(days=30)


def show_customer(visit: Visit, inquiry: Inquiry, subject: Subject) -> HttpResponse:
    since = timezone.now() - LOOKS_FOR
    page = customer(inquiry, subject, visit.cursor("payments"), [Question(*looks_at_asked(subject, since))])
    visit.shows(row.flow for row in page.open_items.rows)
    visit.shows(row.account for row in page.accounts.rows)
    visit.shows(row.flow or row.account for row in page.payments.rows)
    before = looks_at(inquiry.connection, subject, since)
    return visit.show(
        "customer.html",
        page.at,
        PARTS,
        page=page,
        items=page.open_items,
        order=gettext("late ones first"),
        tone=tone_of(page),
        below=ever_below_zero(visit, page),
        looks_before=before,
        item_of=item_of,
    )


def tone_of(page: CustomerPage) -> str:
    """Amber where something is late, red where something cannot be explained."""
    return tone_by(page.findings.rows) or ("held" if any(item.is_late for item in page.open_items.rows) else "")


def tone_by(findings: tuple[FindingLine, ...]) -> str:
    if any(row.is_doubt for row in findings):
        return "bad"
    return "held" if any(row.is_late for row in findings) else ""
