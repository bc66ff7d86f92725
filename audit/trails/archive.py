"""Files under their hashes, and the ZIP that wraps them."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from audit.trails.framing import central_header, end, local_header

BLOCK = 1 << 20


def digest_of(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for block in _blocks(path):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


def wrap(folder: Path, names: Sequence[str], target: Path) -> None:
    """In the order of `names`: the same files give the same bytes."""
    central: list[bytes] = []
    with target.open("wb") as file:
        for name in names:
            offset, crc, size = file.tell(), 0, 0
            for block in _blocks(folder / name):
                crc, size = zlib.crc32(block, crc), size + len(block)
            file.write(local_header(name, crc, size))
            for block in _blocks(folder / name):
                file.write(block)
            central.append(central_header(name, crc, size, offset))
        start = file.tell()
        file.writelines(central)
        file.write(end(len(central), file.tell() - start, start))


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
