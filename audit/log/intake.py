"""Reads sources into the log: one batch, one transaction, with the source's checkpoint in it and its lease checked."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from audit.database import Connection, sql
from audit.errors import LostLease, SourceUnavailable
from audit.log.append import append
from audit.log.logged import Logged
from audit.log.sources import numbers_of
from audit.model.meaning import Model
from audit.sources.contract import Read, Source
from audit.values import micros_of, time_of

NUMBERING = 7_306_061_303  # advisory lock: one at a time gives new sources their numbers
SAY_AGAIN_SECONDS = 1.0  # how often a source that stands still is written down


@dataclass(slots=True)
class Batch:
    """What one poll brought into the log: positions first..last (last < first: none) and the final events among them.

    `watermark` in microseconds holds once these events are projected; None: no newer one is known. A batch that brought
    nothing stands behind the position that this process logged last: first is its next one.
    """

    source_id: int
    first: int
    last: int
    events: Sequence[Logged]
    watermark: int | None
    is_idle: bool
    source: str = ""
    has_more: bool = False  # there was more to read at once


@dataclass(slots=True)
class _Seat:
    """A source as this process holds it."""

    source_id: int
    lease: int
    state: bytes | None
    said_at: float = 0.0
    said: tuple[object, ...] = ()


@dataclass(slots=True)
class Intake:
    """Takes over `sources` on construction; whoever held them before finds its lease lost at its next batch."""

    connection: Connection
    model: Model
    sources: Sequence[Source]
    keeps_data: bool = True
    _seats: dict[str, _Seat] = field(default_factory=dict)
    _last: int = 0

    def __post_init__(self) -> None:
        with self.connection.transaction():
            self.connection.execute("select pg_advisory_xact_lock(%s)", [NUMBERING])
            known: dict[str, int] = dict(self.connection.execute("select name, id from trace.source").fetchall())
            known |= numbers_of(known, [source.name for source in self.sources])
            for source in self.sources:
                taken = [known[source.name], source.name, source.kind]
                row = self.connection.execute(sql("take_source"), taken).fetchone()
                assert row is not None
                self._seats[source.name] = _Seat(*row)

    def take(self, source: Source, limit: int) -> Batch | None:
        """Read and log the next events of `source`; None when there was nothing to say.

        Raises SourceUnavailable (written down for people, nothing lost) and LostLease.
        """
        seat = self._seats[source.name]
        try:
            read = source.read(seat.state, limit)
        except SourceUnavailable as error:
            with self.connection.transaction():
                self.connection.execute(sql("source_trouble"), [str(error), seat.source_id, seat.lease])
            raise
        if not read.events and not read.released and not self._is_news(seat, read):
            return None
        return self._log(seat, source, read)

    @staticmethod
    def _is_news(seat: _Seat, read: Read) -> bool:
        said = (read.sealed, read.gaps, tuple(read.held_by), read.idle, read.state)
        return said != seat.said or time.monotonic() - seat.said_at >= SAY_AGAIN_SECONDS

    def _note(self, seat: _Seat, read: Read, first: int) -> None:
        """What the source says of its events beside them."""
        if read.late:
            late = set(read.late)
            found = [first + n for n, event in enumerate(read.events) if event.position in late]
            self.connection.execute(sql("note_below_seal"), [found])
        whole = [(first + n, event.completes) for n, event in enumerate(read.events) if event.completes]
        if whole:
            columns = [[position for position, _ in whole], [id_ for _, id_ in whole]]
            self.connection.execute(sql("note_completes"), [*columns, seat.source_id])

    def _log(self, seat: _Seat, source: Source, read: Read) -> Batch:
        # A file's lines may run back in time until its end is reached; the console's own records judge nothing.
        is_known = source.kind != "console" and (source.kind != "files" or read.idle)
        watermark = read.watermark if is_known else None
        with self.connection.transaction():
            now = micros_of(datetime.now(UTC))
            given = (self.connection, seat.source_id, read.events, self.model, read.released)
            done = append(*given, now=now, keeps_data=self.keeps_data)
            self._note(seat, read, done.first)
            moved = self.connection.execute(
                sql("source_checkpoint"),
                {
                    "source": seat.source_id,
                    "lease": seat.lease,
                    "state": read.state,
                    "sealed": read.sealed,
                    "watermark": None if watermark is None else time_of(watermark),
                    "idle": read.idle,
                    "gaps": read.gaps,
                    "held_by": json.dumps(list(read.held_by)),
                    "events": done.events,
                    "duplicates": done.duplicates,
                    "quarantined": done.quarantined,
                    "notice": read.notice,
                },
            )
            if moved.rowcount != 1:
                raise LostLease(f"another process reads source {source.name} now; this one has stopped without loss")
        seat.state, seat.said_at = read.state, time.monotonic()
        seat.said = (read.sealed, read.gaps, tuple(read.held_by), read.idle, read.state)
        first = done.first or self._last + 1
        self._last = done.last or self._last
        return Batch(
            seat.source_id,
            first,
            self._last,
            done.released,
            watermark,
            read.idle and not read.events,
            source.name,
            not read.idle,
        )
