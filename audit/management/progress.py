"""Shows long work on standard error: in place on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TextIO

TERMINAL_SECONDS = 0.2
LOG_SECONDS = 10.0


class Progress:
    """Call it as often as you like; it writes seldom. `total` 0: not known."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._is_terminal = self._stream.isatty()
        self._said_at = time.monotonic()
        self._width = 0

    def __call__(self, what: str, done: int, total: int = 0) -> None:
        now = time.monotonic()
        if now - self._said_at >= (TERMINAL_SECONDS if self._is_terminal else LOG_SECONDS):
            self._said_at = now
            self._say(f"{what}: {done:,} of {total:,} ({done / total:.0%})" if total else f"{what}: {done:,}")

    def close(self) -> None:
        """Leave the terminal's line clean."""
        if self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
            self._width = 0

    def _say(self, text: str) -> None:
        if self._is_terminal:
            self._stream.write("\r" + text.ljust(self._width))
            self._width = len(text)
        else:
            self._stream.write(text + "\n")
        self._stream.flush()
