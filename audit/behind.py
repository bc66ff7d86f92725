"""Batches are written, and flows judged, behind the fold: by a thread, or by a forked process, so that Python's one
lock is not shared. Jobs are done one after another; what one could not be, those behind it are not either."""

from __future__ import annotations

import marshal
import os
import pickle
import queue
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection as PipeEnd
from typing import Any, NoReturn, Protocol

import msgspec

from audit import servers
from audit.errors import WhereaboutsError, pickled
from audit.log.logged import Seen
from audit.model.meaning import Model
from audit.projections.projector import Folded
from audit.projections.write import Fresh, Line
from audit.writing import End, Job, Judge, Write, Writer, writing_connection

SWITCH_SECONDS = 0.001  # between threads: the one that writes has little to do and much to wait for
AHEAD_MAX = 2  # jobs that may be undone when a batch is handed on: the batch before it, and what is judged behind that

_encode, _decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(list[Seen]).decode


class Behind(Protocol):
    """`do` hands a job on; `make_room` waits until another batch may be handed on, `settle` until all is done: whether
    all could be. Both raise what went wrong."""

    known: int  # sources, when a batch was written last

    def do(self, job: Job) -> None: ...
    def make_room(self) -> bool: ...
    def settle(self) -> bool: ...

    def give_over(self) -> bool:
        """Once all is settled: the asking process will write itself. Whether somebody else has written before."""

    def close(self) -> None: ...


def open_behind(model: Model) -> Behind | None:
    """A process, where one can be forked. None: a thread will do."""
    if sys.platform == "linux" and threading.active_count() == 1:
        return ProcessBehind(model)
    return None


class ThreadBehind:
    """A thread that uses `writer`, which the process itself uses where all is settled."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._thread = ThreadPoolExecutor(1, "write")
        self._undone: Future[bool] | None = None

    @property
    def known(self) -> int:
        return self._writer.known

    def do(self, job: Job) -> None:
        sys.setswitchinterval(SWITCH_SECONDS)
        self._undone = self._thread.submit(self._after, self._undone, job)

    def make_room(self) -> bool:
        return self.settle()

    def settle(self) -> bool:
        undone, self._undone = self._undone, None
        return undone is None or undone.result()

    def give_over(self) -> bool:
        return False

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)

    def _after(self, before: Future[bool] | None, job: Job) -> bool:
        return (before is None or before.result()) and self._writer.do(job)


class ProcessBehind:
    """A forked process with a connection and a memory of its own. It ends when we do, however we end. Fork it before
    any thread runs, whose locks it would inherit."""

    def __init__(self, model: Model) -> None:
        self.known = 0
        self._undone = 0
        self._is_new = True  # what it remembers is out of date
        jobs, self._jobs = Pipe(duplex=False)
        self._answers, answers = Pipe(duplex=False)
        self._process = os.fork()
        if self._process == 0:
            self._jobs.close()
            self._answers.close()
            _be_the_writer(model, jobs, answers)
        jobs.close()
        answers.close()

    def do(self, job: Job) -> None:
        for message in pack(job, self._is_new):
            self._send(message)
        self._is_new = False
        self._undone += 1

    def make_room(self) -> bool:
        return self._wait(AHEAD_MAX)

    def settle(self) -> bool:
        return self._wait(0)

    def give_over(self) -> bool:
        has_written, self._is_new = not self._is_new, True
        return has_written

    def close(self) -> None:
        with suppress(OSError):  # it has ended
            self._jobs.send_bytes(b"")
        self._jobs.close()
        os.waitpid(self._process, 0)
        self._answers.close()

    def _wait(self, undone: int) -> bool:
        could = True
        while self._undone > undone:
            try:
                answer = pickle.loads(self._answers.recv_bytes())
            except (EOFError, OSError):
                raise _lost() from None
            self._undone -= 1
            if isinstance(answer, BaseException):
                self._is_new = True
                raise answer
            could, self.known = could and answer[0], answer[1]
        return could

    def _send(self, message: bytes) -> None:
        try:
            self._jobs.send_bytes(message)
        except OSError:
            raise _lost() from None


class PackedLines(Mapping[str, Sequence[Line]]):
    """Unpacked table by table when they are asked for: all at once are four times as large."""

    def __init__(self, packed: Mapping[str, bytes]) -> None:
        self._packed = packed

    def __getitem__(self, table: str) -> Sequence[Line]:
        lines: Sequence[Line] = marshal.loads(self._packed[table])
        return lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


def pack(job: Job, is_new: bool) -> Iterator[bytes]:
    """A job as messages, the first of which begins with the number of the others: one a table, so that a batch never
    stands in memory twice. It loses its lines. `is_new`: what was remembered of those before it is out of date."""
    if isinstance(job, Judge):
        yield b"\0" + marshal.dumps((is_new, (job.generation, job.watermarks, job.least, job.due_by)))
        return
    folded, end, fresh = job.folded, job.end, job.folded.fresh
    head = (job.generation, job.position, job.upto)
    rest = (folded.timed, folded.ties, folded.begun, folded.told)
    tables: Any = folded.lines
    names = [*tables]
    parts: Any = (head, names, (fresh.subjects, fresh.streams, fresh.places), pickle.dumps(folded.signs), rest,
             _encode(end.events), (end.passed, end.reached))  # fmt: skip
    yield bytes([len(names)]) + marshal.dumps((is_new, parts))
    for table in names:
        yield marshal.dumps(tables.pop(table))


def unpack(messages: Sequence[bytes]) -> tuple[Job, bool]:
    parts: Any
    is_new, parts = marshal.loads(memoryview(messages[0])[1:])
    if len(parts) == 4:
        return Judge(*parts), is_new
    (generation, position, upto), names, fresh, signs, rest, events, (passed, reached) = parts
    lines = PackedLines(dict(zip(names, messages[1:], strict=True)))
    folded = Folded(lines, Fresh(*fresh), pickle.loads(signs), *rest)
    return Write(generation, position, upto, folded, End(_decode(events), passed, reached)), is_new


def _lost() -> WhereaboutsError:
    return WhereaboutsError("the process that writes the read model has ended; nothing is lost: start it again")


def _be_the_writer(model: Model, jobs: PipeEnd, answers: PipeEnd) -> NoReturn:
    """The forked process, from its first to its last moment. What it inherited is its parent's to clean up."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all: our parent says when we stop
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        waiting: queue.Queue[list[bytes]] = queue.Queue(1)
        threading.Thread(target=_receive, args=(jobs, waiting), daemon=True).start()
        with suppress(BrokenPipeError):  # nobody waits for us any more
            _work(model, waiting, answers)
        servers.release()
    finally:
        os._exit(0)


def _receive(jobs: PipeEnd, waiting: queue.Queue[list[bytes]]) -> None:
    """Takes jobs out of the pipe while others are done, so that who folds need not wait. Empty: the last one."""
    is_last = False
    while not is_last:
        try:
            first = jobs.recv_bytes()
            messages = [first, *(jobs.recv_bytes() for _ in range(first[0]))] if first else []
        except (EOFError, OSError):
            messages = []
        is_last = not messages
        waiting.put(messages)
        del messages  # while the next one comes


def _work(model: Model, waiting: queue.Queue[list[bytes]], answers: PipeEnd) -> None:
    writer: Writer | None = None
    is_broken = False
    while messages := waiting.get():
        job, is_new = unpack(messages)
        del messages
        try:
            writer = writer or Writer(writing_connection(), model)
            if is_new:
                writer.forget()
            is_broken = is_broken and not is_new
            answer = pickle.dumps((not is_broken and writer.do(job), writer.known))
        except BaseException as error:
            is_broken, answer = True, pickled(error, "writing the read model")
        del job
        answers.send_bytes(answer)
