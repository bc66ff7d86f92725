"""A command of ours in a process of its own, timed from start to end, with its greatest memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LOOK_SECONDS = 0.5  # the system counts a process's memory page by page: ten looks a second took 2 % of two cores
MANAGE = Path(__file__).resolve().parent.parent / "manage.py"


@dataclass(frozen=True, slots=True)
class Run:
    """`cpu` is user and system time of the process and its children; `memory` the sum of what each held at most."""

    seconds: float
    cpu: float
    memory: int


def timed(environment: Mapping[str, str], *arguments: str, script: Path = MANAGE) -> Run:
    """Run `manage.py ARGUMENTS`, or another script with them; raises SystemExit with its words if it fails."""
    began, before = time.perf_counter(), os.times()
    process = subprocess.Popen([sys.executable, str(script), *arguments], env={**os.environ, **environment},
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    peaks: dict[int, int] = {}
    while process.returncode is None:
        for member in _family(process.pid):
            peaks[member] = max(peaks.get(member, 0), _resident(member))
        with suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_SECONDS)
    said = process.communicate()[1].decode(errors="replace")
    if process.returncode != 0:
        raise SystemExit(f"{script.name} {' '.join(arguments)} failed ({process.returncode}): {said.strip()[-2000:]}")
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(time.perf_counter() - began, cpu, sum(peaks.values()))


def _family(process: int) -> list[int]:
    """The process and its children of every generation."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return [process]
    return [process, *(member for child in children for member in _family(int(child)))]


def _resident(process: int) -> int:
    """Bytes in memory that belong to this process alone or are shared by forking; 0 where it has ended."""
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
