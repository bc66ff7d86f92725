"""Judges which sources have fallen silent, by what was heard of each: stretches of time without too long a pause.

Stretches are merged whatever order events come in, so that the result is that of the events and the watermarks alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import msgspec

from audit.database import Connection, sql
from audit.findings import source_silent
from audit.log.logged import EVENT, Seen
from audit.model.meaning import Model
from audit.projections.names import Names
from audit.projections.signs import Sign
from audit.values import time_of

Moment = tuple[int, int, int]  # recorded time, place in the source, our position


class Stretch(msgspec.Struct, order=True, frozen=True, array_like=True):
    """Events from the first to the last, none farther from the next than the source may be quiet."""

    first: Moment
    last: Moment


@dataclass(slots=True)
class Silence:
    """What was heard of the sources that the model says are never quiet for long, in one generation."""

    connection: Connection
    model: Model
    _names: dict[int, str] = field(default_factory=dict)
    _heard: dict[int, list[Stretch]] = field(default_factory=dict)
    _told: dict[tuple[int, int], Stretch | None] = field(default_factory=dict)  # (source, position) -> what followed

    def judge(self, events: Sequence[Seen], watermarks: Iterable[int]) -> list[Sign]:
        """What is new once these events are heard and `watermarks` (microseconds) are reached."""
        if not self.model.quiet:
            return []
        self._load()
        signs: list[Sign] = []
        watermark = max(watermarks, default=0)
        for source_id in self._names:
            self._hear(source_id, events)
            signs += self._silent(source_id, watermark)
        return signs

    def _load(self) -> None:
        """What is kept of each source, once; those that are not there yet are looked for again."""
        if len(self._names) == len(self.model.quiet):
            return
        for source_id, name in self.connection.execute("select id, name from trace.source").fetchall():
            if name in self.model.quiet and source_id not in self._names:
                self._names[source_id] = name
                rows = self.connection.execute(sql("heard"), [source_id]).fetchall()
                self._heard[source_id] = [Stretch(row[:3], row[3:]) for row in rows]

    def _hear(self, source_id: int, events: Sequence[Seen]) -> None:
        moments = sorted(
            (event.recorded, event.source_position, event.position)
            for event in events
            if event.source_id == source_id and event.kind == EVENT and event.problem is None
        )
        if not moments:
            return
        before = self._heard[source_id]
        after = merged([*before, *(Stretch(one, one) for one in moments)], self._quiet(source_id))
        gone, added = set(before) - set(after), sorted(set(after) - set(before))
        self._heard[source_id] = after
        self.connection.execute(sql("forget_heard"), [source_id, [one.first[2] for one in gone]])
        keep(self.connection, source_id, added)
        last = {one.last[2] for one in after}
        self._take_back(one.last[2] for one in gone if one.last[2] not in last)

    def _silent(self, source_id: int, watermark: int) -> list[Sign]:
        heard, signs = self._heard[source_id], []
        for one, following in zip_longest(heard, heard[1:]):
            if following is None and one.last[0] + self._quiet(source_id) >= watermark:
                continue
            key = (source_id, one.last[2])
            if key not in self._told or self._told[key] != following:
                self._told[key] = following
                signs.append(self._sign(self._names[source_id], one, following))
        self._take_back(sign.opened_by for sign in signs)  # another event may end it than was told
        return signs

    def _take_back(self, positions: Iterable[int]) -> None:
        if listed := list(positions):
            self.connection.execute(sql("take_out_findings"), [listed, [source_silent.RULE.name]])

    def _quiet(self, source_id: int) -> int:
        return self.model.quiet[self._names[source_id]]

    def _sign(self, name: str, one: Stretch, following: Stretch | None) -> Sign:
        names, quiet = Names(), self.model.quiet[name]
        names.subjects.resolve(self.connection, [("source", name)])
        return Sign(
            rule=source_silent.RULE.name,
            subject_id=names.subjects[("source", name)],
            subject=f"source:{name}",
            opened_at=one.last[0] + quiet,
            opened_by=one.last[2],
            opened_id="",
            evidence=[one.last[2]] if following is None else [one.last[2], following.first[2]],
            numbers={
                "source": name,
                "since": time_of(one.last[0]).isoformat(timespec="seconds").replace("+00:00", "Z"),
                "quiet": _span(quiet // 1_000_000),
            },
            resolved_at=None if following is None else following.first[0],
            resolved_by=None if following is None else following.first[2],
        )


def _span(seconds: int) -> str:
    """As a model writes it."""
    units = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
    return next(f"{seconds // size}{unit}" for unit, size in units if seconds % size == 0)


def merged(pieces: Iterable[Stretch], quiet: int) -> list[Stretch]:
    """Pieces that touch, or lie no farther apart than `quiet`, become one."""
    found: list[Stretch] = []
    for piece in sorted(pieces):
        if found and piece.first[0] <= found[-1].last[0] + quiet:
            found[-1] = Stretch(found[-1].first, max(found[-1].last, piece.last))
        else:
            found.append(piece)
    return found


def keep(connection: Connection, source_id: int, stretches: Sequence[Stretch]) -> None:
    if stretches:
        columns = [list(column) for column in zip(*((*one.first, *one.last) for one in stretches), strict=True)]
        connection.execute(sql("keep_heard"), [source_id, *columns])


def hear_all(connection: Connection, model: Model, watermarks: Mapping[int, int]) -> list[Sign]:
    """The same for a generation that was just rebuilt, from the log: what is final of it."""
    for name, quiet in model.quiet.items():
        rows = connection.execute(sql("hear_all"), {"source": name, "quiet": quiet}).fetchall()
        for source_id in {row[0] for row in rows}:
            connection.execute("delete from heard where source_id = %s", [source_id])
            keep(connection, source_id, [Stretch(row[1:4], row[4:7]) for row in rows])
    return Silence(connection, model).judge((), watermarks.values())
