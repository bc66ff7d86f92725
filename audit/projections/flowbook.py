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


class Flow(msgspec.Struct):
    """What is known of one flow. `head` is as flow_heads.sql gives it."""

    subject_id: int
    name: SubjectName
    touch: FlowTouch  # of what is written
    events: list[Told]  # what is folded and not yet written among them
    is_listed: bool = False  # among the open flows of what it touches

    def head(self) -> tuple[Any, ...]:
        touch = self.touch
        declared = touch.declared or (None, None)
        state_at = None if touch.state_at is None else touch.state_at.recorded
        return (self.subject_id, *self.name, *declared, touch.state, touch.is_final, touch.is_failure, state_at,
                touch.state_position)  # fmt: skip

    def told(self, upto: int) -> list[Told]:
        """Its events of positions up to `upto` in story order (causes aside)."""
        return [one for one in sorted(self.events) if one[3] <= upto]  # of a copy: a fold may add to them


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
    """Written and judged by one thread while another folds the next batch: what the judge is given ends at `upto`, the
    position up to which all is written."""

    def __init__(self) -> None:
        self._flows: dict[int, Flow] = {}
        self.upto = 0

    def flow(self, subject_id: int) -> Flow | None:
        return self._flows.get(subject_id)

    def begin(self, flows: Iterable[tuple[int, SubjectName]]) -> None:
        """Flows of which nothing was folded before."""
        if len(self._flows) > FLOWS_MAX:
            self.forget(list(self._flows)[: FLOWS_MAX // 2])
        for subject_id, name in flows:
            self._flows[subject_id] = Flow(subject_id, name, FlowTouch(0, 0), [])

    def tell(self, subject_id: int, told: Told) -> None:
        """One more event of a flow, whatever its place among the others."""
        flow = self._flows.get(subject_id)
        if flow is not None:
            flow.events.append(told)
            if len(flow.events) > EVENTS_MAX:
                self.forget([subject_id])

    def written(self, touches: Mapping[int, FlowTouch], upto: int) -> None:
        """What a batch learned of flows, as merge_flow.sql takes it; it ends at our position `upto`."""
        self.upto = upto
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
            flow = self._flows.get(subject_id)
            if flow is not None:
                flow.is_listed = True

    def may_be_listed(self, subject_id: int) -> bool:
        flow = self._flows.get(subject_id)
        return flow is None or flow.is_listed

    def clear(self) -> None:
        self._flows.clear()
