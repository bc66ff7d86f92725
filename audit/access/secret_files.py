"""Secrets of 32 bytes that stand in a file, as hexadecimal digits, readable by its owner alone."""

from __future__ import annotations

import os
from pathlib import Path

from audit.errors import WhereaboutsError

KEY_BYTES = 32


def read(path: Path, what: str) -> bytes:
    try:
        return parsed(path.read_text(encoding="utf-8"), str(path), what)
    except (OSError, UnicodeDecodeError) as error:
        raise WhereaboutsError(f"{path}, which should hold {what}, cannot be read: {error}") from None


def make(path: Path) -> None:
    """Written apart and linked into place, so that nobody reads half a key and the first of two makers wins."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(os.urandom(KEY_BYTES).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def parsed(text: str, where: str, what: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise WhereaboutsError(f"{where} does not hold {what}: it must be {2 * KEY_BYTES} hexadecimal digits")
    return key
