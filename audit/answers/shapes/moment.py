"""When an answer is true, how much of a list it shows, and the words that name a subject."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from audit.values import Clock, EventRef, Subject

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Unattributed:
    """Events of a source of which nothing says whom they touch. `is_counted` False: there are more than `events`."""

    source: str
    events: int
    is_counted: bool


@dataclass(frozen=True, slots=True)
class AsOf:
    """The moment an answer is true at. Now (`is_now`): all that is known, `time` the watermark of the worst
    source: up to there nothing is missing; what sources that are ahead recorded after it is shown too. `upto`: within
    `time`, up to and including this event. `sealed`: nothing in the answer may still change its order. `watermark` is
    the worst source's, `worst_source` its name. `unattributed` events may touch any subject: with them no answer is
    complete."""

    time: datetime | None
    clock: Clock
    is_now: bool
    sealed: bool
    watermark: datetime | None
    worst_source: str | None
    upto: EventRef | None = None
    unattributed: tuple[Unattributed, ...] = ()


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """A part of a list. `total` None: more than `counted`, not counted further. Cursors are opaque, for the URL."""

    rows: tuple[Row, ...]
    total: int | None
    counted: int = 1000
    next: str | None = None
    previous: str | None = None

    @property
    def shown(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Link:
    """A subject with the words that name it ("Account A-3391"). `kind_title` alone is "Account". `id` is ours, for
    addresses that carry no key of the bank; 0: it has none yet."""

    subject: Subject
    title: str
    kind_title: str
    id: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """One named value. A personal one is masked already; `path` says which field it is (for "show name"). `was_so`:
    when it was, where what told it has been left behind since. `is_erased`: the value only says so."""

    name: str
    title: str
    value: str
    path: str
    is_personal: bool = False
    event: EventRef | None = None
    was_so: datetime | None = None
    is_erased: bool = False

    @property
    def is_masked(self) -> bool:
        """Whether there is a value behind the mask that may be asked for."""
        return self.is_personal and not self.is_erased
