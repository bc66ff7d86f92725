"""The whole bank: sources, sums, shares; and what a search finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from audit.answers.shapes.finding import RuleLine
from audit.answers.shapes.moment import AsOf, Link, Page
from audit.answers.shapes.money import PlaceTotal
from audit.answers.shapes.page import OpenItem
from audit.values import EventRef


@dataclass(frozen=True, slots=True)
class SourceLine:
    """`lag_seconds`: how far its watermark is behind the newest source's (0: none; None: unknown)."""

    name: str
    kind: str
    events: int
    duplicates: int
    quarantined: int
    gaps: int
    sealed: int
    watermark: datetime | None
    lag_seconds: float | None
    is_idle: bool
    held_by: tuple[str, ...]
    trouble: str | None
    notice: str | None
    polled_at: datetime | None
    pending: int


@dataclass(frozen=True, slots=True)
class ReadModel:
    """How far the projections are: `projected` of `logged` positions; a rebuild's parts (0 of 0: none is running)."""

    projected: int
    logged: int
    parts_done: int = 0
    parts: int = 0


@dataclass(frozen=True, slots=True)
class Sealed:
    """How far our log stands under the tree's hashes, and under a signature. Late: something waits too long for it."""

    entries: int
    in_tree: int
    signed: int
    signed_at: datetime | None
    published: int
    published_at: datetime | None
    trouble: str | None
    is_late: bool
    alarms: int = 0  # about the evidence itself, that are not over
    in_clear: int = 0  # entries that hold something personal and cannot be sealed anew

    @property
    def unsigned(self) -> int:
        return max(0, self.entries - self.signed)


@dataclass(frozen=True, slots=True)
class SourcesPage:
    at: AsOf
    model: str
    read_model: ReadModel
    sources: tuple[SourceLine, ...]
    sealed: Sealed


@dataclass(frozen=True, slots=True)
class Explained:
    """Shares from 0 to 1, exactly; None where there is nothing to explain."""

    events: Decimal | None
    subjects: Decimal | None
    money: Decimal | None


@dataclass(frozen=True, slots=True)
class Overview:
    at: AsOf
    model: str
    model_name: str
    position: int
    places: tuple[PlaceTotal, ...]
    rules: tuple[RuleLine, ...]
    sources: tuple[SourceLine, ...]
    subjects: Mapping[str, int]
    kinds: Mapping[str, str]
    explained: Explained
    open_flows: Page[OpenItem]
    sealed: Sealed


@dataclass(frozen=True, slots=True)
class SearchHit:
    """`matched` says by what ("IBAN", "number", "event"); `event` is set where an event's identifier was typed."""

    link: Link
    matched: str
    is_exact: bool
    event: EventRef | None = None


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """`is_complete` False: there are more than `hits`; ask more exactly."""

    hits: tuple[SearchHit, ...]
    is_complete: bool
    model: str
