"""Where the bank's money is, what is not explained, and how far each source is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.http import HttpResponse

from audit.answers.pages.overview import overview as ask_overview
from audit.answers.shapes import PlaceTotal
from audit.values import Money
from console.asking import asking
from console.visit import Visit, looked


@dataclass(frozen=True, slots=True)
class Book:
    """A book's places and what they sum to, which is zero in each currency."""

    title: str
    totals: tuple[PlaceTotal, ...]
    sums: tuple[Money, ...]


@looked("overview", "places")
def overview(visit: Visit) -> HttpResponse:
    with asking(visit, is_now=True) as inquiry:
        page = ask_overview(inquiry)
    return visit.show("overview.html", page.at, page=page, books=books(page.places))


def books(places: Iterable[PlaceTotal]) -> list[Book]:
    by_book: dict[str, list[PlaceTotal]] = {}
    for total in places:
        by_book.setdefault(total.book, []).append(total)
    return [Book(rows[0].book_title or name, tuple(rows), sums(rows)) for name, rows in by_book.items()]


def sums(totals: Iterable[PlaceTotal]) -> tuple[Money, ...]:
    by_currency: dict[str, Money] = {}
    for total in totals:
        so_far = by_currency.get(total.money.currency)
        by_currency[total.money.currency] = (
            replace(so_far, units=so_far.units + total.money.units) if so_far else total.money
        )
    return tuple(by_currency.values())
