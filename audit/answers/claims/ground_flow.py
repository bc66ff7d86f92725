"""A flow's values over time, from what is in memory of its story."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from audit.answers.claims.ground import Change, Ground, Kinds, Series, Tag, split, tagged
from audit.answers.claims.steps import Key, running
from audit.answers.reading.flows import Flow, own_streams
from audit.answers.reading.names import place_kind
from audit.answers.reading.packed import change_series
from audit.log.logged import EVENT
from audit.model.meaning import Lane


class FlowGround(Ground):
    def __init__(self, flow: Flow) -> None:
        super().__init__(flow.inquiry, flow.unfolded)
        self.flow = flow
        self.keys: dict[int, Key] = {
            row.position: (self.time(row.recorded, row.occurred), number, row.position)
            for number, row in enumerate(flow.past)
        }

    @property
    def places(self) -> Kinds:
        return self.inquiry.model.places.keys()

    @cached_property
    def own(self) -> Kinds:
        places = self.inquiry.model.places.items()
        return {name for name, place in places if name[0] == self.flow.kind.book and not place.is_source}

    @property
    def lanes(self) -> Mapping[str, Lane]:
        """All: which services will take part in a flow is not known while it lasts."""
        return self.inquiry.model.lanes

    @property
    def began(self) -> Key | None:
        return min(self.keys.values(), default=None)

    def amounts(self, kinds: Kinds) -> Series:
        found: dict[str, list[tuple[Key, int]]] = {}
        flow = self.flow.known.subject
        for row in self.flow.past:
            for moved in self.flow.moved.get(row.position, ()):
                for place, _, units in moved.sides:
                    is_others = place_kind(self.inquiry.model, place).subject == flow.kind and place.key != flow.key
                    change = units if (place.book, place.kind) in kinds and not is_others else 0
                    found.setdefault(moved.currency, []).append((self.keys[row.position], change))
        return {currency: running(sorted(changes), self.began) for currency, changes in found.items()}

    def values(self, lane: str | None, field: str) -> Series:
        return tagged(self._fields(lane, field) if field else self._states(lane))

    def payload(self, paths: Sequence[str]) -> Series:
        rows = {row.position: row for row in self.flow.past if row.kind == EVENT}
        wanted = split(paths)
        found: list[tuple[Tag, Change]] = []
        for position, status, encoding, _, skeleton, *_ in self.inquiry.rows("answer_payloads", [list(rows)]):
            value = self.value(status, encoding, skeleton, wanted)
            if value is not None:
                row = rows[position]
                found.append((row.stream, (self.keys[position], row.source_position, value)))
        return tagged(found)

    def _states(self, lane: str | None) -> Iterator[tuple[Tag, Change]]:
        streams = {row.position: row.stream for row in self.flow.past}
        for one in self.flow.changes:
            stream = streams.get(one.position)
            if stream is not None and self.is_of(stream, lane):
                yield f"{stream}/{one.item}", (self.keys[one.position], one.source_position, one.value)

    def _fields(self, lane: str | None, field: str) -> Iterator[tuple[Tag, Change]]:
        streams = sorted(own_streams(self.inquiry, self.flow.known, self.flow.past))
        parameters = {**self.inquiry.cut.parameters(), "streams": streams, "field": field}
        for one in map(change_series, self.inquiry.rows("answer_change_series", parameters)):
            if self.is_of(one.stream, lane):
                for order, position, text in zip(one.orders, one.positions, one.values, strict=True):
                    if position in self.keys:
                        yield f"{one.stream}/{one.item}", (self.keys[position], order, text)
        for told in self.counted():
            row, reading = told.row, told.reading
            value = reading.sets.get(field) if reading and reading.sets else None
            if reading and value is not None and row.stream_id in streams and row.position in self.keys:
                yield f"{row.stream}/{reading.item}", (self.keys[row.position], row.source_position, value)
