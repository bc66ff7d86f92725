"""What a question about time may speak of: a subject's amounts, states, fields and payload fields as they changed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from audit.answers.claims.steps import Key, Steps, latest
from audit.answers.inquiry import Inquiry
from audit.answers.reading.events import EventRow, Told
from audit.answers.reading.unfolded import Unfolded
from audit.log.decode import data_of_skeleton
from audit.log.logged import READABLE
from audit.model.meaning import Lane
from audit.model.paths import parts_of, text_of
from audit.values import Clock, micros_of

Tag = str  # whose value it is: a currency, or a stream with its item
Series = Mapping[Tag, Steps]
Kinds = Collection[tuple[str, str]]  # of places: book and kind
Change = tuple[Key, int, Any]  # when, place in its stream, value


class Ground(ABC):
    """One subject's values over time. Keys begin with the time (microseconds, on the asked clock)."""

    def __init__(self, inquiry: Inquiry, fresh: Unfolded) -> None:
        self.inquiry, self.fresh = inquiry, fresh
        self.is_recorded = inquiry.cut.clock is Clock.RECORDED
        self.unreadable = 0  # payloads that could not be looked into
        self.seen: set[str] = set()  # the fields of those that could

    @property
    @abstractmethod
    def places(self) -> Kinds:
        """The places whose amounts can be asked for."""

    @property
    @abstractmethod
    def own(self) -> Kinds:
        """Those that together are the subject's balance."""

    @property
    @abstractmethod
    def lanes(self) -> Mapping[str, Lane]:
        """The lanes of its streams."""

    @property
    @abstractmethod
    def began(self) -> Key | None:
        """Its first event."""

    @abstractmethod
    def amounts(self, kinds: Kinds) -> Series:
        """Minor units in these places together, by currency."""

    @abstractmethod
    def values(self, lane: str | None, field: str) -> Series:
        """What a state ('') or remembered field was, by stream and item; of one lane or of all."""

    @abstractmethod
    def payload(self, paths: Sequence[str]) -> Series:
        """What a field of the events was last said to be, by stream; the first of these paths that is there."""

    def time(self, recorded: datetime, occurred: datetime) -> int:
        return micros_of(recorded if self.is_recorded else occurred)

    def key_of(self, row: EventRow) -> Key:
        """Of an event that is not in memory as part of a story."""
        return (self.time(row.recorded, row.occurred), micros_of(row.recorded), *row.key[1:], row.position)

    def counted(self) -> Iterable[Told]:
        """What waits to be folded and had happened at the moment."""
        for one in self.fresh.told:
            row = one.row
            is_read = one.reading is not None and not one.reading.problem
            if is_read and self.inquiry.cut.counts(row.recorded, row.occurred, *row.key[1:]):
                yield one

    def is_of(self, stream: str, lane: str | None) -> bool:
        found = self.inquiry.lane_of(stream)
        return found is not None and lane in (None, found[0].name)

    def value(self, status: int, encoding: str, skeleton: bytes, paths: Sequence[tuple[str, ...]]) -> str | None:
        """The text of a payload's field; None: it has none, or cannot be looked into."""
        if status != READABLE:
            self.unreadable += 1
            return None
        try:
            data = data_of_skeleton(bytes(skeleton), encoding)
        except (ValueError, RecursionError):
            self.unreadable += 1
            return None
        if len(self.seen) < 100:
            self.seen.update(data)
        for path in paths:
            value: Any = data
            for part in path:
                value = _inside(value, part)
            text = text_of(value)
            if text is not None:
                return text
        return None


def split(paths: Sequence[str]) -> list[tuple[str, ...]]:
    return [parts_of(path) for path in paths]


def tagged(changes: Iterable[tuple[Tag, Change]]) -> Series:
    """Changes of several streams (and items) told apart."""
    return {tag: latest(one) for tag, one in tagged_changes(changes).items()}


def tagged_changes(changes: Iterable[tuple[Tag, Change]]) -> dict[Tag, list[Change]]:
    found: dict[Tag, list[Change]] = {}
    for tag, change in changes:
        found.setdefault(tag, []).append(change)
    return found


def _inside(value: Any, part: str) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and part.isascii() and part.isdigit() and int(part) < len(value):
        return value[int(part)]
    return None
