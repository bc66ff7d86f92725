"""The wiring: sources are read into the log by one process, folded by another, written and judged by a third. A crash
anywhere loses nothing: checkpoints are committed with their rows, and what is logged and not yet projected is found
again in the log."""

from __future__ import annotations

import gc
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field

from audit.allocating import give_back
from audit.behind import Behind, ThreadBehind, open_behind
from audit.database import Connection, add_reading_indexes, connect, sql, use_generation
from audit.erasing.again import keep_erased
from audit.erasing.declared import seal_declared
from audit.erasing.keeping import kept_erased
from audit.errors import LostLease, WhereaboutsError
from audit.evidence_settings import Evidence
from audit.feeds import BATCH_CATCHING_UP, Feed, Reading, open_feed
from audit.instance import Instance, current
from audit.log.intake import Batch
from audit.log.logged import Logged, seen
from audit.log.replay import replay, take_released
from audit.projections.projector import Projector
from audit.projections.sequences import number_all
from audit.sources.contract import Source
from audit.sources.own import OwnRecords
from audit.values import micros_of
from audit.writing import End, Judge, Write, Writer, writing_connection

PROJECTING = 7_306_061_302  # advisory lock of the one process that projects

BATCHES_UNJUDGED = 3  # while there is more to read: most flows are over then, and judged once
LOOK_AGAIN_SECONDS = 0.1  # while another process projects what this one has logged

Progress = Callable[[int], None]


class Projection:
    """The reading model's only writer: folds what is logged, has it judged, and moves the generation's position."""

    def __init__(self, instance: Instance, behind: Behind | None = None) -> None:
        self._instance = instance
        self._connection = writing_connection()
        self._writer = Writer(self._connection, instance.model)
        self._behind = behind or ThreadBehind(self._writer)
        self._watermarks: dict[int, int] = {}
        self._projector: Projector | None = None
        self._position = -1
        self._known = 0  # how many sources there are
        self._unread: set[int] = set()  # sources that had more to read
        self._due: deque[int] = deque(maxlen=BATCHES_UNJUDGED + 1)  # least watermarks of the last batches
        self._is_indexed = False  # for readers
        self._has_more = False  # of what became final after it was logged
        self._aside: Connection | None = None  # names and reads while another one writes

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

    def number_all(self) -> None:
        """Number the entries of customers that are not numbered yet."""
        self._settle()
        number_all(self._connection)

    def close(self) -> None:
        self._behind.close()
        self._connection.close()
        if self._aside is not None:
            self._aside.close()

    def advance(self, batch: Batch | None = None) -> int:
        """Fold the next events, those of `batch` where it follows directly; how many positions were passed.

        While there is more to read, a batch is written while the next one is folded.
        """
        try:
            passed = self._ahead(batch) if batch is not None and (batch.has_more or self._unread) else None
            if passed is None:
                self._take_over()
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
            self._writer.forget()
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
        end = self._end_of(events, marks)  # before what the events say is let go of
        signs, timed = self._projector.project(events, upto, self._writer.book) if events else ((), set())
        self._writer.finish(signs, timed, end)
        if upto != position:
            self._connection.execute(sql("move_generation"), [upto, self._instance.generation])
        self._watermarks.update(marks)
        self._position = upto
        return upto - position

    def _end_of(self, events: Sequence[Logged], marks: Mapping[int, int]) -> End:
        """What this batch ends at, beside its rows."""
        touched, reached = {event.source_id for event in events}, {**self._watermarks, **marks}
        passed = [(source_id, watermark) for source_id, watermark in reached.items()
                  if source_id in touched or watermark != self._watermarks.get(source_id)]  # fmt: skip
        return End([*map(seen, events)], passed, [*reached.values()])

    def _ahead(self, batch: Batch) -> int | None:
        """Fold `batch` while the one before it is written, and hand it on; None where it must be done in one go."""
        projector = self._projector
        if projector is None or batch.first != self._position + 1 or batch.last < self._position:
            return None
        if self._aside is None:
            self._aside = writing_connection()
            self._aside.autocommit = True
        with self._aside.transaction():
            use_generation(self._aside, self._instance.generation)
            wanted = [batch.last, self._instance.generation]
            if self._aside.execute(sql("may_fold_ahead"), wanted).fetchone() != (True,):
                return None
            ready = projector.read(batch.events, self._aside)
            folded = None if ready.changes_earlier else projector.fold(ready, self._aside)
        marks = {batch.source_id: batch.watermark} if batch.watermark is not None else {}
        end = self._end_of(batch.events, marks)
        could = self._behind.make_room() if folded is not None else self._take_over()
        if not could:  # what was to be written before has not been: all is found in the log
            self._projector = None
            return None
        if folded is None:
            with self._connection.transaction():
                if self._stand()[0] != self._position or self._projector is None:
                    self._projector = None
                    return None
                signs, timed = projector.project_read(ready, batch.last, self._writer.book)
                self._writer.finish(signs, timed, end)
                self._connection.execute(sql("move_generation"), [batch.last, self._instance.generation])
        else:
            self._behind.do(Write(self._instance.generation, self._position, batch.last, folded, end))
        self._watermarks.update(marks)
        self._position = batch.last
        return batch.last - batch.first + 1

    def _settle(self) -> bool:
        """Wait until what was handed on is done, and whether it could be; raises what went wrong with it."""
        could = self._behind.settle()
        if not could:
            self._projector = None
        return could

    def _take_over(self) -> bool:
        """The same, and this process will write next."""
        could = self._settle()
        if self._behind.give_over():
            self._writer.forget()
        return could

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
        """While there is more to read, flows are judged some batches after they became due, and while the next batch is
        folded: what is found does not depend on when it is looked for, and a flow that is judged once is judged
        cheapest."""
        if batch is None:
            self._unread.clear()
        elif batch.has_more:
            self._unread.add(batch.source_id)
        else:
            self._unread.discard(batch.source_id)
        if self._watermarks:
            self._due.append(min(self._watermarks.values()))
        if not self._unread:
            self._judge()
        elif self._projector is not None and self._watermarks and self._due:
            self._behind.do(self._judgement(self._due[0]))
        if batch is not None and not self._unread and (batch.is_idle or self._knows_all()):
            self.complete()

    def complete(self) -> None:
        """Give readers their indexes: a first catch-up does not keep them up to date row by row. What comes then is
        little, and a thread can write it."""
        if not self._is_indexed:
            self._take_over()
            if not isinstance(self._behind, ThreadBehind):
                self._behind.close()
                self._behind = ThreadBehind(self._writer)
            with self._connection.transaction():
                self._stand()
                add_reading_indexes(self._connection, self._instance.generation)
            self._is_indexed = True

    def _knows_all(self) -> bool:
        """Whether every source has said how far it is."""
        known = max(self._known, self._behind.known)
        return bool(self._watermarks) and len(self._watermarks) >= known

    def _judge(self) -> None:
        """Flows are judged up to the least watermark of all sources; one that is unknown holds judgement back."""
        if self._settle() and self._knows_all():
            self._behind.do(self._judgement())
            self._settle()

    def _judgement(self, due_by: int | None = None) -> Judge:
        marks = self._watermarks.values()
        return Judge(self._instance.generation, len(marks), min(marks), due_by)


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
    evidence: Evidence | None = None,
) -> Outcome:
    """Read `sources` and project them until `stop` is set or, with `once`, until there is nothing more.

    `apart`: read them in a process of its own, so that both cores work. `evidence`: where checkpoints go. Raises
    LostLease when another process took a source over. Safe to be killed anywhere and run again.
    """
    _collect_garbage_seldom()
    give_back()
    outcome = Outcome()
    keep_erased()
    seal_declared()
    with ExitStack() as open_things:
        behind = open_behind(instance.model) if apart else None
        feed = open_feed(Reading(instance, sources, once, stop, outcome.troubles, evidence or Evidence()), apart=apart)
        open_things.callback(feed.close)
        projection = Projection(instance, behind)
        open_things.callback(projection.close)
        open_things.enter_context(kept_erased())
        _project(projection, feed, stop, outcome, progress)
        if once:
            projection.number_all()
    return outcome


def take_own_records(instance: Instance) -> None:
    """Log the console's own records where no follower does, after a command that reads or rebuilds."""
    with connect("follower", autocommit=True) as connection:
        row = connection.execute("select pg_try_advisory_xact_lock(%s)", [PROJECTING]).fetchone()
    if row == (True,):
        with closing(OwnRecords()) as own, suppress(LostLease):  # a follower that starts meanwhile takes them over
            outcome = run(instance, [own], once=True, stop=threading.Event())
            if outcome.troubles:
                raise WhereaboutsError("; ".join(outcome.troubles.values()))


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
    batch = feed.next()
    while batch is not None:
        outcome.logged += batch.last - batch.first + 1
        is_ours = is_ours or projection.become_the_only()
        if is_ours:
            passed = projection.advance(batch)
            outcome.folded += passed
            if progress is not None:
                progress(passed)
        batch = None  # before the next one is unpacked
        batch = feed.next()
    while not (is_ours or projection.become_the_only()):
        if projection.has_caught_up() or stop.wait(LOOK_AGAIN_SECONDS):
            return
    outcome.folded += projection.catch_up(progress)
    if not stop.is_set():
        projection.complete()
