"""What every source gives, whatever it is made of: raw events in the source's own order, and how far it is sealed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec


class RawEvent(msgspec.Struct, frozen=True, gc=False):
    """One event as the source has it. `raw` are its exact bytes; nothing of its meaning is known here.

    `position` is the source's own dense or sparse order (a sequence number; file ordinal * 2**40 + byte offset).
    Times are microseconds since 1970 in UTC. `encoding` says how `raw` is made: "cloudevent" (one CloudEvents JSON
    object, the payload under "data") or "row" (the payload's bytes, then from `data_length` on the metadata's).
    `problem` is why the event cannot be read (None: it can); it is then kept whole and takes part in nothing.
    """

    position: int
    stream: str
    version: int | None
    type: str
    id: str
    occurred: int
    recorded: int
    correlation: str | None
    causation: str | None
    step: str | None
    raw: bytes
    encoding: str
    data_length: int
    problem: str | None = None
    place: str | None = None  # for people: "file salaries.ndjson, line 17" or "core.events, id 17"
    completes: str | None = None  # identifier of what was read in its place while it was still being written
    is_undated: bool = False  # `recorded` is another event's, or not known: its own cannot be read


class Read(msgspec.Struct, frozen=True):
    """The outcome of one poll.

    `events`: newly seen rows in ascending position. `released`: the positions that became final in this poll, in the
    order they are to be folded (of these events or of earlier polls'); what is seen and not yet released is "not final
    yet". `sealed`: the greatest position up to which everything is released, for people. `watermark`: microseconds,
    see DESIGN.md section 2; None when unknown. `state` is the adapter's own checkpoint (JSON-serialisable bytes): it is
    stored in the transaction that stores the events and handed back on the next start. `idle` is true when there was
    nothing more to read.
    """

    events: Sequence[RawEvent]
    released: Sequence[int]
    sealed: int
    watermark: int | None
    state: bytes
    idle: bool
    gaps: int = 0
    held_by: Sequence[str] = ()  # who holds the seal back, for people
    late: Sequence[int] = ()  # positions among `events` below an earlier seal or statement of completeness: an alarm
    notice: str | None = None  # what people should know: moved to a new primary, restored, rows gone, a file cut short


class Source(Protocol):
    """A source is polled; it never writes to the bank and never forgets a gap."""

    name: str
    kind: str

    def read(self, state: bytes | None, limit: int) -> Read:
        """The next events after `state`; raises SourceUnavailable when the source cannot be reached."""

    def wait(self, seconds: float) -> None:
        """Return when something may be new, or after `seconds`."""

    def close(self) -> None: ...
