"""Durations and shares as a person reads them; the decimal sign is the language's."""

from __future__ import annotations

from decimal import Decimal

MINUS = "\u2212\u202f"  # the minus sign and a thin space that does not break


def duration_text(seconds: Decimal, decimal: str = ".", hour: str = "h") -> str:
    """The two greatest units: `2 d 0 h`, `6 min 3 s`, `30.0 s`, `31 ms`. `hour`: what the language writes for it."""
    if seconds < 0:
        return MINUS + duration_text(-seconds, decimal, hour)
    if seconds < 1:
        return f"{int(seconds * 1000)} ms"
    if seconds < 60:
        return f"{int(seconds * 10) / 10:.1f} s".replace(".", decimal)
    minutes, left = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {left} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} {hour} {minutes} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} {hour}"


def share_text(value: Decimal, decimal: str = ".") -> str:
    """A share of one as a percentage with three decimals, never rounded up to a hundred."""
    thousandths = int(value * 100_000)
    return f"{thousandths // 1000}{decimal}{thousandths % 1000:03d}\u00a0%"
