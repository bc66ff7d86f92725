"""What one poll of a PostgreSQL event store begins with: checkpoint, pace, session and snapshot."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from audit.sources.fence import Gap, Settling
from audit.sources.gapset import Ranges
from audit.sources.horizon import Waiting
from audit.sources.mapping import Mapping
from audit.sources.origin import Mark, Origin
from audit.sources.rowevents import RowReader
from audit.sources.session import Connection, Sequence, Table

LOWEST = -(2**63)


class State(msgspec.Struct, omit_defaults=True):
    """The checkpoint. Numbers in `hot` may still come; those in `warm` and `cold` should not, and are watched."""

    top: int = LOWEST  # the greatest position seen
    base: int | None = None  # where numbers begin
    sealed: int = LOWEST  # by the fence: everything up to here is released
    hot: list[Gap] = []
    warm: list[str] = []
    cold: list[str] = []
    warm_at: int = 0  # when these were last looked at, by the server's clock
    cold_at: int = 0
    is_fenced: bool | None = None  # which seal was used last
    waiting: list[Waiting] = []  # by the horizon: seen and not yet released
    horizon: int = 0
    settled: int = LOWEST  # every number up to here is decided
    settling: Settling | None = None
    origin: Origin | None = None
    started: int = 0  # the server's start: holders of locks are named anew after it
    marks: list[Mark] = []
    recorded: int | None = None  # greatest of the released, as for the next but for those of the future
    latest: int = 0  # greatest of all that were seen
    stated: int | None = None  # the source was said to be complete up to then, a time that had passed
    watermark: int | None = None
    notice: str | None = None


@dataclass(slots=True)
class Known:
    """The checkpoint in use, its ranges unpacked."""

    state: State
    warm: Ranges
    cold: Ranges

    @classmethod
    def of(cls, saved: bytes | None) -> Known:
        state = msgspec.json.decode(saved, type=State) if saved else State()
        return cls(state, Ranges.unpacked(state.warm), Ranges.unpacked(state.cold))

    def saved(self) -> bytes:
        self.state.warm, self.state.cold = self.warm.packed(), self.cold.packed()
        return msgspec.json.encode(self.state)


@dataclass(frozen=True, slots=True)
class Pace:
    """In microseconds."""

    skew: int
    warm: int
    cold: int
    check: int
    complete_until: int | None = None


@dataclass(slots=True)
class Attached:
    """One session with the store. `sequence` is asked for again after a while."""

    connection: Connection
    mapping: Mapping
    table: Table
    reader: RowReader
    sequence: Sequence | None
    checked_at: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a poll's snapshot says of the server. `clock` is None where a standby does not know how late it is."""

    now: int
    is_standby: bool
    horizon: int
    next_transaction: int
    started: int
    origin: Origin
    clock: int | None
