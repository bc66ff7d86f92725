"""The rows that one batch adds to the read model, gathered before they are written in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from audit.projections.signs import Sign


class StoryKey(msgspec.Struct, array_like=True, order=True, frozen=True, gc=False):
    """An event's place in story order, causes aside: recorded time, source, the source's own order."""

    recorded: int
    source_id: int
    source_position: int


class FlowTouch(msgspec.Struct, gc=False):
    """What a batch learned of one flow: its span, its first declaration, the latest state of the lane that ends it."""

    started: int
    changed: int
    declared_at: StoryKey | None = None
    declared: tuple[int, str] | None = None
    declared_position: int | None = None
    state_at: StoryKey | None = None
    state: str | None = None
    is_final: bool = False
    is_failure: bool = False
    state_position: int | None = None

    def declare(self, at: StoryKey, declared: tuple[int, str], position: int | None) -> None:
        """The first declaration in story order counts."""
        if self.declared_at is None or at < self.declared_at:
            self.declared_at, self.declared, self.declared_position = at, declared, position

    def end(self, at: StoryKey, state: str | None, is_final: bool, is_failure: bool, position: int | None) -> None:
        """The latest state in story order counts."""
        if self.state_at is None or at > self.state_at:
            self.state_at, self.state, self.state_position = at, state, position
            self.is_final, self.is_failure = is_final, is_failure

    def add(self, later: FlowTouch) -> None:
        """What a later batch learned of the same flow, its span aside."""
        if later.declared_at is not None and later.declared is not None:
            self.declare(later.declared_at, later.declared, later.declared_position)
        if later.state_at is not None:
            self.end(later.state_at, later.state, later.is_final, later.is_failure, later.state_position)


class Aggregate(NamedTuple):
    """The current state of one stream or item, as it is shown and searched for deadlines."""

    lane: str
    subject_id: int
    state: str
    is_final: bool
    recorded: int
    occurred: int
    position: int
    version: int | None
    deadline: int | None


class PlaceChange(msgspec.Struct, gc=False):
    """What a batch adds to one place."""

    units: int = 0
    entries: int = 0
    recorded: int = 0
    in_order: bool = False


Side = tuple[int, str, str, str, str, int]  # place, its book, kind, key and currency; amount
Told = tuple[int, int, int, int, int, Sequence[Side]]  # recorded, source, its position, position, meaning, moves
Link = tuple[int, int, str, int]  # two subjects, the other's kind, since when
Missed = tuple[str, int, int, int, int]
Effect = tuple[bytes, int, int, int, int, int, int]
Passage = tuple[str, str, str, str, int, int]  # lane, from, to, type, day, bucket


@dataclass(slots=True)
class Rows:
    """Times are microseconds since 1970; amounts minor units; days are days since 1970 in the model's zone.

    The rows of which there are most, and which nothing is merged with, are packed as soon as they are known: kept as
    values until the batch is written, they would cost more to carry and to let go of than to pack.
    """

    timeline: list[bytes] = field(default_factory=list)
    entries: list[bytes] = field(default_factory=list)
    changes: list[bytes] = field(default_factory=list)
    links: dict[tuple[int, int], Link] = field(default_factory=dict)
    aggregates: dict[tuple[int, str], Aggregate] = field(default_factory=dict)
    days: dict[tuple[int, int, int], list[int]] = field(default_factory=dict)
    places: dict[int, PlaceChange] = field(default_factory=dict)
    kind_totals: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    flows: dict[int, FlowTouch] = field(default_factory=dict)
    told: list[tuple[int, Told]] = field(default_factory=list)  # of flows, for those who judge them
    identifiers: set[tuple[str, str, int]] = field(default_factory=set)
    dirty: dict[int, int] = field(default_factory=dict)
    passages: dict[Passage, int] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    corrections: list[tuple[str, int]] = field(default_factory=list)  # identifier of what is put right, position
    counts: dict[str, int] = field(default_factory=dict)
    missed: list[Missed] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)

    def passes(self, passage: Passage, by: int = 1) -> None:
        self.passages[passage] = self.passages.get(passage, 0) + by

    def count(self, name: str, by: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + by
