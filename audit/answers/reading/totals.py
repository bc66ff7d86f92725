"""What stands in all places of a kind together."""

from __future__ import annotations

from typing import Any

from audit.answers.inquiry import Inquiry
from audit.answers.reading.names import money, place_kind, place_title
from audit.answers.shapes import PlaceTotal
from audit.values import Place


def place_totals(inquiry: Inquiry, book: str | None = None, kind: str | None = None) -> tuple[PlaceTotal, ...]:
    """Every kind of place and currency, in the model's order; each book sums to zero per currency."""
    rows = inquiry.rows("answer_kind_totals")
    under_way = {row[:3]: row[3:] for row in inquiry.rows("answer_open_by_kind", [inquiry.watermark])}
    order = {key: number for number, key in enumerate(inquiry.model.places)}
    wanted = [row for row in rows if (book is None or row[0] == book) and (kind is None or row[1] == kind)]
    wanted.sort(key=lambda row: (order.get((row[0], row[1]), len(order)), row[2]))
    return tuple(_total(inquiry, row, under_way.get(row[:3])) for row in wanted)


def _total(inquiry: Inquiry, row: tuple[Any, ...], under_way: tuple[Any, ...] | None) -> PlaceTotal:
    book, kind, currency, amount, entries = row
    about = place_kind(inquiry.model, Place(book, kind, ""))
    flows, oldest, late = under_way if under_way and not about.is_source else (None, None, None)
    return PlaceTotal(
        book=book,
        book_title=inquiry.text(inquiry.model.books.get(book, {})) or book,
        kind=kind,
        title=place_title(inquiry, Place(book, kind, "")),
        money=money(inquiry.model, int(amount), currency),
        entries=entries,
        certainty=about.certainty,
        flows=flows,
        oldest=oldest,
        late=late,
    )
