"""The lines of a plain or gzip file with their offsets, in bounded memory; a torn or damaged end is said."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from io import BufferedIOBase
from typing import NamedTuple, Protocol

BLOCK_BYTES = 1024 * 1024
LINE_BYTES_MAX = 16 * 1024 * 1024  # a longer line is kept in pieces; lines of more than 4 MiB are not read anyway
_GZIP = b"\x1f\x8b"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Readable(Protocol):
    """What a file's content must be able to do: give what can still be read before it fails."""

    def read1(self, size: int, /) -> bytes: ...


class Lines(NamedTuple):
    """Consecutive lines without their line feeds, the first at `offset`.

    `gap` is the number of bytes after each line (1: its line feed; 0: there is none). `is_finished` is false for what
    the file ends with; `damage` is why nothing follows.
    """

    offset: int
    lines: list[bytes]
    gap: int = 1
    is_finished: bool = True
    damage: str | None = None


def opened(path: str) -> BufferedIOBase:
    """The file's content, unpacked where it is gzip (told by its first bytes, not by its name)."""
    with open(path, "rb") as file:
        is_packed = file.read(2) == _GZIP
    return gzip.GzipFile(path, "rb") if is_packed else open(path, "rb")


def lines_of(content: Readable, offset: int) -> Iterator[Lines]:
    """The lines from where `content` stands, which is byte `offset` of it."""
    rest: list[bytes] = []  # of a line without its end: joined once, however long it grows
    size = 0
    damage = None
    while damage is None:
        block, damage = _next_block(content)
        if not block:
            break
        if offset == 0 and not rest and block.startswith(_BYTE_ORDER_MARK):
            offset, block = len(_BYTE_ORDER_MARK), block[len(_BYTE_ORDER_MARK) :]
        if b"\n" in block:
            lines = b"".join([*rest, block]).split(b"\n")
            block = lines.pop()
            rest, size = [], 0
            yield Lines(offset, lines)
            offset += sum(map(len, lines)) + len(lines)
        if block:
            rest.append(block)
            size += len(block)
        if size > LINE_BYTES_MAX:
            yield Lines(offset, [b"".join(rest)], 0)
            offset, rest, size = offset + size, [], 0
    if rest or damage:
        yield Lines(offset, [b"".join(rest)], 0, False, damage)


def _next_block(content: Readable) -> tuple[bytes, str | None]:
    try:
        return content.read1(BLOCK_BYTES), None
    except EOFError:
        return b"", "the packed file ends too early: copy it again"
    except (gzip.BadGzipFile, zlib.error) as error:
        return b"", f"the packed file is damaged from here on ({error}): copy it again"
