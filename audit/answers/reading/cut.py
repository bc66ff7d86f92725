"""Which events count at a moment: on either clock, up to a time or, within it, up to one event in story order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from audit.values import Clock, EventRef

LAST_SOURCE = 2**31 - 1
LAST_POSITION = 2**63 - 1
END = datetime.max.replace(tzinfo=UTC)

Key = tuple[datetime, int, int]  # recorded, source, the source's own order


@dataclass(frozen=True, slots=True)
class Cut:
    """`time` None: everything that is known. `upto`: within `time`, only what is not told after this event."""

    time: datetime | None = None
    clock: Clock = Clock.RECORDED
    upto: Key | None = None
    event: EventRef | None = None

    @property
    def is_now(self) -> bool:
        return self.time is None

    def counts(self, recorded: datetime, occurred: datetime, source_id: int, source_position: int) -> bool:
        """Whether an event with these clocks has happened at the moment."""
        if self.time is None:
            return True
        at = recorded if self.clock is Clock.RECORDED else occurred
        if at != self.time or self.upto is None:
            return at <= self.time
        return (recorded, source_id, source_position) <= self.upto

    def parameters(self) -> Mapping[str, Any]:
        """For statements with `(recorded_at, source_id, source_position) <= (%(recorded)s, %(source)s, %(order)s)` and
        `(occurred_at < %(occurred)s or occurred_at = %(occurred)s and (recorded_at, ...) <= (%(tie_...)s))`.

        Every bound is a value, never null, so that a prepared statement's plan can use the index.
        """
        recorded: Key = (END, LAST_SOURCE, LAST_POSITION)
        occurred, tie = END, recorded
        if self.time is not None and self.clock is Clock.RECORDED:
            recorded = self.upto or (self.time, LAST_SOURCE, LAST_POSITION)
        elif self.time is not None:
            occurred, tie = self.time, self.upto or tie
        return {
            "recorded": recorded[0],
            "source": recorded[1],
            "order": recorded[2],
            "occurred": occurred,
            "tie_recorded": tie[0],
            "tie_source": tie[1],
            "tie_order": tie[2],
        }
