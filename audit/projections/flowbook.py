"""Flows of which every event was folded by this process, as the judge asks for them: most flows begin and end within
minutes, and are judged without being read back. What is not in the book is read from the read model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from audit.projections.names import SubjectName
from audit.projections.rows import FlowTouch, StoryKey
from audit.projections.rows import Side as Side
from audit.projections.rows import Told as Told

FLOWS_MAX = 5_000  # about 12 MB; then the oldest half is forgotten
EVENTS_MAX = 200  # of one flow; what is longer is read from the read model


class Flow(msgspec.Struct):
    """What is known of one flow. `head` is as flow_heads.sql gives it."""

    subject_id: int
    name: SubjectName
    touch: FlowTouch
    events: list[Told]
    is_listed: bool = False  # among the open flows of what it touches

    def head(self) -> tuple[Any, ...]:
        touch = self.touch
        declared = touch.declared or (None, None)
        state_at = None if touch.state_at is None else touch.state_at.recorded
        return (self.subject_id, *self.name, *declared, touch.state, touch.is_final, touch.is_failure, state_at,
                touch.state_position)  # fmt: skip

    def told(self) -> list[Told]:
        """Its events in story order (causes aside)."""
        return sorted(self.events)


def told_of(rows: Iterable[Sequence[Any]]) -> list[Told]:
    """One flow's events from rows of flow_moves.sql: an event has a row for each side, one where it has none."""
    events: list[Told] = []
    sides: list[Side] = []
    last = -1
    for _, recorded, position, place_id, book, kind, key, currency, amount, meaning in rows:
        if position != last:
            last, sides = position, []
            events.append((recorded, 0, 0, position, meaning, sides))
        if place_id is not None:
            sides.append((place_id, book, kind, key, currency, int(amount)))
    return events


class FlowBook:
    """Told of each batch when it is written, by whoever writes it."""

    def __init__(self) -> None:
        self._flows: dict[int, Flow] = {}

    def flow(self, subject_id: int) -> Flow | None:
        return self._flows.get(subject_id)

    def take(
        self, begun: Iterable[tuple[int, SubjectName]], told: Iterable[tuple[int, Told]], flows: Iterable[Sequence[Any]]
    ) -> None:
        """A batch: the flows of which nothing was folded before it, each event of a flow, whatever its place among the
        others, and the lines that are written of flows."""
        self._begin(begun)
        known = self._flows
        for subject_id, one in told:
            flow = known.get(subject_id)
            if flow is not None:
                flow.events.append(one)
                if len(flow.events) > EVENTS_MAX:
                    self.forget([subject_id])
        for line in flows:
            flow = known.get(line[0])
            if flow is not None:
                flow.touch.add(_touch_of(line))

    def _begin(self, flows: Iterable[tuple[int, SubjectName]]) -> None:
        if len(self._flows) > FLOWS_MAX:
            self.forget(list(self._flows)[: FLOWS_MAX // 2])
        for subject_id, name in flows:
            self._flows[subject_id] = Flow(subject_id, name, FlowTouch(0, 0), [])

    def forget(self, flows: Iterable[int]) -> None:
        """Flows that are over, or of which something was taken out."""
        for subject_id in flows:
            self._flows.pop(subject_id, None)

    def enlist(self, flows: Iterable[int]) -> None:
        """Flows that were written among the open ones."""
        for subject_id in flows:
            flow = self._flows.get(subject_id)
            if flow is not None:
                flow.is_listed = True

    def may_be_listed(self, subject_id: int) -> bool:
        flow = self._flows.get(subject_id)
        return flow is None or flow.is_listed

    def clear(self) -> None:
        self._flows.clear()


def _touch_of(line: Sequence[Any]) -> FlowTouch:
    """What a batch learned of a flow, from its line of the table."""
    _, started, changed, units, currency, at, source_id, order, declared_position, *state_of = line
    declared = None if currency is None else (units, currency)
    declared_at = None if at is None else StoryKey(at, source_id, order)
    state, is_final, is_failure, at, source_id, order, state_position = state_of
    state_at = None if at is None else StoryKey(at, source_id, order)
    return FlowTouch(started, changed, declared_at, declared, declared_position, state_at, state, is_final, is_failure,
                     state_position)
