"""The bank's calendars: when each clearing works, and what comes after its cut-off or on a holiday waits for when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@lru_cache(maxsize=64)
def easter(year: int) -> date:
    """Easter Sunday (Gauss, as Meeus gives it for the Gregorian calendar)."""
    century, golden = year // 100, year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (year % 100 // 4) - epact - year % 100 % 4) % 7
    month, day = divmod(epact + weekday - 7 * ((golden + 11 * epact + 22 * weekday) // 451) + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=64)
def danish_holidays(year: int) -> frozenset[date]:
    """The days on which Danish banks rest, as their association names them."""
    moved = (easter(year) + timedelta(days=days) for days in (-3, -2, 1, 39, 40, 50))
    fixed = (date(year, *day) for day in ((1, 1), (6, 5), (12, 24), (12, 25), (12, 26), (12, 31)))
    return frozenset((*moved, *fixed))


@lru_cache(maxsize=64)
def swedish_holidays(year: int) -> frozenset[date]:
    """The days on which Swedish banks rest; Midsummer Eve is the Friday from 19 to 25 June."""
    moved = (easter(year) + timedelta(days=days) for days in (-2, 1, 39))
    midsummer = next(day for day in (date(year, 6, 19 + n) for n in range(7)) if day.weekday() == 4)
    fixed = (date(year, *day) for day in ((1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)))
    return frozenset((*moved, midsummer, *fixed))


@dataclass(frozen=True, slots=True)
class BankDays:
    """A clearing's days: from `opens` to `cut_off` in its own zone, but for weekends and holidays."""

    zone: ZoneInfo
    opens: time
    cut_off: time
    holidays: Callable[[int], frozenset[date]]

    def is_bank_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays(day.year)

    def opening(self, micros: int) -> int:
        """When what is there at `micros` goes out: at once, or with the next bank day's opening."""
        local = self.local(micros)
        day, clock = local.date(), local.time()
        if self.is_bank_day(day) and self.opens <= clock <= self.cut_off:
            return micros
        return self.opening_of(day if clock < self.opens else day + timedelta(days=1))

    def opening_of(self, day: date) -> int:
        """The opening of the first bank day from `day` on."""
        while not self.is_bank_day(day):
            day += timedelta(days=1)
        return (datetime.combine(day, self.opens, self.zone) - EPOCH) // MICROSECOND

    def local(self, micros: int) -> datetime:
        return (EPOCH + timedelta(microseconds=micros)).astimezone(self.zone)


DANISH = BankDays(ZoneInfo("Europe/Copenhagen"), time(6), time(16), danish_holidays)
SWEDISH = BankDays(ZoneInfo("Europe/Stockholm"), time(7), time(15), swedish_holidays)
