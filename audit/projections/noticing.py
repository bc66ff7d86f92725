"""What one event alone gives away: a version missing or used twice, a clock that runs ahead, parts that are not the
whole, a correction without its reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from audit.log.logged import Logged
from audit.model.meaning import Lane, Model, Rest
from audit.projections.memory import Memory
from audit.projections.reading import Work

AHEAD, BACKDATED = "after it was recorded", "before it was recorded, when its period was closed"  # how a clock is wrong
SKEW_MICROS = 1_000_000  # how far the clocks of services may differ: what is shorter is order, not error


class Noticed(NamedTuple):
    """A rule that an event breaks, its numbers, the money in question, and another event that is evidence."""

    rule: str
    numbers: Mapping[str, str | int]
    money: Sequence[tuple[int, str]] = ()
    other: int | None = None


def in_its_place(
    event: Logged, model: Model, lane: Lane | None, memory: Memory, has_order: bool
) -> list[Noticed]:
    """What is wrong with the event's clocks and its version; `memory` moves on. `has_order`: its source numbers what it
    appends."""
    noticed: list[Noticed] = []
    version, place = event.version, event.source_position
    if not -1 <= event.recorded - event.occurred <= SKEW_MICROS:
        noticed += _time(event, model)
    if version is None:
        memory.loose = max(memory.loose, place)
    elif version == _next(lane, memory) and place > memory.order:
        memory.version, memory.version_position = version, event.position
    else:
        noticed += _clash(event, version, memory, has_order)
        noticed += _gap(event, version, lane, memory)
        if memory.version is None or version > memory.version:
            memory.version, memory.version_position = version, event.position
    memory.order = max(memory.order, place)
    return noticed


def _next(lane: Lane | None, memory: Memory) -> int | None:
    """The version that is as it should be."""
    if memory.version is not None:
        return memory.version + 1
    return lane.versions_start_at if lane is not None else None


def _time(event: Logged, model: Model) -> Iterator[Noticed]:
    late, allowed = event.recorded - event.occurred, model.closed_after
    if late < -SKEW_MICROS:
        how, seconds = AHEAD, -late // 1_000_000
    elif allowed is not None and late > SKEW_MICROS and event.recorded > model.due(event.occurred, allowed):
        how, seconds = BACKDATED, late // 1_000_000
    else:
        return
    numbers: dict[str, str | int] = {"type": event.type, "stream": event.stream, "seconds": seconds, "how": how}
    yield Noticed("clock_anomaly", numbers)


def _clash(event: Logged, version: int, memory: Memory, has_order: bool) -> Iterator[Noticed]:
    if memory.version is None:
        return
    numbers: dict[str, str | int] = {"stream": event.stream, "type": event.type, "version": version}
    if version == memory.version:
        how = "is the version of another event too"
        yield Noticed("version_clash", {**numbers, "how": how}, other=memory.version_position)
    elif has_order and version > memory.version and event.source_position < memory.order:
        yield Noticed("version_clash", {**numbers, "how": "stands before an earlier version in its source"})


def _gap(event: Logged, version: int, lane: Lane | None, memory: Memory) -> Iterator[Noticed]:
    start = lane.versions_start_at if lane is not None else None
    if start is None:
        return
    expected = start if memory.version is None else memory.version + 1
    if version > expected:
        missing = str(expected) if version == expected + 1 else f"{expected} to {version - 1}"
        yield Noticed("version_gap", {"stream": event.stream, "missing": missing, "count": version - expected})


def left_over(work: Work, rest: Rest) -> Noticed:
    """Its movements do not come to the total that it declares."""
    movement = rest.movement
    numbers = {"type": work.event.type, "declared": str(rest.declared), "moved": str(rest.moved),
               "rest": str(movement.units), "currency": movement.currency}  # fmt: skip
    return Noticed("unbalanced_event", numbers, [(movement.units, movement.currency)])


def unreasoned(work: Work, lacks: str) -> Noticed:
    """A correction lacks what corrections must say."""
    return Noticed("unreasoned_correction", {"type": work.event.type, "stream": work.event.stream, "lacks": lacks})
