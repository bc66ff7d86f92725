"""Lanes as automata: states with how many are in them, transitions with how many passed them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from audit.answers.shapes.moment import AsOf


@dataclass(frozen=True, slots=True)
class StateCount:
    """`now` is how many streams and items were in it at the end of the last day."""

    name: str
    title: str
    now: int
    is_final: bool
    is_failure: bool
    is_timeout: bool


@dataclass(frozen=True, slots=True)
class PassageLine:
    """A transition; `source` "" is before the first event. Times are seconds spent in `source`; None: unknown."""

    source: str
    target: str
    type: str
    title: str
    passed: int
    p50: float | None
    p99: float | None
    is_legal: bool


@dataclass(frozen=True, slots=True)
class LaneFlow:
    lane: str
    title: str
    kind: str
    states: tuple[StateCount, ...]
    passages: tuple[PassageLine, ...]

    @property
    def illegal(self) -> int:
        """How many passed where the model has no way."""
        return sum(line.passed for line in self.passages if not line.is_legal)


@dataclass(frozen=True, slots=True)
class TroubleDay:
    """How often on one day: no answer came, a reaction never came, the business itself said no."""

    day: date
    timeouts: int
    crashes: int
    failures: int


@dataclass(frozen=True, slots=True)
class FlowsPage:
    """`troubles` newest first; days on which nothing went wrong are left out."""

    at: AsOf
    model: str
    began: date
    ended: date
    lanes: tuple[LaneFlow, ...]
    troubles: tuple[TroubleDay, ...]
