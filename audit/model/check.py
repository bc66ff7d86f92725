"""All checks of a decoded document, part by part. Nothing stops at the first error."""

from __future__ import annotations

from audit.model import schema
from audit.model.check_bank import check_calendars, check_currencies, check_head, check_kinds
from audit.model.check_judged import check_judged
from audit.model.check_lanes import check_lanes
from audit.model.check_money import check_books, check_money
from audit.model.check_personal import check_personal
from audit.model.check_rules import check_rules
from audit.model.check_texts import check_texts
from audit.model.doubts import doubt
from audit.model.problems import Problems


def check(document: schema.Document, problems: Problems) -> None:
    """Errors go to `problems`, and warnings where there are none."""
    check_head(document, problems)
    check_currencies(document, problems)
    check_calendars(document, problems)
    check_kinds(document, problems)
    check_books(document, problems)
    check_lanes(document, problems)
    check_money(document, problems)
    check_personal(document, problems)
    check_texts(document, problems)
    check_rules(document, problems)
    check_judged(document, problems)
    if not problems.errors:
        doubt(document, problems)
