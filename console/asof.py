"""The moment a page is asked for: now, or any time on either clock. It stands in the URL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import QueryDict

from audit.errors import UsageError
from audit.values import Clock, Moment, checked_time

_NO_TIME = "this time cannot be read: write it as 2026-11-21 12:03:37 or with a zone as 2026-11-21T11:03:37Z"


@dataclass(frozen=True, slots=True)
class Asked:
    """`text` is what the URL says, so that links carry it on unchanged; "" means now."""

    text: str
    moment: Moment

    @property
    def query(self) -> dict[str, str]:
        if self.moment.clock is Clock.OCCURRED:
            return {"at": self.text, "clock": "occurred"} if self.text else {"clock": "occurred"}
        return {"at": self.text} if self.text else {}


def asked_moment(query: QueryDict, zone: str) -> Asked:
    """A time without a zone is meant in the bank's; raises UsageError where it is no time."""
    text = query.get("at", "").strip()
    clock = Clock.OCCURRED if query.get("clock") == "occurred" else Clock.RECORDED
    return Asked(text, Moment(_time(text, zone) if text else None, clock))


def _time(text: str, zone: str) -> datetime:
    try:
        time = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        return checked_time(time if time.tzinfo else time.replace(tzinfo=ZoneInfo(zone)))
    except (ValueError, OverflowError):
        raise UsageError(_NO_TIME) from None
