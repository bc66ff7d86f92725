"""The values that every stage shares: money, places, subjects and moments. Frozen, exact, free of Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros_of(time: datetime) -> int:
    """Microseconds since 1970-01-01T00:00:00Z, exactly; `time` must be aware."""
    return (time - _EPOCH) // timedelta(microseconds=1)


def time_of(micros: int) -> datetime:
    """The UTC time of `micros` microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=micros)


def rfc3339(time: datetime) -> str:
    """UTC with exactly six digits of fraction, as in `2026-11-21T11:03:07.007000Z`."""
    moved = time if time.tzinfo is UTC else time.astimezone(UTC)
    return moved.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


YEARS = range(1900, 2200)  # of events, and so of questions; other years are no times of a bank's


UNKNOWN_TIME = datetime(1899, 12, 31, 23, 59, 59, 999_999, UTC)  # in place of one that nobody knows: before all others


def is_known(time: datetime) -> bool:
    """Whether it is a time at all: what bears `UNKNOWN_TIME` may have happened at any."""
    return time != UNKNOWN_TIME


def known_time(time: datetime) -> str | None:
    """As `rfc3339`; None where the time is not known."""
    return rfc3339(time) if is_known(time) else None


def checked_time(time: datetime) -> datetime:
    """`time` in UTC; raises ValueError outside the years 1900 to 2199."""
    try:
        moved = time.astimezone(UTC)
    except OverflowError:
        moved = time
    if moved.year not in YEARS:
        raise ValueError(f"the year {moved.year} is out of reach: ask for 1900 to 2199")
    return moved


def zoned_time(text: str) -> datetime:
    """RFC 3339 with a zone, in UTC; raises ValueError, whose text says how to write it."""
    return checked_time(with_zone(text, text))


def with_zone(text: str, name: str) -> datetime:
    """A time as it is written, with its zone; raises ValueError, which calls it `name`."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{name} is not a time that can be read: write it as in 2026-11-21T11:03:07Z") from None
    if time.tzinfo is None:
        raise ValueError(f"{name} has no zone: add Z or an offset such as +01:00")
    return time


class Clock(StrEnum):
    """The two clocks that a question can be asked on (DESIGN.md section 2)."""

    RECORDED = "recorded"
    OCCURRED = "occurred"


class Certainty(StrEnum):
    """How sure it is that money rests in a place."""

    KNOWN = "known"
    UNCONFIRMED = "sent but unconfirmed"
    OUTSIDE = "outside our sight"


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What a person asks about, written KIND:ID; the id is the bank's own, without a stream's prefix."""

    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"

    @classmethod
    def parse(cls, text: str) -> Subject:
        """Split at the first colon; raises ValueError where there is none or a side is empty."""
        kind, colon, key = text.partition(":")
        if not (kind and colon and key) or not text.isprintable() and not _is_storable(text):
            raise ValueError(f"{text!r} is not a subject: write KIND:ID, for example account:576")
        return cls(kind, key)


def _is_storable(text: str) -> bool:
    """Whether the database can hold it: no NUL, no half of a character."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in whole minor units; `digits` is the currency's number of decimals."""

    units: int
    currency: str
    digits: int

    @property
    def amount(self) -> Decimal:
        return Decimal(self.units).scaleb(-self.digits)

    @property
    def grouped(self) -> str:
        """`12,431.17 DKK`: in lists that people read; sentences and programs do without the commas."""
        return f"{self.amount:,f} {self.currency}"

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where money can be: a place of one book, written KIND:ID (`reserved:A-3391`)."""

    book: str
    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}" if self.key else self.kind


@dataclass(frozen=True, slots=True)
class EventRef:
    """An event's address: source and the source's own identifier, and its position in our log."""

    source: str
    id: str
    position: int

    def __str__(self) -> str:
        return f"{self.source}/{self.id}"


@dataclass(frozen=True, slots=True)
class Moment:
    """A time on one clock; `time` None means now: all that is known."""

    time: datetime | None = None
    clock: Clock = Clock.RECORDED
