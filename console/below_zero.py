"""Where one is told whether an account was ever overdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from audit.answers.shapes import AccountLine, AccountPage
from console.environment import url
from console.visit import Visit

BELOW_ZERO = "available < 0"
HELD_BELOW = "held < 0"  # which cannot be: then what is available is not what it says


def ever_below_zero(visit: Visit, accounts: Sequence[AccountLine]) -> list[tuple[str, str]]:
    """Of each of a customer's accounts that holds money, at any time."""
    links = [row.account for row in accounts if row.balances and row.account.id]
    return [(one.title, visit.at(url("when", [one.subject.kind, one.id]), that=BELOW_ZERO)) for one in links]


def below_zero(visit: Visit, page: AccountPage) -> list[tuple[str, str]]:
    """Of one account: last month, this month, at any time."""
    if not page.balances or page.at.time is None:
        return []
    today = page.at.time.astimezone(ZoneInfo(visit.zone)).date()
    first = today.replace(day=1)
    before = first - timedelta(days=1)
    path = url("when", [page.subject.subject.kind, page.subject.id])
    return [
        (gettext("last month"), visit.at(path, that=BELOW_ZERO, **{"from": before.replace(day=1), "to": before})),
        (gettext("this month"), visit.at(path, that=BELOW_ZERO, **{"from": first, "to": today})),
        (gettext("at any time"), visit.at(path, that=BELOW_ZERO)),
    ]
