"""Where one is told whether an account was ever overdrawn."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from audit.answers.shapes import AccountPage, CustomerPage
from console.environment import url
from console.visit import Visit

BELOW_ZERO = "available < 0"
HELD_BELOW = "held < 0"  # which cannot be: then what is available is not what it says


def ever_below_zero(visit: Visit, page: CustomerPage) -> list[tuple[str, str]]:
    """Of each of a customer's accounts that holds money: last month, at any time."""
    found = []
    for one in [row.account for row in page.accounts.rows if row.balances and row.account.id]:
        path = url("when", [one.subject.kind, one.id])
        if page.at.time is not None:
            before, _ = _months(visit, page.at.time)
            found.append((f"{one.title}, {gettext('last month')}", visit.at(path, that=BELOW_ZERO, **before)))
        found.append((f"{one.title}, {gettext('at any time')}", visit.at(path, that=BELOW_ZERO)))
    return found


def below_zero(visit: Visit, page: AccountPage) -> list[tuple[str, str]]:
    """Of one account: last month, this month, at any time."""
    if not page.balances or page.at.time is None:
        return []
    before, so_far = _months(visit, page.at.time)
    path = url("when", [page.subject.subject.kind, page.subject.id])
    return [
        (gettext("last month"), visit.at(path, that=BELOW_ZERO, **before)),
        (gettext("this month"), visit.at(path, that=BELOW_ZERO, **so_far)),
        (gettext("at any time"), visit.at(path, that=BELOW_ZERO)),
    ]


def _months(visit: Visit, time: datetime) -> tuple[dict[str, date], dict[str, date]]:
    """The first and the last day of the month before, and of this one so far."""
    today = time.astimezone(ZoneInfo(visit.zone)).date()
    before = today.replace(day=1) - timedelta(days=1)
    return {"from": before.replace(day=1), "to": before}, {"from": today.replace(day=1), "to": today}
