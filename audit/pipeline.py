"""The wiring: sources are read into the log by one process, and folded, judged and committed by another. A crash
anywhere loses nothing: each side commits its checkpoint with its rows, and what is logged and not yet projected is
found again in the log."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from audit.database import connect, sql, use_generation
from audit.errors import LostLease
from audit.feeds import BATCH_CATCHING_UP, Feed, Reading, open_feed
from audit.findings.judge import FLOWS_AT_ONCE, judge_flows
from audit.findings.overdue import sweep_overdue
from audit.findings.record import record
from audit.findings.silence import Silence
from audit.instance import Instance, current
from audit.log.intake import Batch
from audit.log.logged import Logged
from audit.log.replay import replay, take_released
from audit.projections.alarms import alarms
from audit.projections.projector import Projector
from audit.sources.contract import Source
from audit.values import micros_of

PROJECTING = 7_306_061_302  # advisory lock of the one process that projects

BATCHES_UNJUDGED_MAX = 3

LOOK_AGAIN_SECONDS = 0.1  # while another process projects what this one has logged

Progress = Callable[[int], None]


class Projection:
    """The reading model's only writer: folds what is logged, judges it, and moves the generation's position."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._connection = connect("follower")
        self._watermarks: dict[int, int] = {}
        self._projector: Projector | None = None
        self._silence = Silence(self._connection, instance.model)
        self._position = -1
        self._known = 0  # how many sources there are
        self._behind: set[int] = set()  # sources that had more to read
        self._unjudged = 0  # batches
        self._has_more = False  # of what became final after it was logged

    def become_the_only(self) -> bool:
        """Whether this process may project; another that does will take what this one logs."""
        row = self._connection.execute("select pg_try_advisory_lock(%s)", [PROJECTING]).fetchone()
        self._connection.commit()
        return bool(row and row[0])

    def has_caught_up(self) -> bool:
        """Whether all that is logged is projected: another process that projects may be at it."""
        row = self._connection.execute(sql("has_caught_up")).fetchone()
        self._connection.commit()
        return bool(row and row[0])

    def close(self) -> None:
        self._connection.close()

    def advance(self, batch: Batch | None = None) -> int:
        """Fold the next events, those of `batch` where it follows directly; how many positions were passed."""
        try:
            with self._connection.transaction():
                passed = self._advance(batch)
        except BaseException:
            self._projector = None
            raise
        self._judge_in_time(batch)
        return passed

    def catch_up(self, progress: Progress | None = None) -> int:
        """Fold all that is logged and final."""
        total = 0
        while (passed := self.advance()) or self._has_more:
            total += passed
            if progress is not None:
                progress(passed)
        return total

    def _advance(self, batch: Batch | None) -> int:
        position, head, watermarks = self._stand()
        if self._projector is None or position != self._position:
            self._watermarks = dict(self._connection.execute(sql("swept")).fetchall())
            self._projector = Projector(self._connection, self._instance.model, self._watermarks)
            self._silence = Silence(self._connection, self._instance.model)
        if batch is not None and batch.first == position + 1 and batch.last >= position:
            upto, events = batch.last, batch.events
            marks = {batch.source_id: batch.watermark} if batch.watermark is not None else {}
        else:
            upto = min(head, position + BATCH_CATCHING_UP)
            events = self._from_log(position, upto)
            marks = watermarks if upto == head else {}
        # After the log was read, which leaves them out; none beyond `upto`, which will be read from the log.
        released = take_released(self._connection, self._instance.model, BATCH_CATCHING_UP, upto)
        self._has_more = len(released) == BATCH_CATCHING_UP
        marks, events = {} if self._has_more else marks, [*released, *events] if released else events
        signs, streams = self._projector.project(events, upto) if events else ((), set())
        record(self._connection, signs, self._instance.model.digits)
        record(self._connection, alarms(self._connection, self._instance.model), self._instance.model.digits)
        touched = {event.source_id for event in events}
        for source_id, watermark in {**self._watermarks, **marks}.items():
            if source_id in touched or watermark != self._watermarks.get(source_id):
                sweep_overdue(self._connection, self._instance.model, source_id, watermark, streams)
        reached = {**self._watermarks, **marks}.values()
        record(self._connection, self._silence.judge(events, reached), self._instance.model.digits)
        if upto != position:
            self._connection.execute(sql("move_generation"), [upto, self._instance.generation])
        self._watermarks.update(marks)
        self._position = upto
        return upto - position

    def _stand(self) -> tuple[int, int, dict[int, int]]:
        """The generation's position (locked), the log's, and the watermarks that hold at the log's."""
        use_generation(self._connection, self._instance.generation)
        row = self._connection.execute(sql("generation_stand"), [self._instance.generation]).fetchone()
        if row is None:
            self._move_to_the_new_generation()
            return self._stand()
        marks = {source_id: micros_of(at) for source_id, at in zip(row[2], row[3], strict=True) if at is not None}
        self._known = len(row[2])
        return row[0], row[1], marks

    def _move_to_the_new_generation(self) -> None:
        """A rebuild has replaced what this process was writing; with the same model it goes on in the new one."""
        found = current(self._connection)
        if found is None or found.model.hash != self._instance.model.hash:
            raise LostLease("another model is in force now: start this process again")
        self._instance, self._projector = found, None

    def _from_log(self, position: int, upto: int) -> Sequence[Logged]:
        parts = replay(self._connection, self._instance.model, position, upto, batch=BATCH_CATCHING_UP)
        return [event for part in parts for event in part]

    def _judge_in_time(self, batch: Batch | None) -> None:
        """While there is more to read, flows are judged now and then: what is found does not depend on when it is
        looked for, and a flow that is judged once is judged cheapest."""
        if batch is None:
            self._behind.clear()
        elif batch.has_more:
            self._behind.add(batch.source_id)
        else:
            self._behind.discard(batch.source_id)
        self._unjudged += 1
        if not self._behind or self._unjudged >= BATCHES_UNJUDGED_MAX:
            self._judge()
            self._unjudged = 0

    def _judge(self) -> None:
        """Flows are judged up to the least watermark of all sources; one that is unknown holds judgement back."""
        if not self._watermarks or len(self._watermarks) < self._known:
            return
        judged = FLOWS_AT_ONCE
        book = self._projector.book if self._projector is not None else None
        while judged == FLOWS_AT_ONCE:
            with self._connection.transaction():
                use_generation(self._connection, self._instance.generation)
                judged = judge_flows(self._connection, self._instance.model, min(self._watermarks.values()), book)


@dataclass(slots=True)
class Outcome:
    """What a run did: positions logged and folded, and what went wrong with sources meanwhile."""

    logged: int = 0
    folded: int = 0
    troubles: dict[str, str] = field(default_factory=dict)


def run(
    instance: Instance,
    sources: Sequence[Source],
    *,
    once: bool,
    stop: threading.Event,
    progress: Progress | None = None,
    apart: bool = False,
) -> Outcome:
    """Read `sources` and project them until `stop` is set or, with `once`, until there is nothing more.

    `apart`: read them in a process of its own, so that both cores work. Raises LostLease when another process took a
    source over. Safe to be killed anywhere and run again.
    """
    _collect_garbage_seldom()
    outcome = Outcome()
    feed = open_feed(Reading(instance, sources, once, stop, outcome.troubles), apart=apart)
    try:
        projection = Projection(instance)
        try:
            _project(projection, feed, stop, outcome, progress)
        finally:
            projection.close()
    finally:
        feed.close()
    return outcome


def _collect_garbage_seldom() -> None:
    """Folding makes millions of short-lived objects without cycles: looking for cycles among them costs a third."""
    gc.freeze()
    gc.set_threshold(2_000_000, 20, 50)


def _project(
    projection: Projection, feed: Feed, stop: threading.Event, outcome: Outcome, progress: Progress | None
) -> None:
    is_ours = projection.become_the_only()
    if is_ours:
        outcome.folded += projection.catch_up(progress)
    while (batch := feed.next()) is not None:
        outcome.logged += batch.last - batch.first + 1
        is_ours = is_ours or projection.become_the_only()
        if is_ours:
            passed = projection.advance(batch)
            outcome.folded += passed
            if progress is not None:
                progress(passed)
    while not (is_ours or projection.become_the_only()):
        if projection.has_caught_up() or stop.wait(LOOK_AGAIN_SECONDS):
            return
    outcome.folded += projection.catch_up(progress)
