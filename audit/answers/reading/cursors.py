"""Where a page of a list ends: opaque in an address, exact inside. Nothing personal is in one."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import NamedTuple

import msgspec

from audit.errors import UsageError
from audit.values import micros_of, time_of


class Mark(NamedTuple):
    """After (or before) which row the next page begins. `number` is that row's place in the whole list, 0: not known.
    `is_back` says that the page before is wanted."""

    recorded: datetime
    source_id: int
    source_position: int
    position: int
    number: int = 0
    is_back: bool = False


class _Packed(msgspec.Struct, array_like=True):
    at: int
    rest: tuple[int, int, int, int]
    is_back: bool


def pack(mark: Mark) -> str:
    rest = (mark.source_id, mark.source_position, mark.position, mark.number)
    packed = _Packed(micros_of(mark.recorded), rest, mark.is_back)
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(packed)).decode().rstrip("=")


def unpack(text: str) -> Mark:
    """Raises UsageError for what was not made here."""
    try:
        packed = msgspec.msgpack.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Packed)
        source_id, source_position, position, number = packed.rest
        if not (-(2**31) <= source_id < 2**31 and all(-(2**63) <= n < 2**63 for n in packed.rest)):
            raise ValueError
        return Mark(time_of(packed.at), source_id, source_position, position, number, packed.is_back)
    except (ValueError, OverflowError, msgspec.DecodeError):
        raise UsageError("this part of the list cannot be found again: start from its beginning") from None
