"""Places: all of one kind, and one place's ledger day by day."""

from __future__ import annotations

from django.http import HttpResponse

from audit.answers.inquiry import Inquiry
from audit.answers.pages.amounts import find_amount
from audit.answers.pages.place import place as ask_place
from audit.answers.pages.place import place_kind_page
from audit.answers.reading.names import place_kind, place_of, subject_id
from audit.errors import UnknownSubject
from audit.values import Place, Subject
from console.asking import asking, pass_door
from console.forms import AmountForm, day_in
from console.visit import Visit, looked

PARTS = {"days": "_days.html", "entries": "_entries.html"}


@looked("place", "places")
def place(visit: Visit, id: int) -> HttpResponse:
    with asking(visit) as inquiry:
        asked, currency = place_of(inquiry.connection, id)
        inquiry = through_door(visit, inquiry, asked)
        currency = visit.cursor("currency") or currency
        query = visit.request.GET
        day, before = day_in(query, "day"), day_in(query, "days")
        page = ask_place(inquiry, asked, currency, day, visit.cursor("entries"), before)
        form = AmountForm.read(visit.request.GET, inquiry.model.digits[page.currency])
        found = find_amount(inquiry, asked, page.currency, form.units, form.began, form.ended) if form else None
    visit.shows(row.flow for row in page.entries.rows)
    if found is not None:
        visit.shows(row.flow for rows in (found.exact.rows, found.negative.rows, *found.combinations) for row in rows)
    return visit.show("place.html", page.at, PARTS, page=page, form=form, found=found)


@looked("places", "places")
def places(visit: Visit, book: str, kind: str) -> HttpResponse:
    with asking(visit, is_now=True) as inquiry:
        page = place_kind_page(inquiry, book, kind, visit.cursor("places"))
        is_customers = belongs_to_customers(inquiry, Place(book, kind, ""))
    if not is_customers:
        visit.shows(row.flow for row in page.places.rows)
    return visit.show("places.html", page.at, {"places": "_places.html"}, page=page, is_customers=is_customers)


def through_door(visit: Visit, inquiry: Inquiry, place: Place) -> Inquiry:
    """A place that belongs to somebody opens with a reason, like its account; a shared one needs only the right."""
    subject_kind = place_kind(inquiry.model, place).subject
    if not subject_kind:
        return inquiry
    subject = Subject(subject_kind, place.key)
    try:
        visit.door_of_id = (subject_kind, subject_id(inquiry.connection, subject))
    except UnknownSubject:
        raise UnknownSubject("there is no place with this number") from None
    visit.subjects.append(subject)
    return pass_door(visit, inquiry, subject)


def belongs_to_customers(inquiry: Inquiry, place: Place) -> bool:
    """Whether the places of this kind are somebody's own; a payment's places on its way are listed without names."""
    subject_kind = place_kind(inquiry.model, place).subject
    known = inquiry.model.kinds.get(subject_kind or "")
    return subject_kind is not None and not (known is not None and known.is_flow)
