"""Who looked at what, and why: everyone sees their own looks, who has the right sees all."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse

from audit.answers.shapes import Page
from audit.models import AuditRecord
from console.asking import know_zone
from console.listing import as_file, gather
from console.lists import LOOKS
from console.visit import Visit, looked

PARTS = {"looks": "_looks.html"}
ROWS = 50


@looked("looks")
def looks(visit: Visit) -> HttpResponse:
    know_zone(visit)
    records = page_of(visible(visit), visit.number("before"))
    return visit.show("looks.html", parts=PARTS, records=records)


@looked("looks", "download", kind="download")
def looks_file(visit: Visit, format: str) -> HttpResponse:
    rows = visible(visit)
    listed = gather("looks", LOOKS, lambda at: page_of(rows, int(at) if at else None, 1000))
    visit.details = {"list": "looks", "format": format, "rows": len(listed.rows)}
    return as_file(listed, format, {})


def visible(visit: Visit) -> QuerySet[AuditRecord]:
    rows = AuditRecord.objects.order_by("-id")
    return rows if visit.may("looks") else rows.filter(actor=visit.actor.name)


def page_of(rows: QuerySet[AuditRecord], before: int | None, size: int = ROWS) -> Page[AuditRecord]:
    """Newest first, by number: a page keeps its rows however many looks come after it."""
    found = list((rows.filter(id__lt=before) if before else rows)[: size + 1])
    counted = rows.order_by()[:1001].count()
    following = str(found[size - 1].pk) if len(found) > size else None
    return Page(tuple(found[:size]), counted if counted <= 1000 else None, 1000, following)
