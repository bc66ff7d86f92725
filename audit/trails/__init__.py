"""What leaves the house: provable histories of one subject."""

from __future__ import annotations

from pathlib import Path


def folder() -> Path:
    """Where finished exports wait to be fetched; readable by this user alone."""
    from audit.servers import var_dir

    made = var_dir() / "exports"
    made.mkdir(mode=0o700, parents=True, exist_ok=True)
    return made
