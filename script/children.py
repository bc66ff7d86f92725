"""Processes that live and die together: when one ends, all are stopped; when we end, none is left."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from audit.errors import WhereaboutsError

STOP_SECONDS_MAX = 10
LAST_WORDS_BYTES = 2000
POLL_SECONDS = 0.2

_DIE_WITH_PARENT = 1  # prctl's PR_SET_PDEATHSIG


class Children:
    """A context in which child processes run; leaving it stops them, the youngest first."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self._logs, self._environment = logs, dict(environment)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        logs.mkdir(exist_ok=True)

    def start(self, name: str, command: Sequence[str | Path]) -> None:
        """Its output goes to `name`.log. It has a session of its own, so that Ctrl-C reaches us alone."""
        with (self._logs / f"{name}.log").open("wb") as log:
            self._running[name] = subprocess.Popen(
                [str(part) for part in command],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )

    def check(self) -> None:
        """Raise, and say which, when one has ended."""
        for name, process in self._running.items():
            code = process.poll()
            if code is not None:
                log = self._logs / f"{name}.log"
                raise WhereaboutsError(f"{name} ended with {code}: {_last_words(log)} (log: {log})")

    def watch(self) -> None:
        """Until one ends."""
        while True:
            self.check()
            time.sleep(POLL_SECONDS)

    def __enter__(self) -> Children:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # whoever presses Ctrl-C twice must not leave half of them running
        processes = list(reversed(self._running.values()))
        for process in processes:
            _signal(process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS_MAX
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
        for process in processes:
            _signal(process, signal.SIGKILL)  # what did not listen, and what it left in its session
            process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if number == signal.SIGKILL:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)


def _end_with_parent() -> None:
    """Runs in the child before its program: the kernel ends it when we are killed without a chance to do so."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)


def _last_words(log: Path) -> str:
    with log.open("rb") as opened:
        opened.seek(max(0, log.stat().st_size - LAST_WORDS_BYTES))
        lines = opened.read().decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "it said nothing"
