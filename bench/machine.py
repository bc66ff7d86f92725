"""What a figure was measured on, and the processor time that PostgreSQL's processes have used."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

_TICKS = os.sysconf("SC_CLK_TCK")


def described() -> str:
    """The machine in one line, with the time of the measurement."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"Python {platform.python_version()}, load before {os.getloadavg()[0]:.1f}"
    )


def postmaster(url: str) -> int:
    """The process of a server of this machine."""
    with psycopg.connect(url) as connection:
        row: Any = connection.execute("select current_setting('data_directory')").fetchone()
    return int((Path(row[0]) / "postmaster.pid").read_text().splitlines()[0])


def seconds_of_server(postmaster: int) -> float | None:
    """User and system time of a server with all its processes, those that ended too; None where /proc is missing."""
    try:
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    except OSError:
        return None
    total = sum(_ticks(postmaster, range(13, 17)))
    for child in children:
        total += sum(_ticks(int(child), range(13, 15)))
    return total / _TICKS


def _ticks(process: int, fields: range) -> list[int]:
    """utime, stime, cutime, cstime stand from the 14th field on; the name before them may hold anything."""
    try:
        values = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended since it was listed; its parent has its time
        return []
    return [int(values[field - 2]) for field in fields]


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
