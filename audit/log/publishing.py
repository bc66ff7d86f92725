"""Checkpoints outside the database: a folder, best on storage that nobody can write over, where others fetch them."""

from __future__ import annotations

import os
from pathlib import Path

from audit.log.checkpoints import Signed

NEWEST = "checkpoint"


def publish(folder: Path, signed: Signed) -> None:
    """The note under its size, never written over, and as `checkpoint`, the newest. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"checkpoint-{signed.checkpoint.size}"
    if not kept.exists():
        _put(kept, signed.note)
    _put(folder / NEWEST, signed.note)


def _put(path: Path, text: str) -> None:
    """Whole or not at all, also for a reader at the same time."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with fresh.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
