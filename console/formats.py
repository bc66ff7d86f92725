"""Amounts, numbers, times and durations as people of a language read them. Made once a language from babel's data,
because babel's own formatting of every cell would cost more than the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from django.utils.translation import gettext
from markupsafe import Markup, escape

from audit.answers.telling.figures import MINUS, duration_text, share_text
from audit.values import UNKNOWN_TIME, Money, is_known, rfc3339

MIDNIGHT = time()
FIRST_TIME = UNKNOWN_TIME + timedelta(microseconds=1)  # that a question can be asked for
_HOURS = {"da": "t"}
_LOCALES = {"en": "en_GB"}  # plain English here is European: day before month, 24 hours


@dataclass(frozen=True, slots=True)
class Formats:
    """How one language writes numbers and times in one zone."""

    zone: tzinfo
    decimal: str
    group: str
    months: tuple[str, ...]
    day_pattern: str  # "{day} {month} {year}"
    weekdays: tuple[str, ...]
    hour_unit: str

    def count(self, number: int) -> str:
        return ("\u2212" if number < 0 else "") + f"{abs(number):,}".replace(",", self.group)

    def amount(self, money: Money) -> str:
        """`12,431.17`, without the currency; below zero `− 849.00`."""
        whole, rest = divmod(abs(money.units), 10**money.digits)
        text = f"{whole:,}".replace(",", self.group)
        if money.digits:
            text += f"{self.decimal}{rest:0{money.digits}d}"
        return MINUS + text if money.units < 0 else text

    def money(self, money: Money) -> str:
        return f"{self.amount(money)}\u00a0{money.currency}"

    def share(self, value: Decimal) -> str:
        """A share of one as a percentage with three decimals, never rounded up to a hundred."""
        return share_text(value, self.decimal)

    def day(self, day: date) -> str:
        return self.day_pattern.format(day=day.day, month=self.months[day.month - 1], year=day.year)

    def when(self, time: datetime) -> Markup:
        """Date, time as fine as it is, and zone: `21 Nov 2026, 12:03:37.007 CET`."""
        local = self._local(time)
        return _time(time, f"{self.day(local)}, {_clock(local)} {_zone(local)}")

    def minute(self, time: datetime) -> Markup:
        """To the minute: `21 Nov 2026, 12:03 CET`."""
        local = self._local(time)
        return _time(time, f"{self.day(local)}, {_hm(local)} {_zone(local)}")

    def plainly(self, time: datetime) -> str:
        """Inside a sentence, without markup: `21 Nov 2026, 12:03 CET`."""
        local = self._local(time)
        return f"{self.day(local)}, {_hm(local)} {_zone(local)}" if is_known(time) else gettext("time not known")

    def second(self, time: datetime) -> Markup:
        """To the second: `21 Nov 2026, 12:03:37 CET`."""
        local = self._local(time)
        return _time(time, f"{self.day(local)}, {_hms(local)} {_zone(local)}")

    def date_of(self, time: datetime) -> Markup:
        """The day that a time falls on, where the time of day says nothing."""
        return _time(time, self.day(self._local(time)))

    def hour(self, time: datetime) -> Markup:
        """To the minute, where the day is today: `12:03 CET`."""
        local = self._local(time)
        return _time(time, f"{_hm(local)} {_zone(local)}")

    def clock(self, time: datetime) -> Markup:
        """The time of day alone, where the day stands beside it: `12:03:06.902 CET`."""
        local = self._local(time)
        return _time(time, f"{_clock(local)} {_zone(local)}")

    def frozen(self, time: datetime) -> str:
        """A time as an address carries it."""
        return rfc3339(time if is_known(time) else FIRST_TIME)

    def end_of(self, day: date) -> str:
        """The last moment of a day in the zone, as an address carries it."""
        return rfc3339(datetime.combine(day + timedelta(days=1), MIDNIGHT, self.zone) - timedelta(microseconds=1))

    def local(self, time: datetime) -> str:
        """What a date and time field of a form takes."""
        return self._local(time).replace(tzinfo=None).isoformat(timespec="milliseconds")

    def _local(self, time: datetime) -> datetime:
        try:
            return time.astimezone(self.zone)
        except OverflowError:  # within a day of year 1 or 9999
            return time.astimezone(UTC)

    def duration(self, seconds: Decimal | float | int) -> str:
        """The two greatest units: `2 d 0 h`, `6 min 3 s`, `30.0 s`, `31 ms`."""
        return duration_text(Decimal(str(seconds)), self.decimal, self.hour_unit)


@lru_cache(maxsize=32)
def formats(language: str, zone: str) -> Formats:
    locale = Locale.parse(_LOCALES.get(language, language).replace("-", "_"))
    symbols = locale.number_symbols["latn"]
    months = locale.months["format"]["abbreviated"]
    return Formats(
        zone=ZoneInfo(zone),
        decimal=symbols["decimal"],
        group=symbols["group"],
        months=tuple(months[number] for number in range(1, 13)),
        day_pattern=_day_pattern(locale),
        weekdays=tuple(locale.days["format"]["wide"].values()),
        hour_unit=_HOURS.get(language, "h"),
    )


def _day_pattern(locale: Locale) -> str:
    pattern = locale.date_formats["medium"].pattern
    return "{day}. {month} {year}" if "d." in pattern else "{day} {month} {year}"


def _time(time: datetime, text: str) -> Markup:
    if not is_known(time):
        return escape(gettext("time not known"))
    return Markup(f'<time datetime="{rfc3339(time)}">{escape(text)}</time>')  # noqa: S704 # the text is escaped


def _clock(local: datetime) -> str:
    if local.microsecond:
        return f"{_hms(local)}.{local.microsecond // 1000:03d}"
    return _hms(local) if local.second else _hm(local)


def _hms(local: datetime) -> str:
    return f"{_hm(local)}:{local.second:02d}"


def _hm(local: datetime) -> str:
    """A third of what strftime costs, and a page has a hundred."""
    return f"{local.hour:02d}:{local.minute:02d}"


def _zone(local: datetime) -> str:
    name = local.tzname() or "UTC"
    return str(escape(name if name[0].isalpha() else f"UTC{name}"))
