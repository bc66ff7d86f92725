"""Which server a store stands on and what it held, so that a move, a failover or a restored dump is noticed.

Of the events read, some are remembered as marks: position and keyed digest. After a change the newest mark that is
still there says up to where both sides agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b

import msgspec

from audit.sources.contract import RawEvent

MARKS_MAX = 64


class Origin(msgspec.Struct, frozen=True):
    """What stays the same while a store is neither moved nor restored. `table` is its oid."""

    system: str
    timeline: int
    table: int


class Mark(msgspec.Struct, array_like=True, frozen=True):
    """An event that was read."""

    position: int
    digest: str


def mark_of(event: RawEvent, key: bytes) -> Mark:
    named = msgspec.msgpack.encode((event.position, event.stream, event.version, event.type, event.id, event.recorded))
    return Mark(event.position, blake2b(named + event.raw, key=key, digest_size=16).hexdigest())


def ever_farther(events: Sequence[RawEvent]) -> Iterator[RawEvent]:
    """The newest of those that a poll read, and of all before it few: a first poll may be the only one for long."""
    back = 1
    while back <= len(events):
        yield events[-back]
        back *= 2


def thinned(marks: list[Mark]) -> list[Mark]:
    """Ascending and few: dense near the end, ever farther apart before it."""
    ordered = sorted({mark.position: mark for mark in marks}.values(), key=lambda mark: mark.position)
    if len(ordered) <= MARKS_MAX:
        return ordered
    half = len(ordered) // 2
    return ordered[:half:2] + ordered[half:]


def agreed_upto(marks: list[Mark], found: Mapping[int, Mark]) -> Mark | None:
    """The newest mark that the store still holds unchanged."""
    return next((mark for mark in reversed(marks) if found.get(mark.position) == mark), None)
