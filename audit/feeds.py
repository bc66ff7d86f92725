"""Sources are read into the log beside the projections: in a forked process where that is possible, else in a thread.

Whatever happens to either side, nothing is lost: the log is committed first, and what is not handed over, or handed
over out of order, is found in the log.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection as PipeEnd
from typing import NoReturn, Protocol

from audit import servers
from audit.checking import Rechecking
from audit.database import connect
from audit.errors import SourceUnavailable, WhereaboutsError, pickled
from audit.evidence_settings import Evidence
from audit.instance import Instance
from audit.log.drafts import Reader
from audit.log.handover import pack_into, unpack
from audit.log.intake import Batch, Intake
from audit.log.recount import Rounds
from audit.log.sealing import Sealing
from audit.projections.sequences import Numbering
from audit.sources.contract import Source
from audit.sources.own import NAME as OWN

BATCH_CATCHING_UP = 8_000
BATCHES_AHEAD = 2
IDLE_SECONDS = 0.25
FILES = "files"  # the kind of source

_BATCH, _END, _ERROR = b"b", b"e", b"x"  # what begins a message of the reading process


@dataclass(frozen=True, slots=True)
class Reading:
    """What is to be read, and until when."""

    instance: Instance
    sources: Sequence[Source]
    once: bool
    stop: threading.Event
    troubles: dict[str, str] = field(default_factory=dict)  # of the sources that cannot be read now
    evidence: Evidence = Evidence()  # where checkpoints go


class Feed(Protocol):
    """Batches in the order in which they were logged."""

    def next(self) -> Batch | None:
        """The next batch; None: there will be none. Raises what went wrong with reading."""

    def close(self) -> None:
        """Let the reader come to an end, so that its transaction ends cleanly."""


def open_feed(reading: Reading, *, apart: bool) -> Feed:
    """`apart` asks for a process. It is forked only where no other thread runs, whose locks it would inherit."""
    if apart and sys.platform == "linux" and threading.active_count() == 1:
        return ProcessFeed(reading)
    return ThreadFeed(reading)


def read_all(reading: Reading, hand: Callable[[Batch], None], *, keeps_data: bool = True) -> None:
    """Every source in turn, one transaction a batch, until told to stop or, once, until there is nothing more."""
    with connect("follower") as connection:
        intake = Intake(connection, reading.instance.model, reading.sources, keeps_data)
        rounds = Rounds(connection, [source for source in reading.sources if source.kind != OWN])
        sealing = Sealing(connection, reading.evidence.places, reading.evidence.authority)
        numbering, rechecking = Numbering(connection), Rechecking(connection)
        turns = Turns()
        while not reading.stop.is_set():
            is_idle, logged = True, 0
            for source in reading.sources:
                if turns.is_ahead(source.name):
                    is_idle = False
                    continue
                try:
                    batch = intake.take(source, BATCH_CATCHING_UP)
                except SourceUnavailable as error:
                    reading.troubles[source.name] = str(error)
                    turns.took(source, None)
                    continue
                reading.troubles.pop(source.name, None)
                turns.took(source, batch)
                if batch is not None:
                    is_idle = is_idle and batch.is_idle
                    logged += batch.last - batch.first + 1
                    hand(batch)
            if is_idle and reading.once:
                sealing.seal()
                return
            sealing.go_on(time.monotonic(), logged)
            numbering.go_on(time.monotonic())
            if is_idle:
                rounds.go_on(time.monotonic())
                rechecking.go_on(time.monotonic())
                _rest(reading.sources, reading.stop)


class Turns:
    """While there is much to read, whichever source stands earliest in time is read next: what belongs together across
    sources is then folded and judged while it is still remembered."""

    def __init__(self) -> None:
        self._reached: dict[str, int] = {}  # recorded time of the last event read of sources that have more

    def is_ahead(self, name: str) -> bool:
        """Whether another source that has more to read stands earlier."""
        reached = self._reached.get(name)
        return reached is not None and reached > min(self._reached.values())

    def took(self, source: Source, batch: Batch | None) -> None:
        """Nobody waits for a source that gives nothing, nor for files, whose lines come in any order."""
        if batch is not None and batch.has_more and batch.events and source.kind != FILES:
            self._reached[source.name] = batch.events[-1].recorded
        else:
            self._reached.pop(source.name, None)


def _rest(sources: Sequence[Source], stop: threading.Event) -> None:
    began = time.monotonic()
    for source in sources:
        source.wait(IDLE_SECONDS / len(sources))
    stop.wait(max(0.0, IDLE_SECONDS - (time.monotonic() - began)) if not sources else 0.0)


class ThreadFeed:
    """Reads in a thread: only the databases work at the same time as the projections."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._batches: queue.Queue[Batch | BaseException | None] = queue.Queue(BATCHES_AHEAD)
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._thread.start()

    def next(self) -> Batch | None:
        batch = self._batches.get()
        if isinstance(batch, BaseException):
            raise batch
        return batch

    def close(self) -> None:
        self._reading.stop.set()
        while self._thread.is_alive():
            try:
                self._batches.get(timeout=0.1)  # it may wait for room
            except queue.Empty:
                continue

    def _run(self) -> None:
        try:
            read_all(self._reading, self._batches.put)
            self._batches.put(None)
        except BaseException as error:  # handed to the thread that can report it
            self._batches.put(error)


class ProcessFeed:
    """Reads in a forked process. It ends when we do, however we end: a pipe that only we hold open is its life line."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._readers: dict[str, Reader] = {}
        self._messages: queue.Queue[bytes] = queue.Queue(BATCHES_AHEAD)
        self._end, theirs = Pipe(duplex=False)
        line, self._life_line = os.pipe()
        self._process = os.fork()
        if self._process == 0:
            self._end.close()
            os.close(self._life_line)
            _be_the_reader(reading, theirs, line)
        theirs.close()
        os.close(line)
        self._thread = threading.Thread(target=self._receive, name="intake", daemon=True)
        self._thread.start()

    def next(self) -> Batch | None:
        message = None
        while message is None:
            if self._reading.stop.is_set():
                self._let_go()
            with suppress(queue.Empty):
                message = self._messages.get(timeout=IDLE_SECONDS)
        kind, content = message[:1], memoryview(message)[1:]
        if kind == _BATCH:
            return unpack(content, self._reading.instance.model, self._readers)
        if kind == _END:
            self._reading.troubles.update(pickle.loads(content))
            return None
        if kind == _ERROR:
            raise pickle.loads(content)
        raise WhereaboutsError("the process that reads the sources has ended; nothing is lost: start it again")

    def close(self) -> None:
        self._reading.stop.set()
        self._let_go()
        while self._thread.is_alive():
            try:
                self._messages.get(timeout=0.1)
            except queue.Empty:
                continue
        self._end.close()
        os.waitpid(self._process, 0)

    def _let_go(self) -> None:
        if self._life_line >= 0:
            os.close(self._life_line)
            self._life_line = -1

    def _receive(self) -> None:
        """Takes messages out of the pipe while the projections work, so that the reader need not wait for them."""
        kind = _BATCH
        while kind == _BATCH:
            try:
                message = self._end.recv_bytes()
            except (EOFError, OSError):
                message = b"lost"
            kind = message[:1]
            self._messages.put(message)
            del message  # while the next one comes


def _be_the_reader(reading: Reading, end: PipeEnd, line: int) -> NoReturn:
    """The forked process, from its first to its last moment. What it inherited is its parent's to clean up."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both: our parent says when we stop
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        threading.Thread(target=_stop_with_the_parent, args=(line, reading.stop), daemon=True).start()
        try:
            read_all(reading, _sender(end), keeps_data=False)
            end.send_bytes(_END + pickle.dumps(reading.troubles))
        except BrokenPipeError:
            pass  # nobody waits for us any more
        except BaseException as error:
            end.send_bytes(_ERROR + pickled(error, "reading the sources"))
        for source in reading.sources:
            source.close()
        servers.release()
    finally:
        os._exit(0)


def _sender(end: PipeEnd) -> Callable[[Batch], None]:
    message = bytearray(_BATCH)

    def send(batch: Batch) -> None:
        pack_into(message, len(_BATCH), batch)
        end.send_bytes(message)

    return send


def _stop_with_the_parent(line: int, stop: threading.Event) -> None:
    os.read(line, 1)  # nothing is ever written: it returns when the other end is closed
    stop.set()
