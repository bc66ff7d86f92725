"""What becomes of a folded batch: its rows, findings and position are written in one transaction, and flows are judged.
Done by the process that folds, by a thread of it, or by a process of its own (audit/behind.py)."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from audit.database import Connection, connect, sql, use_generation
from audit.findings.causation import judge_orphans
from audit.findings.holes import Unbroken
from audit.findings.judge import FLOWS_AT_ONCE, judge_flows
from audit.findings.overdue import sweep_overdue
from audit.findings.record import record
from audit.findings.silence import Silence
from audit.findings.staff import Staff
from audit.log.logged import Seen
from audit.model.meaning import Model
from audit.projections.alarms import alarms
from audit.projections.causes import Causes
from audit.projections.flowbook import FlowBook
from audit.projections.projector import Folded, write_folded
from audit.projections.signs import Sign


@dataclass(frozen=True, slots=True)
class End:
    """What a batch is finished with: its events, the sources whose states may have become overdue with their
    watermarks, and all watermarks that are reached then."""

    events: Sequence[Seen]
    passed: Sequence[tuple[int, int]]
    reached: Sequence[int]


@dataclass(frozen=True, slots=True)
class Write:
    """A batch to be written behind `position` of a generation, which then stands at `upto`."""

    generation: int
    position: int
    upto: int
    folded: Folded
    end: End


@dataclass(frozen=True, slots=True)
class Judge:
    """Flows to be judged, once `watermarks` sources have said how far they are, as of the least of them; those that
    became due after `due_by` are left for later."""

    generation: int
    watermarks: int
    least: int
    due_by: int | None = None


Job = Write | Judge


class Writer:
    """Remembers what it wrote. It must be the only one that writes, or `forget`."""

    def __init__(self, connection: Connection, model: Model) -> None:
        self._connection, self._model = connection, model
        self.known = 0  # how many sources there are
        self.forget()

    def forget(self) -> None:
        """Somebody else has written meanwhile, or something went wrong."""
        self.book = FlowBook()
        self._silence = Silence(self._connection, self._model)
        self._staff = Staff(self._connection, self._model)
        self._unbroken = Unbroken(self._connection, self._model)
        self._causes = Causes(self._connection, self._model)

    def do(self, job: Job) -> bool:
        """Whether it could be: the generation may have been replaced meanwhile. Transactions of its own."""
        return self._write(job) if isinstance(job, Write) else self._judge(job)

    def finish(self, signs: Sequence[Sign], timed: Set[int], end: End) -> None:
        """What belongs into the transaction beside the rows and the position."""
        connection, model = self._connection, self._model
        record(connection, [*signs, *self._causes.judge(end.events)], model.digits)
        record(connection, alarms(connection, model), model.digits)
        for source_id, watermark in end.passed:
            sweep_overdue(connection, model, source_id, watermark, timed)
        record(connection, self._silence.judge(end.events, end.reached), model.digits)
        record(connection, self._staff.judge(end.events), model.digits)
        record(connection, self._unbroken.judge(end.events), model.digits)

    def _write(self, job: Write) -> bool:
        with self._connection.transaction():
            position = self._stands_at(job.generation)
            if position != job.position:
                return False
            write_folded(self._connection, job.folded, self.book)
            self.finish(job.folded.signs, job.folded.timed, job.end)
            self._connection.execute(sql("move_generation"), [job.upto, job.generation])
        return True

    def _judge(self, job: Judge) -> bool:
        judged = FLOWS_AT_ONCE
        while judged == FLOWS_AT_ONCE:
            with self._connection.transaction():
                if self._stands_at(job.generation) is None:
                    return False
                if job.watermarks < self.known:
                    break
                judged = judge_flows(self._connection, self._model, job.least, self.book, job.due_by)
                judge_orphans(self._connection, self._model, job.least)
        return True

    def _stands_at(self, generation: int) -> int | None:
        """The generation's position, locked; None: it is not the current one any more."""
        use_generation(self._connection, generation)
        row = self._connection.execute(sql("generation_stand"), [generation]).fetchone()
        self.known = self.known if row is None else len(row[2])
        return None if row is None else row[0]


def writing_connection() -> Connection:
    """Every look is by key, whatever the planner thinks of tables that grow as it looks. What a crash of the server
    takes of the read model is folded again: its position goes with it."""
    connection = connect("follower")
    connection.execute("set enable_hashjoin = off; set enable_mergejoin = off; set random_page_cost = 1.1;"
                       " set synchronous_commit = off")  # fmt: skip
    connection.commit()
    return connection
