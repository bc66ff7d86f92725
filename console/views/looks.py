"""Who looked at what, and why: everyone sees their own looks, who has the right sees all."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from audit.access.mask import closed
from audit.access.secrecy import without_secret
from audit.answers.inquiry import inquire
from audit.answers.reading.names import declared_kinds, link_of, subject_numbered
from audit.answers.reading.withheld import WITHHELD, hidden_among
from audit.answers.search import search
from audit.answers.shapes import Link, Page
from audit.database import reading
from audit.errors import UnknownSubject, WhereaboutsError
from audit.models import AuditRecord
from audit.values import Subject
from console.asking import asking, know_zone
from console.forms import SearchForm
from console.listing import gather
from console.lists import LOOKS
from console.sending import newest_approved, send
from console.views.search import meant
from console.visit import Visit, looked, with_query

PARTS = {"looks": "_looks.html"}
ROWS = 50


@require_http_methods(["GET", "POST"])
@looked("looks")
def looks(visit: Visit) -> HttpResponse:
    if visit.request.method == "POST":
        return HttpResponseRedirect(with_query(reverse("looks"), {"of": named(visit)}))
    of = subject_asked(visit)
    records = page_of(visible(visit, of), visit.number("before"))
    know_of(visit, records.rows)
    return visit.show("looks.html", parts=PARTS, records=records, of=of)


@looked("looks", "download", kind="download")
def looks_file(visit: Visit, format: str) -> HttpResponse:
    of = subject_asked(visit)
    rows, approved = visible(visit, of), newest_approved(visit)
    if approved is not None:  # asking, and deciding, were looks too
        rows = rows.filter(id__lte=approved)
    listed = gather("looks", LOOKS, lambda at: page_of(rows, int(at) if at else None, 1000))
    know_of(visit, listed.rows)
    newest = listed.rows[0].pk if listed.rows else 0
    if of is not None:
        return send(visit, listed, format, {"of": str(of.subject)}, newest=newest)
    named = {text for record in listed.rows for text in record.subjects} - {WITHHELD}
    return send(visit, listed, format, {}, [Subject.parse(text) for text in named], newest)


def named(visit: Visit) -> int:
    """Our number of what somebody wrote, so that the address bears no name of it; raises UsageError, UnknownSubject."""
    text = SearchForm.read(visit.request.POST)
    with asking(visit, is_now=True) as inquiry:
        found = meant(search(inquiry, text), declared_kinds(inquiry.model))
    if found is None:
        raise UnknownSubject("looks are listed for one customer, account or payment: write its number in full")
    visit.shows([found])
    return found.id


def subject_asked(visit: Visit) -> Link | None:
    """Whose looks are asked for; None: everything's."""
    number = visit.number("of")
    if number is None:
        know_zone(visit)
        return None
    with asking(visit, is_now=True) as inquiry:
        link = link_of(inquiry, subject_numbered(inquiry.connection, number), number)
    visit.shows([link])
    return link


def visible(visit: Visit, of: Link | None) -> QuerySet[AuditRecord]:
    rows = AuditRecord.objects.order_by("-id")
    if of is not None:
        rows = rows.filter(subjects__contains=[str(of.subject)])
    if not visit.may("looks"):
        return rows.filter(actor=visit.actor.name)
    return rows if visit.may("secrecy") else without_secret(rows)


def know_of(visit: Visit, records: Sequence[AuditRecord]) -> None:
    """Leave the names of those out of the records of whom one may not know."""
    named = {text: Subject.parse(text) for record in records for text in record.subjects}
    try:
        with reading(viewer=visit.actor.viewer) as connection:
            hidden = hidden_among(inquire(connection, closed), named.values())
    except WhereaboutsError:  # there is no bank yet
        return
    for record in records:
        record.subjects = [text if named[text] not in hidden else WITHHELD for text in record.subjects]


def page_of(rows: QuerySet[AuditRecord], before: int | None, size: int = ROWS) -> Page[AuditRecord]:
    """Newest first, by number: a page keeps its rows however many looks come after it."""
    found = list((rows.filter(id__lt=before) if before else rows)[: size + 1])
    counted = rows.order_by()[:1001].count()
    following = str(found[size - 1].pk) if len(found) > size else None
    return Page(tuple(found[:size]), counted if counted <= 1000 else None, 1000, following)
