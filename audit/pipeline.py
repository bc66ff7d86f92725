"""The wiring: sources are read into the log by one thread, and folded, judged and committed by another, so that both
the bank's and our database work while Python does. A crash anywhere loses nothing: each side commits its checkpoint
with its rows, and what is logged and not yet projected is found again in the log."""

from __future__ import annotations

import gc
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from audit.database import connect, sql, use_generation
from audit.errors import LostLease, SourceUnavailable
from audit.findings.judge import FLOWS_AT_ONCE, judge_flows
from audit.findings.overdue import sweep_overdue
from audit.findings.record import record
from audit.instance import Instance
from audit.log.intake import Batch, Intake
from audit.log.logged import Logged
from audit.log.replay import replay, take_released
from audit.projections.projector import Projector
from audit.sources.contract import Source
from audit.values import micros_of

BATCH_CATCHING_UP = 20_000
BATCHES_AHEAD = 2
IDLE_SECONDS = 0.25
PROJECTING = 7_306_061_302  # advisory lock of the one process that projects

Progress = Callable[[int], None]


class Projection:
    """The reading model's only writer: folds what is logged, judges it, and moves the generation's position."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._connection = connect("follower")
        self._watermarks: dict[int, int] = {}
        self._projector: Projector | None = None
        self._position = -1

    def become_the_only(self) -> bool:
        """Whether this process may project; another that does will take what this one logs."""
        row = self._connection.execute("select pg_try_advisory_lock(%s)", [PROJECTING]).fetchone()
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
        self._judge()
        return passed

    def catch_up(self, progress: Progress | None = None) -> int:
        """Fold all that is logged and final."""
        total = 0
        while passed := self.advance():
            total += passed
            if progress is not None:
                progress(passed)
        return total

    def _advance(self, batch: Batch | None) -> int:
        position, head, watermarks = self._stand()
        if self._projector is None or position != self._position:
            self._watermarks.update(watermarks if position == head else {})
            self._projector = Projector(self._connection, self._instance.model, self._watermarks)
        events = take_released(self._connection, self._instance.model, BATCH_CATCHING_UP)
        if batch is not None and batch.first == position + 1 and batch.last >= position:
            upto, marks = batch.last, {batch.source_id: batch.watermark} if batch.watermark is not None else {}
            events = [*events, *batch.events]
        else:
            upto = min(head, position + BATCH_CATCHING_UP)
            events = [*events, *self._from_log(position, upto)]
            marks = watermarks if upto == head else {}
        signs, streams = self._projector.project(events, upto) if events else ((), set())
        record(self._connection, signs, self._instance.model.digits)
        for source_id, watermark in marks.items():
            if events or watermark != self._watermarks.get(source_id):
                sweep_overdue(self._connection, self._instance.model, source_id, watermark, streams)
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
            raise LostLease("a rebuild has replaced the projections that this process was writing: start it again")
        marks = {source_id: micros_of(at) for source_id, at in zip(row[2], row[3], strict=True) if at is not None}
        self._known = len(row[2])
        return row[0], row[1], marks

    def _from_log(self, position: int, upto: int) -> Sequence[Logged]:
        parts = replay(self._connection, self._instance.model, position, upto, batch=BATCH_CATCHING_UP)
        return [event for part in parts for event in part]

    def _judge(self) -> None:
        """Flows are judged up to the least watermark of all sources; one that is unknown holds judgement back."""
        if not self._watermarks or len(self._watermarks) < self._known:
            return
        judged = FLOWS_AT_ONCE
        while judged == FLOWS_AT_ONCE:
            with self._connection.transaction():
                use_generation(self._connection, self._instance.generation)
                judged = judge_flows(self._connection, self._instance.model, min(self._watermarks.values()))


@dataclass(slots=True)
class Outcome:
    """What a run did: positions logged and folded, and what went wrong with sources meanwhile."""

    logged: int = 0
    folded: int = 0
    troubles: dict[str, str] = field(default_factory=dict)


def run(
    instance: Instance, sources: Sequence[Source], *, once: bool, stop: threading.Event, progress: Progress | None = None
) -> Outcome:
    """Read `sources` and project them until `stop` is set or, with `once`, until there is nothing more.

    Raises LostLease when another process took a source over. Safe to be killed anywhere and run again.
    """
    _collect_garbage_seldom()
    outcome = Outcome()
    projection = Projection(instance)
    batches: queue.Queue[Batch | BaseException | None] = queue.Queue(BATCHES_AHEAD)
    reader = threading.Thread(
        target=_read, args=(instance, sources, once, stop, batches, outcome), name="intake", daemon=True
    )
    try:
        is_ours = projection.become_the_only()
        if is_ours:
            outcome.folded += projection.catch_up(progress)
        reader.start()
        _project(projection, is_ours, batches, stop, outcome, progress)
    finally:
        stop.set()
        _drain(batches, reader)
        projection.close()
    return outcome


def _collect_garbage_seldom() -> None:
    """Folding makes millions of short-lived objects without cycles: looking for cycles among them costs a third."""
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)


def _read(
    instance: Instance, sources: Sequence[Source], once: bool, stop: threading.Event,
    batches: queue.Queue[Batch | BaseException | None], outcome: Outcome,
) -> None:
    """The reading thread: every source in turn, one transaction a batch."""
    try:
        with connect("follower") as connection:
            intake = Intake(connection, instance.model, sources)
            while not stop.is_set():
                is_idle = True
                for source in sources:
                    try:
                        batch = intake.take(source, BATCH_CATCHING_UP)
                    except SourceUnavailable as error:
                        outcome.troubles[source.name] = str(error)
                        continue
                    outcome.troubles.pop(source.name, None)
                    if batch is None:
                        continue
                    is_idle = is_idle and batch.is_idle
                    outcome.logged += batch.last - batch.first + 1
                    batches.put(batch)
                if is_idle and once:
                    break
                if is_idle:
                    _rest(sources, stop)
        batches.put(None)
    except BaseException as error:  # handed to the thread that can report it
        batches.put(error)


def _rest(sources: Sequence[Source], stop: threading.Event) -> None:
    began = time.monotonic()
    for source in sources:
        source.wait(IDLE_SECONDS / len(sources))
    stop.wait(max(0.0, IDLE_SECONDS - (time.monotonic() - began)) if not sources else 0.0)


def _project(
    projection: Projection, is_ours: bool, batches: queue.Queue[Batch | BaseException | None], stop: threading.Event,
    outcome: Outcome, progress: Progress | None,
) -> None:
    while True:
        batch = batches.get()
        if isinstance(batch, BaseException):
            raise batch
        is_ours = is_ours or projection.become_the_only()
        if batch is None:
            outcome.folded += projection.catch_up(progress) if is_ours else 0
            return
        if is_ours:
            passed = projection.advance(batch)
            outcome.folded += passed
            if progress is not None:
                progress(passed)


def _drain(batches: queue.Queue[Batch | BaseException | None], reader: threading.Thread) -> None:
    """Let a reader that waits for room finish, so that its transaction ends cleanly."""
    while reader.is_alive():
        try:
            batches.get(timeout=0.1)
        except queue.Empty:
            continue

