"""When something was true of a subject. What is typed comes in a POST; only what may be asked gets into an address."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext

from audit.answers.claims.claimed import in_words
from audit.answers.reading.names import link_of
from audit.answers.reading.withheld import holders
from audit.answers.shapes import Interval
from audit.answers.when import claim_of
from audit.answers.when import when as ask_when
from audit.errors import UsageError
from console.asking import asking, enter
from console.below_zero import BELOW_ZERO, HELD_BELOW
from console.forms import day_in
from console.visit import Visit, looked

LENGTH_MAX = 1000  # characters of an expression
SHOWN = 200  # intervals on a page


@looked("when", "look")
def when(visit: Visit, kind: str, id: int) -> HttpResponse:
    posted = visit.request.method == "POST"
    that = " ".join((visit.request.POST if posted else visit.request.GET).get("that", "").split())[:LENGTH_MAX]
    with asking(visit) as inquiry:
        subject, inquiry = enter(visit, inquiry, kind, id)
        page, trouble, (began, ended) = None, "", _days(visit)
        edges = _edges(began, ended, visit.zone) if began and ended else None
        try:
            page = ask_when(inquiry, subject, that, edges) if that else None
        except UsageError as error:
            trouble, visit.outcome = gettext(str(error)), "bad input"
        asked = in_words(inquiry, kind, claim_of(inquiry, that).tree) if page else ""
        is_below_zero = that == BELOW_ZERO and kind in holders(inquiry.model)
        is_held_below = False
        if page and is_below_zero:
            below = ask_when(inquiry, subject, HELD_BELOW, edges).intervals
            is_held_below = bool(within(below, *edges) if edges else below)
        at, title = inquiry.as_of(), link_of(inquiry, subject, id).title
    if posted and not trouble:
        return HttpResponseRedirect(visit.at(visit.request.path, that=that))
    intervals = page.intervals if page else ()
    shown = within(intervals, *edges) if edges else intervals
    response = visit.show("when.html", at, page=page, kind=kind, id=id, subject=title, that=that,
                          asked=asked, trouble=trouble, most=SHOWN, shown=shown, began=began, ended=ended,
                          edges=edges, throughout=bool(edges and throughout(shown, *edges)),
                          is_below_zero=is_below_zero, is_held_below=is_held_below)  # fmt: skip
    response.status_code = 400 if trouble else 200
    return response


def within(intervals: Iterable[Interval], first: datetime, after: datetime) -> list[Interval]:
    """Those of which a part lies in these days."""
    return [one for one in intervals if one.since.time < after and (one.until is None or one.until.time > first)]


def throughout(intervals: Iterable[Interval], first: datetime, after: datetime) -> bool:
    """Whether one of them spans these days, as far as they have come."""
    return any(one.since.time <= first and (one.until is None or one.until.time >= after) for one in intervals)


def _edges(began: date, ended: date, zone: str) -> tuple[datetime, datetime]:
    first = datetime.combine(began, time(), ZoneInfo(zone)).astimezone(UTC)
    return first, datetime.combine(ended + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)


def _days(visit: Visit) -> tuple[date | None, date | None]:
    """The days that alone are asked about: both, or none. Raises UsageError."""
    began, ended = day_in(visit.request.GET, "from"), day_in(visit.request.GET, "to")
    if (began is None) != (ended is None) or (began and ended and began > ended):
        raise UsageError("give the first and the last day, in this order")
    return began, ended
