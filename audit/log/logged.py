"""A row of the log as the projections need it: the envelope, and the payload without what is personal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

EVENT, SIGHTING, COLLISION, MARKER = 0, 1, 2, 3  # kinds
READABLE, SEALED_WHOLE, UNREADABLE, UNDATED = 0, 1, 2, 3  # statuses
NOT_READ = (UNREADABLE, UNDATED)  # undated: not even its time can be told


class Logged(msgspec.Struct, array_like=True, gc=False):
    """Times are microseconds since 1970. `data` is None where the event is not readable or its type not known.

    `first_position` is set for sightings and collisions: the event first seen under the identifier. `blinds` are the
    personal identifiers as (name, digest), to be found by exactly their value. `body` is what `data` was read from, the
    personal pieces emptied, where the event was read just now.
    """

    position: int
    kind: int
    source_id: int
    source_position: int
    stream_id: int
    stream: str
    version: int | None
    type: str
    id: str
    occurred: int
    recorded: int
    correlation: str | None
    causation: str | None
    step: str | None
    status: int
    problem: str | None = None
    place: str | None = None
    first_position: int | None = None
    data: dict[str, Any] | None = None
    blinds: Sequence[tuple[str, bytes]] = ()
    body: bytes = b""


class Seen(msgspec.Struct, array_like=True, gc=False):
    """What those ask of an event who judge sources, their staff and causes, not what it means."""

    position: int
    kind: int
    source_id: int
    source_position: int
    id: str
    recorded: int
    causation: str | None
    problem: str | None


def seen(event: Logged) -> Seen:
    return Seen(event.position, event.kind, event.source_id, event.source_position, event.id, event.recorded,
                event.causation, event.problem)  # fmt: skip
