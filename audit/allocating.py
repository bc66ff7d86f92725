"""How the C library keeps memory in a process that works in batches: large blocks go back to the system when they are
let go of, and its threads share two heaps instead of having sixteen."""

from __future__ import annotations

import ctypes
from contextlib import suppress

HEAPS_MAX = 2
MAPPED_BYTES_MIN = 256 * 1024  # blocks from this size on are the system's, each by itself
KEPT_BYTES_MAX = 1024 * 1024  # at a heap's end

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # mallopt(3)


def give_back() -> None:
    """For all of this process and those that it forks. Nothing happens where the C library knows no such choices."""
    with suppress(AttributeError, OSError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        for choice, value in (
            (_ARENA_MAX, HEAPS_MAX),
            (_MMAP_THRESHOLD, MAPPED_BYTES_MIN),
            (_TRIM_THRESHOLD, KEPT_BYTES_MAX),
        ):
            mallopt(choice, value)
