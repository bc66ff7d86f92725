"""The list of findings: chosen by rule, severity, state, cause and whether it is taken on; by age or by money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from audit.access.acknowledged import acknowledged
from audit.answers.inquiry import Inquiry
from audit.answers.pages.findings import finding_lines, rule_lines
from audit.answers.reading.cursors import Mark, pack, unpack
from audit.answers.reading.cut import END
from audit.answers.shapes import FindingLine, FindingsPage, Page
from audit.database import is_withholding
from audit.errors import UsageError
from audit.findings.catalogue import RULES

FINDINGS_SHOWN = 50
VISIBLE = "and exists (select from subject s where s.id = f.subject_id)"  # of findings, to whom some are withheld
COUNTED_MAX = 1000
DIGITS_MAX = 10  # of an offset
LAST_ID = "~"
BEGAN = datetime.min.replace(tzinfo=UTC)
CHOICES = {
    "state": ("", "open", "resolved"),
    "severity": ("", "critical", "high", "medium", "info"),
    "cause": ("", "first"),
    "taken": ("", "yes", "no"),
    "order": ("newest", "oldest", "money"),
}
_BY_TIME = "f.opened_at {direction}, f.id {direction}"
_BY_MONEY = (
    "(select max((e ->> 0)::numeric) from jsonb_array_elements(f.money) as e where e ->> 1 = %(currency)s) desc,"
    " f.opened_at, f.id"
)

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of the findings is asked for; "" is all. `cause` "first": only what follows from nothing else. `taken`
    "yes" or "no": whether somebody has. With a `currency` only those in it; by money they need one."""

    rule: str = ""
    state: str = ""
    severity: str = ""
    cause: str = ""
    taken: str = ""
    order: str = "newest"
    currency: str = ""

    def checked(self, inquiry: Inquiry) -> Chosen:
        """Itself; raises UsageError for a word that is not known."""
        if self.rule and self.rule not in RULES:
            raise UsageError(f"{self.rule!r} is no rule: there are {', '.join(sorted(RULES))}")
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                raise UsageError(f"{getattr(self, name)!r} is no {name} of findings: {', '.join(filter(None, known))}")
        if self.currency and self.currency not in inquiry.model.digits:
            raise UsageError(f"{self.currency!r} is no currency of the model")
        if self.order == "money" and not self.currency:
            raise UsageError("by money, choose the currency too")
        return self


def findings(
    inquiry: Inquiry, chosen: Chosen = Chosen(), cursor: str | None = None, size: int = FINDINGS_SHOWN
) -> FindingsPage:
    """A page of the list, with every rule's counts. Raises UsageError."""
    chosen.checked(inquiry)
    page = _page(inquiry, chosen, cursor, size)
    taken = acknowledged(inquiry.connection, [line.id for line in page.rows])
    return FindingsPage(inquiry.as_of(), inquiry.model.hash, rule_lines(inquiry), page, taken)


def all_findings(inquiry: Inquiry, chosen: Chosen = Chosen()) -> Iterator[FindingLine]:
    """Every finding, newest first; at a moment those that had been opened by then, as they stood."""
    if inquiry.cut.is_now:
        yield from _all(inquiry, chosen)
        return
    for line in _all(inquiry, replace(chosen.checked(inquiry), state="")):
        state = "open" if line.is_open else "resolved"
        if not line.is_ahead and chosen.state in ("", state):
            yield line if state == line.state else replace(line, state=state, resolved_at=None, resolved_by=None)


def _all(inquiry: Inquiry, chosen: Chosen) -> Iterator[FindingLine]:
    cursor: str | None = None
    while True:
        page = _page(inquiry, chosen.checked(inquiry), cursor, 500)
        yield from page.rows
        cursor = page.next
        if cursor is None:
            return


def _page(inquiry: Inquiry, chosen: Chosen, cursor: str | None, size: int) -> Page[FindingLine]:
    parameters = {
        "rule": chosen.rule,
        "state": chosen.state,
        "severity": chosen.severity,
        "cause": chosen.cause,
        "taken": chosen.taken,
        "currency": chosen.currency,
        "hides": list(inquiry.hides),
    }
    visible = VISIBLE if is_withholding(inquiry.connection) else ""
    ((total,),) = inquiry.rows("answer_count_findings", {**parameters, "limit": COUNTED_MAX + 1}, visible=visible)
    if chosen.order == "money":
        return _by_money(inquiry, parameters, cursor, size, total)
    at, identifier, is_back = _unpacked(cursor, chosen.order == "oldest")
    is_ascending = is_back != (chosen.order == "oldest")
    rows = inquiry.rows(
        "answer_findings",
        {**parameters, "opened_at": at, "id": identifier, "limit": size + 1, "offset": 0},
        beyond=">" if is_ascending else "<",
        order=_BY_TIME.format(direction="asc" if is_ascending else "desc"),
    )
    more, rows = len(rows) > size, rows[:size]
    if is_back:
        rows.reverse()
    before, after = (more, True) if is_back else (cursor is not None, more)
    return Page(
        tuple(finding_lines(inquiry, rows)),
        total if total <= COUNTED_MAX else None,
        COUNTED_MAX,
        _packed(rows[-1], False) if after and rows else None,
        _packed(rows[0], True) if before and rows else None,
    )


def _by_money(
    inquiry: Inquiry, parameters: Mapping[str, object], cursor: str | None, size: int, total: int
) -> Page[FindingLine]:
    start = int(cursor) if cursor and cursor.isascii() and cursor.isdigit() and len(cursor) < DIGITS_MAX else 0
    rows = inquiry.rows(
        "answer_findings",
        {**parameters, "opened_at": END, "id": LAST_ID, "limit": size + 1, "offset": start},
        beyond="<",
        order=_BY_MONEY,
    )
    return Page(
        tuple(finding_lines(inquiry, rows[:size])),
        total if total <= COUNTED_MAX else None,
        COUNTED_MAX,
        str(start + size) if len(rows) > size else None,
        str(max(0, start - size)) if start else None,
    )


def _packed(row: Row, is_back: bool) -> str:
    """Time and identifier (96 bits) of a finding."""
    high, low = divmod(int(row[0], 16), 2**48)
    return pack(Mark(row[6], 0, high, low, 0, is_back))


def _unpacked(cursor: str | None, is_from_the_oldest: bool) -> tuple[datetime, str, bool]:
    if cursor is None:
        return (BEGAN, "", False) if is_from_the_oldest else (END.astimezone(UTC), LAST_ID, False)
    mark = unpack(cursor)
    return mark.recorded, f"{mark.source_position * 2**48 + mark.position:024x}", mark.is_back
