"""The moment a page is asked for: now, or any time on either clock. It stands in the URL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.http import QueryDict

from audit.errors import UsageError
from audit.values import Clock, Moment, checked_time

EXACT = "was"  # beside the form's field: the time that the page had
_NO_TIME = "this time cannot be read: write it as 2026-11-21 12:03:37 or with a zone as 2026-11-21T11:03:37Z"
_LEAPT_OVER = "{text} never was in {zone}: the clocks went forward over it; write {earlier} or {later}"


@dataclass(frozen=True, slots=True)
class Asked:
    """`text` is what the URL says, so that links carry it on unchanged; "" means now. Where clocks went back, a time
    comes twice: the first is meant, `second` is how to ask for the other."""

    text: str
    moment: Moment
    second: str = ""

    @property
    def query(self) -> dict[str, str]:
        if self.moment.clock is Clock.OCCURRED:
            return {"at": self.text, "clock": "occurred"} if self.text else {"clock": "occurred"}
        return {"at": self.text} if self.text else {}


def asked_moment(query: QueryDict, zone: str) -> Asked:
    """A time without a zone is meant in the bank's; raises UsageError where it is no time, or never was."""
    text = _unrounded(query.get("at", "").strip(), query.get(EXACT, ""), zone)
    clock = Clock.OCCURRED if query.get("clock") == "occurred" else Clock.RECORDED
    if not text:
        return Asked(text, Moment(None, clock))
    try:
        time = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        first = time if time.tzinfo else time.replace(tzinfo=ZoneInfo(zone))
        return Asked(text, Moment(checked_time(first), clock), "" if time.tzinfo else _second(first, text, zone))
    except (ValueError, OverflowError):
        raise UsageError(_NO_TIME) from None


def _unrounded(text: str, was: str, zone: str) -> str:
    """`was` where `text` is what the form's field made of it: the field takes milliseconds at most, an event has
    microseconds, and a time cut short is a moment before the event."""
    try:
        exact = checked_time(datetime.fromisoformat(was)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        shown = exact.replace(microsecond=exact.microsecond // 1000 * 1000)
        return was if datetime.fromisoformat(text) == shown else text
    except (ValueError, OverflowError, TypeError):
        return text


def _second(first: datetime, text: str, zone: str) -> str:
    """The other time that the same clock showed; "" where there is none. Raises UsageError where the clock leapt."""
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return ""
    if first.astimezone(UTC).astimezone(first.tzinfo).replace(tzinfo=None) == first.replace(tzinfo=None):
        return second.isoformat()
    around = (one.astimezone(UTC).astimezone(first.tzinfo) for one in (second, first))
    earlier, later = (f"{one:%H:%M %Z}" for one in around)
    raise UsageError(_LEAPT_OVER.format(text=text, zone=zone, earlier=earlier, later=later))
