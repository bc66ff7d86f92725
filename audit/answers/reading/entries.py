"""The two sides of movements as they stand in places: read within a span of days of the asked clock, and told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from audit.answers.inquiry import Inquiry
from audit.answers.reading.cursors import Mark, pack
from audit.answers.reading.cut import END, LAST_POSITION, LAST_SOURCE
from audit.answers.reading.events import Told, events_at, read_events
from audit.answers.reading.ledger import day_began, day_of
from audit.answers.reading.names import flow_kinds, links_of, money, place_title
from audit.answers.shapes import EntryLine, Link
from audit.values import Clock, Place, Subject

LAST_ORDINAL = 2**15 - 1
BEGAN = datetime.min.replace(tzinfo=UTC)

Row = tuple[Any, ...]
Days = tuple[date, date]  # the first and the last, both included


def clock_column(inquiry: Inquiry) -> str:
    return "recorded_at" if inquiry.cut.clock is Clock.RECORDED else "occurred_at"


def bounds(inquiry: Inquiry, days: Days | None) -> dict[str, datetime]:
    """When these days of the bank's zone begin and end; None: all days."""
    if days is None:
        return {"began": BEGAN, "ended": END}
    return {"began": day_began(inquiry, days[0]), "ended": day_began(inquiry, days[1] + timedelta(days=1))}


def entry_rows(inquiry: Inquiry, place: int, days: Days | None, limit: int, after: Mark | None = None) -> list[Row]:
    """Entries of a place, newest first: recorded, source, its order, ordinal, position, occurred, amount, balance, and
    the counterpart's book, kind, key and number. `after`: only those behind an entry's cursor."""
    mark = after or Mark(END, LAST_SOURCE, LAST_POSITION, LAST_ORDINAL)
    return inquiry.rows(
        "answer_entries",
        {
            **inquiry.cut.parameters(),
            **bounds(inquiry, days),
            "place": place,
            "after_recorded": mark.recorded,
            "after_source": mark.source_id,
            "after_order": mark.source_position,
            "after_ordinal": mark.position,
            "limit": limit,
        },
        clock=clock_column(inquiry),
    )


def entry_lines(inquiry: Inquiry, rows: Sequence[tuple[Any, ...]], currencies: Sequence[str]) -> list[EntryLine]:
    """Rows of `answer_entries`, each in its currency, as they are shown."""
    told = {
        one.row.position: one
        for one in read_events(inquiry, list(events_at(inquiry, {row[4] for row in rows}).values()))
    }
    kinds = set(flow_kinds(inquiry.model))
    links = links_of(inquiry, {tie for one in told.values() for tie in one.ties if tie.kind in kinds})
    pairs = zip(rows, currencies, strict=True)
    return [_entry(inquiry, currency, row, told[row[4]], links) for row, currency in pairs]


def _entry(inquiry: Inquiry, currency: str, row: tuple[Any, ...], told: Told, links: dict[Subject, Link]) -> EntryLine:
    recorded, source_id, source_position, ordinal, _, occurred, amount, balance, book, kind, key, counter_id = row
    counter = Place(book, kind, key)
    return EntryLine(
        event=told.ref,
        recorded=recorded,
        occurred=occurred,
        title=told.title,
        says=told.says,
        counter=counter,
        counter_title=place_title(inquiry, counter),
        flow=next((links[tie] for tie in told.ties if tie in links), None),
        money=money(inquiry.model, int(amount), currency),
        balance=None if balance is None else money(inquiry.model, int(balance), currency),
        known_since=recorded if day_of(inquiry, occurred) < day_of(inquiry, recorded) else None,
        is_final=told.is_final,
        cursor=pack(Mark(recorded, source_id, source_position, ordinal)),
        counter_id=counter_id,
        counterparty=told.counterparty,
    )
