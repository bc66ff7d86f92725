"""A file is written whole or not at all, and nothing of a try that failed stays."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from audit.files import put


def test_a_reader_sees_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    path, bodies = tmp_path / "note", [bytes([letter]) * 300_000 for letter in b"ab"]
    put(path, bodies[0])
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            for body in bodies:
                put(path, body)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    seen = {path.read_bytes() for _ in range(100)}
    stop.set()
    for writer in writers:
        writer.join()
    assert seen <= set(bodies) and os.listdir(tmp_path) == ["note"]


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "receipt"
    path.mkdir()  # in its way
    with pytest.raises(OSError):
        put(path, b"new", 0o600)
    assert os.listdir(tmp_path) == ["receipt"]
    path.rmdir()
    put(path, b"new", 0o600)
    assert path.stat().st_mode & 0o777 == 0o600
