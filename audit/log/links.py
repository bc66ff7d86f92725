"""The sequence of one customer's entries: each has the next number and a link to the one before, so that none can be
left out. Pure, and without any other part of the project, so that a stranger can read it by itself."""

from __future__ import annotations

from hashlib import sha256
from struct import Struct

_NEXT, _BEGINNING = b"\x04", b"\x05"  # apart from every other hash of the log (audit/log/seals.py, merkle.py)
_numbers = Struct(">QQ").pack


def beginning(subject: str) -> bytes:
    """What the first entry of `subject` (KIND:ID) links to."""
    return sha256(_BEGINNING + subject.encode()).digest()


def link_of(before: bytes, number: int, position: int) -> bytes:
    """The link of entry `number` (from 1), which stands at `position` in the log (from 1)."""
    return sha256(_NEXT + before + _numbers(number, position)).digest()
