"""Times as sources write them, turned into microseconds since 1970 in UTC; what cannot be meant is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from audit.values import UNKNOWN_TIME, micros_of, with_zone

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

EARLIEST = (datetime(1900, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
LATEST = (datetime(2200, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND  # excluded

UNKNOWN = micros_of(UNKNOWN_TIME)  # no event that can be read bears it

NEAREST = "its time is not known: it is told at that of the nearest event of its source that can be read"
SEEN = "its time is not known, only when it was seen"


class BadTime(ValueError):
    """The text says what is wrong with the time and how to mend it."""


def undated(problem: str, recorded: int) -> str:
    """The problem of an event whose own time cannot be told, with what its time is instead."""
    return f"{problem}; {SEEN if recorded == UNKNOWN else NEAREST}"


def is_below(recorded: int, stated: int | None) -> bool:
    """Whether it was recorded where its source had been said to be complete; of an unknown time nobody can tell."""
    return stated is not None and UNKNOWN < recorded <= stated


def micros_of_text(text: object, name: str) -> int:
    """An RFC 3339 time with a zone, between 1900 and 2199; digits beyond microseconds are cut off."""
    if not isinstance(text, str):
        raise BadTime(f"{name} is not text: write it as in 2026-11-21T11:03:07Z")
    try:
        time = with_zone(text, name)
    except ValueError as error:
        raise BadTime(str(error)) from None
    if len(text) < 20 or text[4] != "-" or text[10] not in "Tt " or "W" in text:
        raise BadTime(f"{name} is not written as RFC 3339 says: write it as in 2026-11-21T11:03:07Z")
    try:
        return in_range((time - _EPOCH) // _MICROSECOND, name)
    except OverflowError:
        raise _out_of_range(name) from None


def in_range(micros: int, name: str) -> int:
    """`micros` itself, or BadTime where it lies outside 1900 to 2199."""
    if EARLIEST <= micros < LATEST:
        return micros
    raise _out_of_range(name)


def _out_of_range(name: str) -> BadTime:
    return BadTime(f"{name} lies outside the years 1900 to 2199: correct it at the source")
