"""Lists as files: CSV by RFC 4180 whose cells no spreadsheet runs as a formula, and JSON. Masked like the page."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse

from audit.answers.shapes import Link, Page
from audit.trails import tabular
from audit.values import EventRef, Money, known_time

ROWS_MAX = 10_000

Fields = Mapping[str, Callable[[Any], object]]


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows of one list, all of it or cut at `ROWS_MAX`; `total` None: more than were counted."""

    name: str
    fields: Fields
    rows: Sequence[Any]
    total: int | None
    is_cut: bool


def gather(name: str, fields: Fields, page_at: Callable[[str | None], Page[Any]]) -> Listed:
    """Every page of a list, by its cursors."""
    page = page_at(None)
    rows, total = list(page.rows), page.total
    while page.next and len(rows) < ROWS_MAX:
        page = page_at(page.next)
        rows.extend(page.rows)
    is_cut = page.next is not None
    return Listed(name, fields, rows, total if is_cut or total is not None else len(rows), is_cut)


def as_file(listed: Listed, format: str, about: Mapping[str, object]) -> HttpResponse:
    """The list as a download; its name holds nothing of the customer."""
    body = as_csv(listed) if format == "csv" else as_json(listed, about)
    kind = "text/csv; charset=utf-8; header=present" if format == "csv" else "application/json"
    headers = {
        "Content-Disposition": f'attachment; filename="{listed.name}.{format}"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(body, content_type=kind, headers=headers)


def as_csv(listed: Listed) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(listed.fields)
    for row in listed.rows:
        writer.writerow(cell(read(row)) for read in listed.fields.values())
    if listed.is_cut:
        writer.writerow([f"cut here: {len(listed.rows)} rows of {listed.total or 'more'}"])
    return out.getvalue()


def as_json(listed: Listed, about: Mapping[str, object]) -> str:
    rows = [{name: plain(read(row)) for name, read in listed.fields.items()} for row in listed.rows]
    head = {**about, "list": listed.name, "shown": len(rows), "total": listed.total, "is_cut": listed.is_cut}
    return json.dumps({**head, "rows": rows}, ensure_ascii=False, indent=1) + "\n"


def cell(value: object) -> str:
    """Text for one cell; what a spreadsheet would run is made text by an apostrophe (numbers stay numbers)."""
    made = plain(value)
    text = "" if made is None else made if isinstance(made, str) else json.dumps(made, ensure_ascii=False)
    return tabular.cell(text)


def plain(value: object) -> object:
    """What JSON can say of a value: times in UTC, amounts as exact decimals."""
    if isinstance(value, datetime):
        return known_time(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Money):
        return f"{value.amount:f}"
    if isinstance(value, Link):
        return str(value.subject)
    if isinstance(value, EventRef):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value


def sums(money: Iterable[Money]) -> str:
    return "; ".join(str(one) for one in money)
