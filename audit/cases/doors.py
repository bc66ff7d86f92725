"""Which doors a case stands behind: those of all its customers, and of every subject that has none."""

from __future__ import annotations

from audit.answers.inquiry import Inquiry
from audit.answers.reading.names import customers_of_each
from audit.answers.reading.withheld import hidden_among
from audit.cases.entries import Case
from audit.errors import Refused, UsageError
from audit.values import Subject


def doors_of(inquiry: Inquiry, case: Case) -> tuple[tuple[Subject, ...], tuple[Subject, ...]]:
    """The customers of a case, and all whose doors must stand open. Raises UsageError while nothing is pinned, and
    Refused."""
    if not case.subjects:
        raise UsageError(f"nothing is pinned to {case.title} yet")
    if hidden_among(inquiry, case.subjects):
        raise Refused("part of this case is withheld from you, so its trail is too")
    behind = customers_of_each(inquiry.connection, case.subjects)
    customers = tuple(dict.fromkeys(one for own in behind.values() for one in own))
    return customers, (*customers, *(subject for subject, own in behind.items() if not own))
