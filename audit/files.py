"""Files written whole or not at all: for who reads at the same time, and after a power cut."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

READABLE = 0o666  # less what the process masks


def put(path: Path, body: bytes, mode: int = READABLE) -> None:
    """`body` as the file at `path`, in place of what stood there. Raises OSError."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(body)
        move(fresh, path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def move(made: Path, path: Path) -> None:
    """A file that is complete to where it is looked for, on the same disk. Raises OSError."""
    _flush(made)
    made.replace(path)
    _flush(path.parent)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
