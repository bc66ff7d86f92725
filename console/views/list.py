"""A page's lists as files: the same door, the same mask, the same record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import HttpResponse

from audit.answers.inquiry import Inquiry
from audit.answers.pages.account import account, statement_page
from audit.answers.pages.customer import customer
from audit.answers.pages.lane import lane
from audit.answers.pages.place import place, place_kind_page
from audit.answers.pages.transfer import transfer
from audit.answers.reading.names import place_of
from audit.answers.shapes import AccountLine, Link, Page, StatementLine, StepLine
from audit.errors import Refused, UnknownSubject
from audit.values import Place, Subject
from console import lists
from console.asking import asking, enter
from console.forms import day_in
from console.listing import Fields, Listed, gather
from console.sending import send
from console.views.place import belongs_to_customers, through_door
from console.views.subject import page_of
from console.visit import Visit, looked


@dataclass(frozen=True, slots=True)
class Source:
    """Where a list's rows come from: a page of them at a cursor, and what rows of the file a row of it becomes."""

    fields: Fields
    page: Callable[[Inquiry, Subject, str | None, Visit], Page[Any]]
    spread: Callable[[Any], Iterable[Any]] = lambda row: [row]


def _balances(row: AccountLine) -> Iterable[Any]:
    return ((row, balance) for balance in row.balances)


def _events(row: StepLine) -> Iterable[Any]:
    return ((row, event) for event in row.events)


def _statement(inquiry: Inquiry, subject: Subject, at: str | None, visit: Visit) -> Page[StatementLine]:
    """In the currency that the page shows: the asked one, else the account's first."""
    currency = visit.cursor("currency")
    if currency is None:
        balances = account(inquiry, subject).balances
        currency = min((balance.booked.currency for balance in balances), default="")
    return statement_page(inquiry, subject, currency, at)


LISTS: dict[tuple[str, str], Source] = {
    ("customer", "open"): Source(lists.OPEN, lambda i, s, at, _: customer(i, s, at).open_items),
    ("customer", "accounts"): Source(lists.ACCOUNTS, lambda i, s, at, _: customer(i, s, at).accounts, _balances),
    ("customer", "payments"): Source(lists.PAYMENTS, lambda i, s, at, _: customer(i, s, at).payments),
    ("account", "holds"): Source(lists.HOLDS, lambda i, s, at, _: account(i, s, cursor=at).holds),
    ("account", "statement"): Source(lists.STATEMENT, _statement),
    ("account", "steps"): Source(lists.STEPS, lambda i, s, at, _: lane(i, s, cursor=at).steps, _events),
    ("transfer", "steps"): Source(lists.STEPS, lambda i, s, at, _: transfer(i, s, first=int(at or 1)).steps, _events),
    ("lane", "steps"): Source(lists.STEPS, lambda i, s, at, _: lane(i, s, cursor=at).steps, _events),
}


@looked("list", "download", kind="download")
def subject_list(visit: Visit, kind: str, id: int, name: str, format: str) -> HttpResponse:
    with asking(visit) as inquiry:
        source = LISTS.get((page_of(inquiry, kind), name))
        if source is None:
            raise UnknownSubject(f"there is no list {name!r} of a {kind}")
        subject, inquiry = enter(visit, inquiry, kind, int(id))
        listed = gather(name, source.fields, lambda at: source.page(inquiry, subject, at, visit))
    rows = [made for row in listed.rows for made in source.spread(row)]
    return _send(visit, replace(listed, rows=rows), format, {"subject": str(subject)}, inquiry)


@looked("list", "download", kind="download")
def place_list(visit: Visit, id: int, name: str, format: str) -> HttpResponse:
    with asking(visit) as inquiry:
        asked, currency = place_of(inquiry.connection, int(id))
        inquiry = through_door(visit, inquiry, asked)

        day = day_in(visit.request.GET, "day")

        def page(at: str | None) -> Page[Any]:
            if name == "days":
                return place(inquiry, asked, currency, days_before=date.fromisoformat(at) if at else None).days
            return place(inquiry, asked, currency, day, at).entries

        listed = gather(name, {"days": lists.DAYS, "entries": lists.ENTRIES}[name], page)
    return _send(visit, listed, format, {"place": f"{asked.book}/{asked}"}, inquiry)


@looked("list", "download", kind="download")
def places_list(visit: Visit, book: str, kind: str, format: str) -> HttpResponse:
    with asking(visit) as inquiry:
        if belongs_to_customers(inquiry, Place(book, kind, "")):
            raise Refused("these places belong to customers: each opens from its customer's page, with a reason")
        listed = gather("places", lists.PLACES, lambda at: place_kind_page(inquiry, book, kind, at).places)
    return _send(visit, listed, format, {"places": f"{book}/{kind}"}, inquiry)


def _send(visit: Visit, listed: Listed, format: str, about: dict[str, object], inquiry: Inquiry) -> HttpResponse:
    visit.page = listed.name
    visit.shows(link for row in listed.rows for link in _links(row))
    at = visit.asked.query or {"at": "now"}
    return send(visit, listed, format, {**about, "asked": at, "model": inquiry.model.hash, "zone": visit.zone})


def _links(row: Any) -> Iterable[Link | None]:
    row = row[0] if isinstance(row, tuple) else row
    return (getattr(row, name, None) for name in ("flow", "account"))
