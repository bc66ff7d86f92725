"""Deadlines: so many seconds later, or so many bank days of a calendar with its zone, cut-off, weekend and holidays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from audit.model.meaning import Duration
from audit.values import micros_of, time_of

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAYS_WITHOUT_BANK_MAX = 400  # a calendar that is closed longer than this is no calendar
DAY_MICROS = 86_400_000_000
# Beyond these no calendar reaches, and days are counted plainly; no deadline lies later than a date can say.
FIRST = micros_of(datetime(2, 1, 1, tzinfo=UTC))
LAST = micros_of(datetime(9990, 1, 1, tzinfo=UTC))
END_OF_TIME = micros_of(datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Calendar:
    """`cut_off`: what comes later in the day counts as the next bank day's; None: the day ends at midnight."""

    zone: ZoneInfo
    cut_off: time | None
    weekend: frozenset[int]
    holidays: frozenset[date]

    def is_bank_day(self, day: date) -> bool:
        return day.weekday() not in self.weekend and day not in self.holidays

    def due(self, micros: int, days: int) -> int:
        """The end of the bank day that lies `days` after the one on which `micros` counts, in the calendar's zone.

        The end of a day is its cut-off, or the following midnight. A local time that a change of the clocks skips or
        doubles is taken as `zoneinfo` does: the offset before the change.
        """
        if not FIRST <= micros < LAST:
            return min(micros + days * DAY_MICROS, END_OF_TIME)
        local = time_of(micros).astimezone(self.zone)
        day = local.date()
        if self.cut_off is not None and local.time().replace(tzinfo=None) > self.cut_off:
            day += timedelta(days=1)
        day = self._bank_day_from(day)
        for _ in range(days):
            day = self._bank_day_from(day + timedelta(days=1))
        return micros_of(self._end_of(day))

    def _bank_day_from(self, day: date) -> date:
        for _ in range(DAYS_WITHOUT_BANK_MAX):
            if self.is_bank_day(day):
                return day
            day += timedelta(days=1)
        return day

    def _end_of(self, day: date) -> datetime:
        if self.cut_off is not None:
            return datetime.combine(day, self.cut_off, self.zone)
        return datetime.combine(day + timedelta(days=1), time(), self.zone)


def due_by(calendars: Mapping[str, Calendar]) -> Callable[[int, Duration], int]:
    """`due(micros, allowed)`: the deadline in microseconds."""

    def due(micros: int, allowed: Duration) -> int:
        if allowed.seconds is not None:
            return min(micros + allowed.seconds * 1_000_000, END_OF_TIME)
        if allowed.calendar is None or allowed.bank_days is None:
            return micros
        return calendars[allowed.calendar].due(micros, allowed.bank_days)

    return due
