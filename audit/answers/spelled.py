"""Times, days and amounts inside a sentence, as a language writes them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.formats import date_format, get_format

from audit.values import Money


def time_in_words(time: datetime, zone: str) -> str:
    """`2026-11-21 12:03 CET`."""
    return f"{time.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"


def day_in_words(day: date, language: str) -> str:
    """`21 November 2026`, in Danish `21. november 2026`."""
    with translation.override(language):
        return date_format(day, f"{day_pattern(language)} F Y")


def day_pattern(language: str) -> str:
    """The day of a month: `21`, in Danish `21.`."""
    return "j." if str(get_format("DATE_FORMAT", lang=language, use_l10n=True)).startswith("j.") else "j"


def has_decimal_comma(language: str) -> bool:
    return str(get_format("DECIMAL_SEPARATOR", lang=language, use_l10n=True)) == ","


def amount_in_words(money: Money, language: str) -> str:
    """`500.00 DKK`, in Danish `500,00 DKK`: exact, as it is said, without a separator of thousands."""
    return figure_in_words(str(money), language)


def figure_in_words(figure: str, language: str) -> str:
    """A number without a separator of thousands, with the language's decimal sign."""
    return figure.replace(".", get_format("DECIMAL_SEPARATOR", lang=language, use_l10n=True))
