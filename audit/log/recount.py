"""Reads a source's events again and compares them with what was logged: what is gone or differs is an alarm.

Nothing is repaired: what was read stays as it was read. An alarm that no longer holds is healed, and both times stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, runtime_checkable

from audit.database import Connection, sql
from audit.errors import SourceUnavailable
from audit.log.identity import digest_of, keyed_digest
from audit.sources.contract import RawEvent
from audit.values import time_of

CHANGED, GONE = "changed", "gone"
SLICE = 5_000
LOOK_SECONDS = 60.0
APART_MAX = 64  # positions so far apart are still read as one range

Ranges = list[tuple[int, int]]


@runtime_checkable
class Rereadable(Protocol):
    """A source whose events can be read again by their positions."""

    name: str

    def again(self, ranges: Ranges) -> tuple[Sequence[RawEvent], int, int | None]:
        """The events that stand there now, the source's clock (microseconds), and its last position."""


@dataclass(frozen=True, slots=True)
class Recounted:
    """`upto` is our position that was reached; None: there was nothing more."""

    upto: int | None
    events: int = 0
    changed: int = 0
    gone: int = 0
    healed: int = 0

    def __add__(self, other: Recounted) -> Recounted:
        return Recounted(
            other.upto,
            self.events + other.events,
            self.changed + other.changed,
            self.gone + other.gone,
            self.healed + other.healed,
        )


def recount(connection: Connection, source: Rereadable, after: int, limit: int = SLICE) -> Recounted:
    """Compare the next events of `source` behind our position `after`, in a transaction of its own.

    `changed` and `gone` count what was not known yet. Raises SourceUnavailable.
    """
    with connection.transaction():
        known = connection.execute(sql("recount_known"), [source.name, after, limit]).fetchall()
    if not known:
        return Recounted(None)
    events, clock, top = source.again(_ranges(row[1] for row in known))
    found = {event.position: event for event in events}
    wrong: dict[int, str] = {}
    for position, at, event_id, digest, recorded in known:
        event = found.get(at)
        if event is None:
            if top is not None and at <= top:
                wrong[position] = GONE
        elif _differs(event, event_id, digest, recorded):
            wrong[position] = CHANGED
    with connection.transaction():
        connection.execute(sql("lock_head"))  # alarms are numbered one after the other
        columns = [list(wrong), list(wrong.values()), time_of(clock)]
        raised = [row[0] for row in connection.execute(sql("raise_alarms"), columns)]
        seen = [known[0][0], known[-1][0], source.name, list(wrong), list(wrong.values()), time_of(clock)]
        healed = connection.execute(sql("heal_alarms"), seen).rowcount
    return Recounted(known[-1][0], len(known), raised.count(CHANGED), raised.count(GONE), healed)


class Rounds:
    """Reads each source again once a day by its own clock, a slice at a time, when there is nothing else to do."""

    def __init__(self, connection: Connection, sources: Iterable[object]) -> None:
        self._connection = connection
        self._sources: list[Rereadable] = [source for source in sources if isinstance(source, Rereadable)]
        self._look_at = 0.0

    def go_on(self, now: float) -> None:
        """`now` in seconds of a clock that never runs back; a source that cannot be reached is left for later."""
        if now < self._look_at:
            return
        self._look_at = now + LOOK_SECONDS
        for source in self._sources:
            with suppress(SourceUnavailable):
                if self._slice(source):
                    self._look_at = now

    def _slice(self, source: Rereadable) -> bool:
        """Whether a round is under way."""
        with self._connection.transaction():
            row = self._connection.execute(sql("recount_round"), [source.name]).fetchone()
        if row is None or not row[1]:
            return False
        upto = recount(self._connection, source, row[0]).upto
        with self._connection.transaction():
            self._connection.execute(sql("recount_moved"), [upto or 0, upto is None, source.name])
        return upto is not None


def recount_all(connection: Connection, source: Rereadable) -> Recounted:
    """Everything that was read of `source`."""
    total, done = Recounted(0), Recounted(0)
    while done.upto is not None:
        done = recount(connection, source, done.upto)
        total += done
    return total


def _differs(event: RawEvent, event_id: str, digest: bytes, recorded: int) -> bool:
    if event.id != event_id or digest_of(event, keyed_digest()) != digest:
        return True
    return event.problem is None and event.recorded != recorded  # a damaged row bears its neighbour's time


def _ranges(positions: Iterable[int]) -> Ranges:
    ordered = sorted(positions)
    breaks = [number for number, (one, two) in enumerate(pairwise(ordered), 1) if two - one > APART_MAX]
    edges = [0, *breaks, len(ordered)]
    return [(ordered[start], ordered[end - 1]) for start, end in pairwise(edges)]
