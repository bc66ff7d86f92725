"""Finding an amount among a place's movements: exactly, the other way, or as a sum of up to three within three days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

from audit.answers.inquiry import Inquiry
from audit.answers.reading.entries import Row, entry_lines, entry_rows
from audit.answers.reading.ledger import day_of
from audit.answers.reading.names import money
from audit.answers.reading.places import Kept, kept_places
from audit.answers.shapes import AmountSearch, EntryLine, Page
from audit.errors import UsageError
from audit.values import Clock, Place

DAYS_SEARCHED = 31  # unless asked otherwise
DAYS_MAX = 366
MOVEMENTS_MAX = 20_000  # of one search
TOGETHER_WITHIN = timedelta(days=3)
LOOKED_UP_MAX = 2_000_000  # partners, for combinations of three: a second's work
SHOWN_MAX = 20


def find_amount(
    inquiry: Inquiry, asked: Place, currency: str, units: int, began: date | None = None, ended: date | None = None
) -> AmountSearch:
    """Search the days from `began` to `ended`, both included (None: up to the moment, a month back).

    Raises UsageError for a span that is too long or runs backwards, UnknownSubject for a place that never was.
    """
    kept = next((one for one in kept_places(inquiry, asked) if one.currency == currency), None)
    if kept is None:
        raise UsageError(f"nothing was ever moved here in {currency}")
    first, last = span(inquiry, began, ended)
    rows = entry_rows(inquiry, kept.id, (first, last), MOVEMENTS_MAX + 1)
    is_recorded = inquiry.cut.clock is Clock.RECORDED
    searched = sorted(rows[:MOVEMENTS_MAX], key=lambda row: (row[0 if is_recorded else 5], *row[:4]))
    times, amounts = [row[0 if is_recorded else 5] for row in searched], [int(row[6]) for row in searched]
    groups, is_whole = combined(times, amounts, units)
    exact = [row for row, amount in zip(searched, amounts, strict=True) if amount == units]
    negative = [row for row, amount in zip(searched, amounts, strict=True) if amount == -units and units]
    parts = [searched[i] for group in groups for i in group]
    shown = _lines(inquiry, kept, [*exact[-SHOWN_MAX:], *negative[-SHOWN_MAX:], *parts])
    return AmountSearch(
        money=money(inquiry.model, units, currency),
        began=first,
        ended=last,
        movements=len(searched),
        is_cut=len(rows) > MOVEMENTS_MAX,
        exact=_page([shown[_key(row)] for row in reversed(exact[-SHOWN_MAX:])], len(exact)),
        negative=_page([shown[_key(row)] for row in reversed(negative[-SHOWN_MAX:])], len(negative)),
        combinations=tuple(tuple(shown[_key(searched[i])] for i in group) for group in groups),
        combinations_complete=is_whole and len(groups) < SHOWN_MAX,
    )


def span(inquiry: Inquiry, began: date | None, ended: date | None) -> tuple[date, date]:
    """The days to be searched; raises UsageError where they are too many or run backwards."""
    last = ended or day_of(inquiry, inquiry.cut.time or inquiry.watermark or datetime.now(UTC))
    first = began or last - timedelta(days=DAYS_SEARCHED - 1)
    if first > last or (last - first).days >= DAYS_MAX:
        raise UsageError(f"search from an earlier to a later day, at most {DAYS_MAX} days")
    return first, last


def combined(times: Sequence[datetime], amounts: Sequence[int], wanted: int) -> tuple[list[tuple[int, ...]], bool]:
    """Indexes of two or three movements, all within three days, that sum to `wanted` or to its negative.

    `times` ascend. At most SHOWN_MAX; False: there was too much to look at, and not all was. A part that is the amount
    by itself, or of which two already are, is no news and is left out.
    """
    found: list[tuple[int, ...]] = []
    targets, looked_up = {wanted, -wanted} - {0}, 0
    single = {i for i, amount in enumerate(amounts) if amount in targets or not amount}
    end = 0
    for i in range(len(amounts)):
        while end < len(times) and times[end] - times[i] <= TOGETHER_WITHIN:
            end += 1
        if i in single:
            continue
        window = [j for j in range(i + 1, end) if j not in single]
        looked_up += len(window)
        if looked_up > LOOKED_UP_MAX:
            return found, False
        for group in _beginning_with(i, window, amounts, targets):
            found.append(group)
            if len(found) >= SHOWN_MAX:
                return found, True
    return found, True


def _beginning_with(
    i: int, window: Sequence[int], amounts: Sequence[int], targets: set[int]
) -> Iterator[tuple[int, ...]]:
    at: dict[int, list[int]] = defaultdict(list)
    for j in window:
        at[amounts[j]].append(j)
    for target in targets:
        for j in at.get(target - amounts[i], ()):
            yield i, j
    for j in window:
        if amounts[i] + amounts[j] in targets or not amounts[i] + amounts[j]:
            continue
        for target in targets:
            for k in at.get(target - amounts[i] - amounts[j], ()):
                if k > j and not any(
                    amounts[a] + amounts[b] in targets or not amounts[a] + amounts[b]
                    for a, b in combinations((i, j, k), 2)
                ):
                    yield i, j, k


def _key(row: Row) -> Row:
    """What tells one side of a movement from all others."""
    return row[:4]


def _lines(inquiry: Inquiry, kept: Kept, rows: Sequence[Row]) -> dict[Row, EntryLine]:
    unlike = list({_key(row): row for row in rows}.values())
    lines = entry_lines(inquiry, unlike, [kept.currency] * len(unlike))
    return {_key(row): line for row, line in zip(unlike, lines, strict=True)}


def _page(lines: Sequence[EntryLine], total: int) -> Page[EntryLine]:
    return Page(tuple(lines), total)
