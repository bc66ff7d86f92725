"""Flows of which every event was folded by this process, as the judge asks for them: most flows begin and end within
minutes, and are judged without being read back. What is not in the book is read from the read model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from audit.projections.names import SubjectName
from audit.projections.rows import FlowTouch

FLOWS_MAX = 8_000  # about 20 MB; then the oldest half is forgotten
EVENTS_MAX = 200  # of one flow; what is longer is read from the read model

Side = tuple[int, str, str, str, str, int]  # place, its book, kind, key and currency; amount
Told = tuple[int, int, int, int, int, Sequence[Side]]  # recorded, source, its position, position, meaning, moves


class _Flow(msgspec.Struct):
    name: SubjectName
    touch: FlowTouch
    events: list[Told]
    is_listed: bool = False  # among the open flows of what it touches


class FlowBook:
    """As SQL gives it: `head` is a row of flow_heads.sql, `moves` are those of flow_moves.sql."""

    def __init__(self) -> None:
        self._flows: dict[int, _Flow] = {}

    def __contains__(self, subject_id: int) -> bool:
        return subject_id in self._flows

    def begin(self, flows: Iterable[tuple[int, SubjectName]]) -> None:
        """Flows of which nothing was folded before."""
        if len(self._flows) > FLOWS_MAX:
            self.forget(list(self._flows)[: FLOWS_MAX // 2])
        for subject_id, name in flows:
            self._flows[subject_id] = _Flow(name, FlowTouch(0, 0), [])

    def tell(self, subject_id: int, told: Told) -> None:
        """One more event of a flow, whatever its place among the others."""
        flow = self._flows.get(subject_id)
        if flow is not None:
            flow.events.append(told)
            if len(flow.events) > EVENTS_MAX:
                del self._flows[subject_id]

    def touched(self, touches: Mapping[int, FlowTouch]) -> None:
        """What a batch learned of flows, as merge_flow.sql takes it."""
        for subject_id, touch in touches.items():
            flow = self._flows.get(subject_id)
            if flow is not None:
                flow.touch.add(touch)

    def forget(self, flows: Iterable[int]) -> None:
        """Flows that are over, or of which something was taken out."""
        for subject_id in flows:
            self._flows.pop(subject_id, None)

    def enlist(self, flows: Iterable[int]) -> None:
        """Flows that were written among the open ones."""
        for subject_id in flows:
            if subject_id in self._flows:
                self._flows[subject_id].is_listed = True

    def may_be_listed(self, subject_id: int) -> bool:
        flow = self._flows.get(subject_id)
        return flow is None or flow.is_listed

    def clear(self) -> None:
        self._flows.clear()

    def head(self, subject_id: int) -> tuple[Any, ...]:
        flow = self._flows[subject_id]
        touch = flow.touch
        declared = touch.declared or (None, None)
        state_at = None if touch.state_at is None else touch.state_at.recorded
        return (subject_id, *flow.name, *declared, touch.state, touch.is_final, touch.is_failure, state_at,
                touch.state_position)  # fmt: skip

    def moves(self, subject_id: int) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        events = self._flows[subject_id].events
        events.sort()
        for recorded, _, _, position, meaning, sides in events:
            if sides:
                rows += [(subject_id, recorded, position, *side, meaning) for side in sides]
            else:
                rows.append((subject_id, recorded, position, None, None, None, None, None, None, meaning))
        return rows
