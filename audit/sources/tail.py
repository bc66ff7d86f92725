"""One poll of a PostgreSQL event store: the gap set for completeness, a seal for order.

Rows are read in one snapshot (late arrivals in known gaps, then what is new); after it, in a separate statement, who
holds the sequence's lock; after that, in a new snapshot, the second look at the gaps that nobody can fill any more. The
order of these statements is what makes it exact. No number is ever given up because time has passed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from audit.database import sql
from audit.errors import SourceUnavailable
from audit.sources import fence, horizon
from audit.sources.contract import RawEvent, Read
from audit.sources.fence import Gap, Settling
from audit.sources.gapset import Ranges
from audit.sources.horizon import Waiting
from audit.sources.mapping import quoted_table
from audit.sources.moved import check_origin
from audit.sources.origin import Origin, ever_farther, mark_of, thinned
from audit.sources.session import Row, sequence_of
from audit.sources.tailstate import Attached, Known, Pace, Snapshot, State
from audit.sources.times import is_below

RANGES_IN_A_QUERY = 200

_BEGIN = b"begin isolation level repeatable read read only"


@dataclass(slots=True)
class Tail:
    """One poll, on a state that it changes."""

    name: str
    store: Attached
    known: Known
    pace: Pace
    key: bytes
    events: list[RawEvent] = field(default_factory=list)
    transactions: dict[int, int] = field(default_factory=dict)  # position -> number of the inserting transaction
    late: list[int] = field(default_factory=list)
    held_by: list[str] = field(default_factory=list)
    is_cut: bool = False
    is_held: bool = False
    begins_to_settle: bool = False

    @property
    def state(self) -> State:
        return self.known.state

    def poll(self, limit: int) -> Read:
        state, connection, reader = self.state, self.store.connection, self.store.reader
        connection.execute(_BEGIN)
        snapshot = self._snapshot()
        reader.last_recorded, reader.recorded_max = state.latest, snapshot.now + self.pace.skew
        self._check_sequence(snapshot)
        check_origin(self.name, self.store, state, snapshot, self.key, (self.known.warm, self.known.cold))
        new = self._read_rows(limit, snapshot)
        connection.execute(b"rollback")
        released = self._by_fence(new, limit, snapshot) if self._has_fence() else self._by_horizon(new, snapshot)
        return self._answer(released, snapshot)

    def _snapshot(self) -> Snapshot:
        row = self.store.connection.execute(
            sql("source_snapshot"), (quoted_table(self.store.mapping.table),)
        ).fetchone()
        assert row is not None
        now, is_standby, oldest, following, started, table, system, timeline, replayed = row
        origin = Origin(system, timeline, table)
        return Snapshot(now, is_standby, oldest, following, started, origin, replayed if is_standby else now)

    def _has_fence(self) -> bool:
        mapping, sequence = self.store.mapping, self.store.sequence
        return (
            mapping.seal == "fence" and mapping.transaction is None and sequence is not None and sequence.is_fence
        )

    def _check_sequence(self, snapshot: Snapshot) -> None:
        """Every few minutes: a server may have become a standby, a sequence may hand out numbers in blocks."""
        store = self.store
        if snapshot.now - store.checked_at >= self.pace.check or snapshot.started != self.state.started:
            store.sequence = sequence_of(store.connection, store.mapping)
            store.checked_at = snapshot.now

    # -- rows, in one snapshot -------------------------------------------------------------------------------------

    def _read_rows(self, limit: int, snapshot: Snapshot) -> list[tuple[int, int]]:
        """Late arrivals and new rows; gives the gaps between the new ones."""
        state, table = self.state, self.store.table
        self._watch(limit, snapshot)
        for ranges in _chunks((gap.low, gap.high) for gap in state.hot):
            rows, is_cut = table.within(ranges, limit)
            self._take(rows, snapshot)
            self.is_cut = self.is_cut or is_cut
        self._fill(self.events)
        rows, is_cut = table.after(state.top, limit)
        self.is_cut = self.is_cut or is_cut
        taken = self._take(rows, snapshot)
        if is_cut and state.settling is None and self._has_fence():
            state.settling = Settling(table.top() or state.top, [])
            self.begins_to_settle = True
        return self._gaps_between(taken)

    def _take(self, rows: list[Row], snapshot: Snapshot) -> list[int]:
        read = self.store.reader.event
        taken: list[int] = []
        needs_transaction = not self._has_fence()
        for row in rows:
            event = read(row)
            if taken and event.position == taken[-1]:
                raise SourceUnavailable(
                    f"source {self.name}: the position {event.position} stands twice: pick one tenant by `where`"
                )
            taken.append(event.position)
            self.events.append(event)
            if needs_transaction and row[10] is not None:
                self.transactions[event.position] = self._full_number(row[10], snapshot)
        return taken

    def _full_number(self, written_by: int, snapshot: Snapshot) -> int:
        if self.store.mapping.transaction is None:
            return horizon.full_number(written_by, snapshot.next_transaction)
        if written_by < snapshot.next_transaction:
            return written_by
        self.state.notice = (
            f"{self.name}: rows bear transaction numbers of another server (restored from a dump?): "
            "they are final only when this server's running transactions have ended"
        )
        return snapshot.next_transaction - 1

    def _fill(self, events: Iterable[RawEvent]) -> None:
        """Take what is seen now out of the open gaps."""
        seen = sorted(event.position for event in events)
        self.state.hot = [left for gap in self.state.hot for left in fence.apart(gap, _within(seen, gap.low, gap.high))]

    def _gaps_between(self, taken: list[int]) -> list[tuple[int, int]]:
        state = self.state
        if not taken:
            return []
        if state.base is None:
            start = self.store.sequence.start if self.store.sequence else 1
            state.base = min(start, taken[0])
            state.top = state.sealed = state.base - 1
        gaps: list[tuple[int, int]] = []
        for number in taken:
            if number > state.top + 1:
                gaps.append((state.top + 1, number - 1))
            state.top = number
        return gaps

    def _watch(self, limit: int, snapshot: Snapshot) -> None:
        """Numbers proved empty are looked at again, the newer ones every minute, all of them every day."""
        state, pace = self.state, self.pace
        is_cold_due = snapshot.now - state.cold_at >= pace.cold
        if state.base is None or not (is_cold_due or (self.known.warm and snapshot.now - state.warm_at >= pace.warm)):
            return
        for ranges in _chunks(self.known.warm):
            self._take_late(self.store.table.within(ranges, limit)[0], snapshot)
        if is_cold_due:
            for ranges in _chunks(self.known.cold):
                self._take_late(self.store.table.within(ranges, limit)[0], snapshot)
            self._take_late(self.store.table.below(state.base, limit)[0], snapshot)
            for low, high in self.known.warm:
                self.known.cold.add(low, high)
            self.known.warm, state.cold_at = Ranges(), snapshot.now
        state.warm_at = snapshot.now

    def _take_late(self, rows: list[Row], snapshot: Snapshot) -> None:
        taken = self._take(rows, snapshot)
        for number in taken:
            self.known.warm.remove(number, number)
            self.known.cold.remove(number, number)
            if self.state.base is not None and number < self.state.base:
                if number < self.state.base - 1:
                    self.known.cold.add(number + 1, self.state.base - 1)
                self.state.base = number
        self.late += taken

    # -- the seals -------------------------------------------------------------------------------------------------

    def _by_fence(self, new: list[tuple[int, int]], limit: int, snapshot: Snapshot) -> list[int]:
        state = self.state
        assert self.store.sequence is not None
        holders = self.store.connection.execute(sql("source_holders"), (self.store.sequence.oid,)).fetchall()
        held = {holder for holder, _ in holders}
        known = state.hot
        if state.started != snapshot.started or not state.is_fenced:
            # No holder of before is left, or is known; after a restart their names are given out again.
            known, new = [], [(gap.low, gap.high) for gap in state.hot] + new
            state.waiting, state.is_fenced = [], True
            if not self.begins_to_settle:
                state.settling = None
        gaps = fence.fenced(known, new, held, state.settled)
        state.started = snapshot.started
        self._settle(held)
        decided = [gap for gap in gaps if not gap.held]
        left = self._look_again(decided, limit, snapshot)
        state.hot = sorted([gap for gap in gaps if gap.held] + left, key=lambda gap: gap.low)
        self.is_held = bool(held)
        if any(gap.held for gap in state.hot):
            blocking = {holder for gap in state.hot for holder in gap.held}
            self.held_by = [text for holder, text in holders if holder in blocking]
        return self._released_by_fence()

    def _settle(self, held: set[str]) -> None:
        """While catching up: as soon as nobody of the first moment is left, all that was there then is decided."""
        state = self.state
        if state.settling is None:
            return
        state.settling.held = sorted(held) if self.begins_to_settle else fence.narrowed(state.settling.held, held)
        if not state.settling.held:
            state.settled, state.settling = max(state.settled, state.settling.upto), None

    def _look_again(self, decided: list[Gap], limit: int, snapshot: Snapshot) -> list[Gap]:
        """In a new snapshot, after the holders were read: a row that is there came, all other numbers are dead.

        Gives the gaps for which there was no room in this poll.
        """
        left: list[Gap] = []
        for ranges in _chunks((gap.low, gap.high) for gap in decided):
            rows, is_cut = self.store.table.within(ranges, limit)
            taken = self._take(rows, snapshot)
            upto = taken[-1] if is_cut and taken else ranges[-1][1]
            for low, high in ranges:
                if low > upto:
                    left.append(Gap(low, high, []))
                    continue
                if high > upto:
                    left.append(Gap(upto + 1, high, []))
                for dead in fence.apart(Gap(low, min(high, upto), []), _within(taken, low, high)):
                    self.known.warm.add(dead.low, dead.high)
            self.is_cut = self.is_cut or is_cut
        return left

    def _released_by_fence(self) -> list[int]:
        """Everything below the first gap that may still be filled; and what came too late, at once."""
        state = self.state
        upto = state.hot[0].low - 1 if state.hot else state.top
        late = [number for number in self.late if number <= state.sealed]
        empty = Ranges()
        for ranges in (self.known.warm, self.known.cold):
            for low, high in ranges.between(state.sealed + 1, upto):
                empty.add(low, high)
        released = late + list(empty.others(state.sealed + 1, upto)) if upto > state.sealed else late
        state.sealed = max(state.sealed, upto)
        return released

    def _by_horizon(self, new: list[tuple[int, int]], snapshot: Snapshot) -> list[int]:
        """Gaps stay open until whoever was running has ended; that proves nothing, so they are then watched on."""
        state = self.state
        self._leave_fence(snapshot)
        state.hot += [Gap(low, high, [str(snapshot.next_transaction)]) for low, high in new]
        watched = [gap for gap in state.hot if gap.held and int(gap.held[0]) <= snapshot.horizon]
        for gap in watched:
            self.known.warm.add(gap.low, gap.high)
        state.hot = sorted((gap for gap in state.hot if gap not in watched), key=lambda gap: gap.low)
        state.started = snapshot.started
        self.late = [n for n in self.late if n <= state.sealed and self.transactions.get(n, 0) < state.horizon]
        fresh = [
            Waiting(event.position, self.transactions.get(event.position, snapshot.next_transaction - 1), event.stream)
            for event in self.events
        ]
        released, state.waiting = horizon.final(state.waiting + fresh, snapshot.horizon)
        state.horizon = max(state.horizon, snapshot.horizon)
        state.sealed = state.waiting[0].position - 1 if state.waiting else state.top
        self.is_held = snapshot.horizon < snapshot.next_transaction
        if state.waiting:
            self.held_by = [f"transaction {snapshot.horizon} has not ended"]
        return released

    def _leave_fence(self, snapshot: Snapshot) -> None:
        """What the fence had seen and not released waits for every transaction of now: its own is not known."""
        state = self.state
        was_fenced, state.is_fenced = state.is_fenced, False
        if not was_fenced:
            return
        empty = Ranges()
        for gap in state.hot:
            empty.add(gap.low, gap.high)
            gap.held = [str(snapshot.next_transaction)]
        for ranges in (self.known.warm, self.known.cold):
            for low, high in ranges.between(state.sealed + 1, state.top):
                empty.add(low, high)
        fresh = {event.position for event in self.events}
        state.waiting += [
            Waiting(number, snapshot.next_transaction - 1, "")
            for number in empty.others(state.sealed + 1, state.top)
            if number not in fresh
        ]

    # -- the answer ------------------------------------------------------------------------------------------------

    def _answer(self, released: list[int], snapshot: Snapshot) -> Read:
        state = self.state
        self.events.sort(key=lambda event: event.position)
        late = [event.position for event in self.events if is_below(event.recorded, state.stated)]
        state.latest = self.store.reader.last_recorded
        self._move_watermark(released, snapshot)
        if self.events and self.events[-1].position == state.top:
            state.marks = thinned([*state.marks, *(mark_of(event, self.key) for event in ever_farther(self.events))])
        return Read(
            events=self.events,
            released=released,
            sealed=0 if state.base is None else state.sealed,
            watermark=state.watermark,
            state=self.known.saved(),
            idle=not self.is_cut,
            gaps=sum(gap.high - gap.low + 1 for gap in state.hot),
            held_by=self.held_by,
            late=[*self.late, *late],
            notice=state.notice,
        )

    def _move_watermark(self, released: list[int], snapshot: Snapshot) -> None:
        """Idle with nothing held, the source's own clock; else the greatest recorded time that is final. Never back."""
        state = self.state
        final = set(released)
        sane = snapshot.now + self.pace.skew
        recorded = [
            event.recorded
            for event in self.events
            if event.position in final and event.problem is None and event.recorded <= sane
        ]
        state.recorded = max([*recorded, *([] if state.recorded is None else [state.recorded])], default=None)
        is_quiet = not (self.is_cut or state.hot or state.waiting or self.is_held)
        reached = snapshot.clock if is_quiet and snapshot.clock is not None else state.recorded
        marks = [mark for mark in (state.watermark, None if reached is None else reached - self.pace.skew) if mark]
        until = self.pace.complete_until
        if is_quiet and until is not None:
            marks.append(until)
            if snapshot.clock is not None and until <= snapshot.clock:  # of the future nobody can know it yet
                state.stated = max(until, state.stated or until)
        state.watermark = max(marks, default=None)


def _within(numbers: list[int], low: int, high: int) -> list[int]:
    """Those of ascending numbers that lie in low..high."""
    return numbers[bisect_left(numbers, low) : bisect_right(numbers, high)]


def _chunks(ranges: Iterable[tuple[int, int]]) -> Iterable[list[tuple[int, int]]]:
    chunk: list[tuple[int, int]] = []
    for one in ranges:
        chunk.append(one)
        if len(chunk) >= RANGES_IN_A_QUERY:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
