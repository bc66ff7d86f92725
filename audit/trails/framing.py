"""The ZIP around a trail, byte for byte: stored, fixed dates, no extra fields. Whoever knows the files knows every
byte, so that a change anywhere is seen. Pure, for those who write it and those who check it."""

from __future__ import annotations

from struct import Struct

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
SIZE_MAX = 0xFFFF_FFFE  # beyond it another form of ZIP would be needed
VERSION, UNIX, DATE = 20, 3 << 8, 0x21  # 1980-01-01
MODE = 0o100644 << 16

LOCAL_FORM = Struct("<4s5H3I2H")
_CENTRAL_FORM = Struct("<4s6H3I5H2I")
_END_FORM = Struct("<4s4H2IH")


def local_header(name: str, crc: int, size: int) -> bytes:
    raw = name.encode("ascii")
    return LOCAL_FORM.pack(LOCAL, VERSION, 0, 0, 0, DATE, crc, size, size, len(raw), 0) + raw


def central_header(name: str, crc: int, size: int, offset: int) -> bytes:
    raw = name.encode("ascii")
    fixed = (CENTRAL, UNIX | VERSION, VERSION, 0, 0, 0, DATE, crc, size, size, len(raw), 0, 0, 0, 0, MODE, offset)
    return _CENTRAL_FORM.pack(*fixed) + raw


def end(count: int, size: int, offset: int) -> bytes:
    return _END_FORM.pack(END, 0, 0, count, count, size, offset, 0)
