"""A log entry as canonical JSON, and its leaf in the tree of evidence.

The line is RFC 8785: keys in order, no space, numbers as text; times have exactly six digits of fraction.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from audit.values import time_of

FORMAT = "1"


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What a leaf is made of. The names are in alphabetical order: that is what makes the line canonical."""

    cause: str | None
    commitment: str
    corr: str | None
    event_id: str
    first: str | None
    i: str
    ingested_at: str
    kind: str
    occurred_at: str
    pos: str
    recorded_at: str
    source: str
    step: str | None
    stream: str
    type: str
    v: str
    ver: str | None


_encode = msgspec.json.Encoder().encode


def line_of(entry: Entry) -> bytes:
    """The canonical line, without a line feed."""
    return _encode(entry)


def text_of_time(micros: int) -> str:
    """RFC 3339 in UTC with six digits of fraction."""
    second, fraction = divmod(micros, 1_000_000)
    return f"{_second(second)}.{fraction:06d}Z"


@lru_cache(maxsize=8_192)
def _second(second: int) -> str:
    return time_of(second * 1_000_000).isoformat()[:19]
