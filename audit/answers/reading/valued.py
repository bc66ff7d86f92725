"""What states and fields of streams held at a moment, found by index: a stream of any length costs the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from audit.answers.inquiry import Inquiry
from audit.projections.memory import decode
from audit.values import Clock

Asked = tuple[int, str, str]  # stream, item, field ('' is the state)


class Valued(NamedTuple):
    stream_id: int
    item: str
    field: str
    value: str
    recorded: datetime
    position: int


def values_then(inquiry: Inquiry, asked: Iterable[tuple[Asked, bytes | None]]) -> dict[Asked, Valued]:
    """The last value of each, in its stream's own order, that had come at the moment; with it what the stream
    remembers, which says whether its times ever ran backwards."""
    found: list[Asked] = []
    walked: list[Asked] = []
    for key, memory in asked:
        (found if _runs_forward(inquiry, memory) else walked).append(key)
    rows = [*_read(inquiry, "answer_values_found", found), *_read(inquiry, "answer_values_walked", walked)]
    return {row[:3]: row for row in rows}


def _runs_forward(inquiry: Inquiry, memory: bytes | None) -> bool:
    if memory is None:
        return False
    runs_back = decode(bytes(memory)).runs_back
    return runs_back == 0 or (inquiry.cut.clock is Clock.RECORDED and not runs_back & 1)


def _read(inquiry: Inquiry, name: str, asked: Sequence[Asked]) -> list[Valued]:
    if not asked:
        return []
    streams, items, fields = zip(*asked, strict=True)
    columns = {"streams": list(streams), "items": list(items), "fields": list(fields)}
    return [Valued(*row) for row in inquiry.rows(name, {**inquiry.cut.parameters(), **columns})]
