"""The ZIP around a trail beyond 4 GiB: others can read it, and no byte of it is free either."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

from audit.log.signed_notes import PublicKey
from audit.trails import framing
from audit.trails.archive import wrap
from audit.trails.contents import ORDER
from audit.trails.verify.checks import Trusted, verify
from audit.trails.verify.opened import Opened
from tests.trails import large
from tests.trails.test_verify import mutated

GIB = 1 << 30


def test_large_numbers_stand_where_others_look_for_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a border of 4,000 bytes instead of 4 GiB: some files, most places and the list at the end lie beyond it."""
    monkeypatch.setattr(framing, "FROM", 4_000)
    trusted = Trusted(PublicKey.parse(large.write(40, tmp_path / "trail")))
    path = tmp_path / "trail" / "trail.zip"
    raw = path.read_bytes()
    assert raw.count(framing.END_64) == raw.count(framing.LOCATOR_64) == 1
    with ZipFile(path) as archive:
        assert archive.testzip() is None and tuple(archive.namelist()) == ORDER
        infos = archive.infolist()
        assert min(info.file_size for info in infos) < 4_000 < max(info.file_size for info in infos)
        for info in infos:
            assert archive.read(info) == (tmp_path / "trail" / info.filename).read_bytes()
    assert verify(path, trusted).exit_code == 0
    chance = random.Random(3)
    for at in [*range(len(raw) - 3000, len(raw), 29), *(chance.randrange(len(raw)) for _ in range(60))]:
        for how in range(4):
            changed = mutated(raw, at, how)
            if changed != raw:
                path.write_bytes(changed)
                assert verify(path, trusted).exit_code == 1, (at, how)
    path.write_bytes(raw)
    monkeypatch.undo()
    assert verify(path, trusted).exit_code == 1, "there is but one way to write a trail"


@pytest.mark.slow
def test_a_trail_may_be_greater_than_4_gib(tmp_path: Path) -> None:
    if shutil.disk_usage(tmp_path).free < 8 * GIB:
        pytest.skip("needs 8 GiB of disk")
    for name in ORDER:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    with (tmp_path / "payloads.jsonl").open("wb") as file:
        file.truncate(4 * GIB + 5)  # sparse
    wrap(tmp_path, ORDER, tmp_path / "trail.zip")
    opened = Opened.open(tmp_path / "trail.zip")
    assert opened.places["payloads.jsonl"][1] == 4 * GIB + 5 and opened.whole("VERIFY.txt") == b"VERIFY.txt"
    with ZipFile(tmp_path / "trail.zip") as archive:
        assert archive.read("VERIFY.txt") == b"VERIFY.txt"
        assert archive.getinfo("payloads.jsonl").file_size == 4 * GIB + 5
    (tmp_path / "trail.zip").unlink()
