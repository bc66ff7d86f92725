"""A flow's story as far as the watermark, put together from all its streams: what the rules about flows judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, Protocol

from audit.findings.flowkind import FlowKind
from audit.findings.reactions import Happening
from audit.projections.signs import Sign


class Instant(Protocol):
    """When something was, and the event that it was by."""

    @property
    def recorded(self) -> int: ...
    @property
    def position(self) -> int: ...


class At(NamedTuple):
    """A place of a currency, with what the model says of its kind."""

    book: str
    kind: str
    key: str
    currency: str
    rests: bool
    is_transit: bool
    place_id: int

    def __hash__(self) -> int:
        return self.place_id

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}" if self.key else self.kind


@dataclass(frozen=True, slots=True)
class StoryMoment:
    """All events of a flow with one recorded time: where its money was when they were over.

    `position` is that of the first of them that moved money (else of the first).
    """

    recorded: int
    position: int
    nets: Mapping[At, int]
    since: Mapping[At, int]  # the event that last changed the place
    state: str = ""  # of the lane that ends the flow


@dataclass(frozen=True, slots=True)
class Reserved:
    """What one event did to what the flow has in a place of reservations."""

    recorded: int
    position: int
    at: At
    before: int
    after: int
    due: int | None = None  # of a reservation that begins: until when it may last


@dataclass(frozen=True, slots=True)
class End:
    """The event that brought the flow's ending lane to a final state."""

    recorded: int
    position: int
    state: str
    is_failure: bool


@dataclass(slots=True)
class Story:
    """One flow. Amounts in minor units, times in microseconds; `moments` in story order."""

    subject_id: int
    subject: str
    kind: str
    book: str | None
    declared: tuple[int, str] | None
    ended: End | None
    settled_by: int | None
    moments: Sequence[StoryMoment] = field(default_factory=list)
    is_sound: bool = False  # no rule can have anything to say: `moments` is then the last one alone
    happenings: Sequence[Happening] = field(default_factory=list)
    reservations: Sequence[Reserved] = field(default_factory=list)
    about: FlowKind | None = None

    def residue(self, upto: int) -> list[tuple[At, int, int]]:
        """Places that must be empty at the end and are not, with what they hold and since which event."""
        known = [moment for moment in self.moments if moment.recorded <= upto]
        if not known:
            return []
        last = known[-1]
        return [(at, units, last.since[at]) for at, units in sorted(last.nets.items()) if units and not at.rests]

    def sign(
        self,
        rule: str,
        opened_at: int,
        evidence: Sequence[int],
        *,
        opened_by: int | None = None,
        numbers: Mapping[str, str | int | list[str]] = MappingProxyType({}),
        money: Sequence[tuple[int, str]] = (),
        detail: str = "",
        until: Instant | None = None,
    ) -> Sign:
        """What a rule notices of this flow; opened by the first of its evidence, if not said otherwise."""
        return Sign(
            rule=rule,
            subject_id=self.subject_id,
            subject=self.subject,
            opened_at=opened_at,
            opened_by=evidence[0] if opened_by is None else opened_by,
            opened_id="",
            evidence=evidence,
            numbers={"kind": self.kind, **numbers},
            money=money,
            detail=detail,
            resolved_at=until.recorded if until else None,
            resolved_by=until.position if until else None,
        )

    def type_of(self, position: int) -> str:
        """The type of one of its events."""
        numbers = (event.meaning for event in self.happenings if event.position == position)
        return self.about.names.get(next(numbers, 0), "?") if self.about is not None else "?"

    def movers(self, book: str) -> list[int]:
        """The events that last changed its places in a book."""
        return [position for at, position in self.moments[-1].since.items() if at.book == book] if self.moments else []

    def nets_now(self) -> list[tuple[At, int, int]]:
        """Every place that holds something of this flow, or owes it."""
        if not self.moments:
            return []
        last = self.moments[-1]
        return [(at, units, last.since[at]) for at, units in sorted(last.nets.items()) if units]
