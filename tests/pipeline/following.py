"""Follows a bank until it kills itself before the statement of a given number. Run as a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audit.pipeline import Outcome

ROOT = Path(__file__).parents[2]
CONFIGURATION = ROOT / "demobank" / "whereabouts.toml"
END = datetime(2100, 1, 1, tzinfo=UTC)  # both runs that are compared are complete until then


def follow_once(instance: Any, sources: Sequence[Any]) -> Outcome:
    from audit import pipeline

    try:
        return pipeline.run(instance, sources, once=True, stop=threading.Event())
    finally:
        for source in sources:
            source.close()


def follow_until_killed(configuration: Path, statement: int, *, apart: bool = False) -> None:
    """Start a process that follows, and see it die."""
    call = [sys.executable, "-m", "tests.pipeline.following", "follow", str(configuration), str(statement), str(apart)]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, timeout=60)
    assert done.returncode == -signal.SIGKILL or apart, done.stderr.decode()


def follow_apart(configuration: Path) -> int:
    """Read all there is, with a process for each part of the work; how many jobs one did for another."""
    call = [sys.executable, "-m", "tests.pipeline.following", "once", str(configuration), "0", "True"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return int(done.stdout)


def follow_until_cut_off(configuration: Path, statement: int, *, apart: bool) -> None:
    """Start a process whose connections break at that statement, and see it and all that it began end."""
    call = [sys.executable, "-m", "tests.pipeline.following", "cut", str(configuration), str(statement), str(apart)]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, timeout=60)
    assert done.returncode == 1 and b"OperationalError" in done.stderr, done.stderr.decode()


def rebuild_until_killed(statement: int) -> None:
    call = [sys.executable, "-m", "tests.pipeline.following", "rebuild", "-", str(statement), "False"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def _die_before(statement: int) -> None:
    """SIGKILL, which nothing can catch, in whichever thread or process comes to that statement."""
    import psycopg

    execute, numbers = psycopg.Connection.execute, count()

    def counted(self: Any, *args: Any, **named: Any) -> Any:
        if next(numbers) >= statement:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(self, *args, **named)

    psycopg.Connection.execute = counted  # type: ignore[method-assign]


def _be_cut_off_at(statement: int) -> None:
    """In each process for itself: its connections break, as when the server goes away."""
    import psycopg

    execute, numbers = psycopg.Connection.execute, count()

    def counted(self: Any, *args: Any, **named: Any) -> Any:
        if next(numbers) >= statement:
            socket.socket(fileno=os.dup(self.pgconn.socket)).shutdown(socket.SHUT_RDWR)
        return execute(self, *args, **named)

    psycopg.Connection.execute = counted  # type: ignore[method-assign]


def _follow(path: str, apart: bool) -> None:
    from audit import configuration, instance, pipeline
    from audit.database import connect

    with connect("follower", autocommit=True) as connection:
        found = instance.require(connection)
    pipeline.BATCH_CATCHING_UP = 211  # type: ignore[attr-defined]
    sources = configuration.open_sources(configuration.configuration(path), complete_until=END)
    pipeline.run(found, sources, once=False, stop=threading.Event(), apart=apart)


def _once(path: str) -> None:
    from audit import configuration, instance, pipeline
    from audit.behind import ProcessBehind
    from audit.database import connect

    with connect("follower", autocommit=True) as connection:
        found = instance.require(connection)
    do, jobs = ProcessBehind.do, count()

    def counted(self: ProcessBehind, job: Any) -> None:
        next(jobs)
        do(self, job)

    ProcessBehind.do = counted  # type: ignore[method-assign]
    sources = configuration.open_sources(configuration.configuration(path), complete_until=END)
    pipeline.run(found, sources, once=True, stop=threading.Event(), apart=True)
    print(next(jobs))


def _rebuild() -> None:
    from audit.projections import rebuild
    from audit.rebuilding import rebuild_all

    rebuild.STREAMS_PER_PART = 100
    rebuild_all(lambda number: None, lambda seconds: None, lambda done, total: None)


if __name__ == "__main__":
    what, path, statement, apart = sys.argv[1:]
    import django

    django.setup()
    import audit.feeds

    audit.feeds.BATCH_CATCHING_UP = 211
    if what == "once":
        _once(path)
        sys.exit()
    (_be_cut_off_at if what == "cut" else _die_before)(int(statement))
    _rebuild() if what == "rebuild" else _follow(path, apart == "True")
