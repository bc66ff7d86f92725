"""The ZIP around a trail, byte for byte: stored, fixed dates, no extra fields but those of ZIP64 where a number needs
them. Whoever knows the files knows every byte, so that a change anywhere is seen. Pure, for those who write it and
those who check it."""

from __future__ import annotations

from struct import Struct

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
END_64, LOCATOR_64 = b"PK\x06\x06", b"PK\x06\x07"
LARGE = 0xFFFF_FFFF  # stands where the number is in the extra field
FROM = LARGE  # numbers as great as this are there
VERSION, VERSION_64, UNIX, DATE = 20, 45, 3 << 8, 0x21  # 1980-01-01
MODE = 0o100644 << 16

LOCAL_FORM = Struct("<4s5H3I2H")
EXTRA_FORM = Struct("<2H2Q")  # of a local header: the sizes twice
_CENTRAL_FORM = Struct("<4s6H3I5H2I")
_END_FORM = Struct("<4s4H2IH")
_END_64_FORM = Struct("<4sQ2H2I4Q")
_LOCATOR_FORM = Struct("<4sIQI")


def local_header(name: str, crc: int, size: int) -> bytes:
    raw, extra, shown = name.encode("ascii"), _extra([size, size] if size >= FROM else []), _shown(size)
    fixed = (LOCAL, _version(extra), 0, 0, 0, DATE, crc, shown, shown, len(raw), len(extra))
    return LOCAL_FORM.pack(*fixed) + raw + extra


def central_header(name: str, crc: int, size: int, offset: int) -> bytes:
    raw = name.encode("ascii")
    extra = _extra(([size, size] if size >= FROM else []) + ([offset] if offset >= FROM else []))
    version, shown, place = _version(extra), _shown(size), _shown(offset)
    fixed = (CENTRAL, UNIX | version, version, 0, 0, 0, DATE, crc, shown, shown)
    return _CENTRAL_FORM.pack(*fixed, len(raw), len(extra), 0, 0, 0, MODE, place) + raw + extra


def end(count: int, size: int, offset: int) -> bytes:
    """`size` and `offset` are those of the central directory."""
    large = b""
    if offset >= FROM or size >= FROM:
        large = _END_64_FORM.pack(
            END_64, _END_64_FORM.size - 12, UNIX | VERSION_64, VERSION_64, 0, 0, count, count, size, offset
        )
        large += _LOCATOR_FORM.pack(LOCATOR_64, 0, offset + size, 1)
    return large + _END_FORM.pack(END, 0, 0, count, count, _shown(size), _shown(offset), 0)


def _shown(number: int) -> int:
    return LARGE if number >= FROM else number


def _version(extra: bytes) -> int:
    return VERSION_64 if extra else VERSION


def _extra(numbers: list[int]) -> bytes:
    if not numbers:
        return b""
    return Struct(f"<2H{len(numbers)}Q").pack(1, 8 * len(numbers), *numbers)
