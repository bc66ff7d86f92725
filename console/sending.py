"""A list leaves the house: a large one, or one of several customers, once a second person has approved exactly it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from django.http import HttpResponse

from audit.access import approvals
from audit.access.reasons import Reason
from audit.answers.reading.names import customers_among
from audit.database import reading
from audit.errors import WhereaboutsError
from audit.values import Subject
from console.listing import Listed, as_file
from console.visit import Visit, with_query

KIND = "list_export"
ROWS_ALONE_MAX = 100
CUSTOMERS_ALONE_MAX = 1


def send(
    visit: Visit,
    listed: Listed,
    format: str,
    about: Mapping[str, object],
    subjects: Sequence[Subject] | None = None,
    newest: int | None = None,
) -> HttpResponse:
    """The list as a file; it shows `subjects` (None: those that the visit has noted). `newest` is the number of its
    newest row, where it grows by being asked for. Raises ApprovalMissing, also where it is more than was approved.
    """
    shown = visit.without_hidden(listed)
    visit.details = {"list": listed.name, "format": format, "rows": len(shown.rows)}
    customers = _customers(visit, visit.subjects if subjects is None else subjects)
    if len(shown.rows) > ROWS_ALONE_MAX or customers > CUSTOMERS_ALONE_MAX:
        sizes = {"rows": len(shown.rows), "customers": customers}
        details = sizes if newest is None else {**sizes, "newest": newest}
        about_one = visit.subjects if customers == CUSTOMERS_ALONE_MAX else ()
        approval = approvals.take(visit.actor, KIND, _what(visit), details, about_one, sizes, _reason(visit))
        visit.details = {**visit.details, "customers": customers, "approval": approval.pk}
    return as_file(shown, format, about)


def newest_approved(visit: Visit) -> int | None:
    """The newest row of this list that was there when it was asked for, where it is approved."""
    asked = approvals.given(visit.actor, KIND, _what(visit)).order_by("id").last()
    return None if asked is None else asked.details.get("newest")


def _reason(visit: Visit) -> Reason | None:
    return visit.reason or (visit.grant.reason if visit.grant else None)


def _customers(visit: Visit, subjects: Sequence[Subject]) -> int:
    """Behind a customer's door a list is that customer's, whoever else stands in its rows."""
    if visit.grant is not None and visit.grant.door is not None:
        return 1
    with suppress(WhereaboutsError), reading() as connection:
        return customers_among(connection, subjects)
    return 0  # there is no bank yet


def _what(visit: Visit) -> str:
    """The list's address, its choices in order: the same list is always called the same."""
    return with_query(visit.request.path, dict(sorted(visit.request.GET.items())))
