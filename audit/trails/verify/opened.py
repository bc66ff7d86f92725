"""A trail's files as they lie in the ZIP, which must be exactly the one that belongs to them."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from audit.trails.contents import ORDER, sums_of
from audit.trails.framing import EXTRA_FORM, LARGE, LOCAL, LOCAL_FORM, central_header, end, local_header
from audit.trails.verify.verdict import Bad

NAME_MAX = 64
LINE_MAX = 32 << 20
SMALL_MAX = 64 << 20  # of a file that is read whole
BLOCK = 1 << 18


@dataclass(slots=True)
class Opened:
    """Where each file lies. It is read several times, and must be the same file each time: what was checked is what
    is folded and shown."""

    path: Path
    identity: tuple[int, ...]
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    problems: list[Bad] = field(default_factory=list)

    @classmethod
    def open(cls, path: Path) -> Opened:
        """Raises Bad where it is not one of ours, and OSError."""
        with path.open("rb") as file:
            found = cls(path, _identity(file))
            found._walk(file, os.fstat(file.fileno()).st_size)
        return found

    @contextmanager
    def again(self) -> Iterator[IO[bytes]]:
        """Raises Bad where it is not the file that was opened first."""
        with self.path.open("rb", buffering=BLOCK) as file:
            if _identity(file) != self.identity:
                raise Bad("ARCHIVE", "the file was changed while it was read")
            yield file

    def _walk(self, file: IO[bytes], whole: int) -> None:
        central: list[bytes] = []
        while (fixed := file.read(LOCAL_FORM.size))[:4] == LOCAL:
            offset = file.tell() - len(fixed)
            name, crc, size = _header(file, fixed)
            if name in self.places or len(central) == len(ORDER) or name != ORDER[len(central)]:
                raise Bad("ARCHIVE", f"{name!r} is not the file that belongs here")
            if size > whole - file.tell():
                raise Bad("ARCHIVE", f"{name} goes beyond the end")
            self.places[name] = (file.tell(), size)
            central.append(central_header(name, crc, size, offset))
            if self._digest(file, name, size) != crc:
                self.problems.append(Bad("ARCHIVE", f"{name} does not give its checksum"))
        start = file.tell() - len(fixed)
        closing = b"".join(central)
        closing += end(len(central), len(closing), start)
        if len(central) != len(ORDER) or fixed + file.read(len(closing)) != closing:
            raise Bad("ARCHIVE", "files are missing, or the list of them at its end is not as it was written")

    def _digest(self, file: IO[bytes], name: str, size: int) -> int:
        digest, crc, left = hashlib.sha256(), 0, size
        while left:
            block = file.read(min(BLOCK, left))
            digest.update(block)
            crc, left = zlib.crc32(block, crc), left - len(block)
        self.digests[name] = digest.hexdigest()
        return crc

    def check_sums(self) -> None:
        """SHA256SUMS says what the files are. Raises Bad, which names one that differs."""
        told = self.whole("SHA256SUMS")
        if told == sums_of(self.digests).encode():
            return
        lines = set(told.split(b"\n"))
        for name, digest in self.digests.items():
            if name != "SHA256SUMS" and f"{digest}  {name}".encode() not in lines:
                raise Bad("CONTENT", f"{name} does not give its sum in SHA256SUMS")
        raise Bad("CONTENT", "SHA256SUMS is not as it was written")

    def whole(self, name: str) -> bytes:
        offset, size = self.places[name]
        if size > SMALL_MAX:
            raise Bad("ARCHIVE", f"{name} is greater than it can be")
        with self.again() as file:
            file.seek(offset)
            return file.read(size)

    def lines(self, name: str) -> Iterator[bytes]:
        """Without their line feeds. Raises Bad for one without, or one that is too long."""
        offset, left = self.places[name]
        with self.again() as file:
            file.seek(offset)
            while left:
                line = file.readline(min(LINE_MAX, left))
                if not line.endswith(b"\n"):
                    raise Bad("CONTENT", f"a line of {name} has no end")
                left -= len(line)
                yield line[:-1]


def _identity(file: IO[bytes]) -> tuple[int, ...]:
    found = os.fstat(file.fileno())
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _header(file: IO[bytes], fixed: bytes) -> tuple[str, int, int]:
    if len(fixed) < LOCAL_FORM.size:
        raise Bad("ARCHIVE", "it ends within a file's header")
    values = LOCAL_FORM.unpack(fixed)
    crc, size, length = values[6], values[7], values[9]
    raw = file.read(min(length, NAME_MAX))
    try:
        name = raw.decode("ascii")
    except UnicodeDecodeError:
        raise Bad("ARCHIVE", "a file's name is not understood") from None
    if size == LARGE:
        extra = file.read(EXTRA_FORM.size)
        raw += extra
        size = EXTRA_FORM.unpack(extra)[2] if len(extra) == EXTRA_FORM.size else 0
    if local_header(name, crc, size) != fixed + raw:
        raise Bad("ARCHIVE", f"the header of {name!r} is not as it was written")
    return name, crc, size
