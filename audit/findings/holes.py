"""Finds the numbers that a source which leaves none out never showed, by runs of numbers without a hole.

Runs are merged whatever order events come in, so that the holes are those of the numbers alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from msgspec.structs import astuple

from audit.database import Connection, sql
from audit.findings import position_hole
from audit.log.logged import Seen
from audit.model.meaning import Model
from audit.projections.names import Names
from audit.projections.signs import Sign


class Run(msgspec.Struct, frozen=True, array_like=True):
    """Numbers of a source, each one more than the one before. `position`s are ours; `first_at` in microseconds."""

    first: int
    first_position: int
    first_at: int
    last: int
    last_position: int


Hole = tuple[Run, Run]  # the runs before and after it
Holes = Mapping[int, Hole]  # by our position of the event after it


@dataclass(slots=True)
class Unbroken:
    """What was seen of the sources that the model says leave no number out, in one generation."""

    connection: Connection
    model: Model
    _names: dict[int, str] = field(default_factory=dict)
    _runs: dict[int, list[Run]] = field(default_factory=dict)

    def judge(self, events: Sequence[Seen]) -> list[Sign]:
        """What is new once these events, of whatever kind, are seen."""
        if not self.model.dense:
            return []
        self._load()
        return [sign for source_id in self._names for sign in self._see(source_id, events)]

    def judge_all(self) -> list[Sign]:
        """Of a generation that was just rebuilt, from the log: what is final of it."""
        signs: list[Sign] = []
        for name in sorted(self.model.dense):
            rows = self.connection.execute(sql("unbroken_all"), {"source": name}).fetchall()
            for source_id in {row[0] for row in rows}:
                runs = [Run(*row[1:]) for row in rows if row[0] == source_id]
                self._keep(source_id, runs)
                signs += self._signs(name, {}, _holes(runs))
        return signs

    def _load(self) -> None:
        """What is kept of each source, once; those that are not there yet are looked for again."""
        if len(self._names) == len(self.model.dense):
            return
        for source_id, name in self.connection.execute(sql("dense_sources")).fetchall():
            if name in self.model.dense and source_id not in self._names:
                self._names[source_id] = name
                rows = self.connection.execute(sql("unbroken"), [source_id]).fetchall()
                self._runs[source_id] = [Run(*row) for row in rows]

    def _see(self, source_id: int, events: Sequence[Seen]) -> list[Sign]:
        seen = [
            Run(event.source_position, event.position, event.recorded, event.source_position, event.position)
            for event in events
            if event.source_id == source_id
        ]
        if not seen:
            return []
        before = self._runs[source_id]
        after = self._runs[source_id] = with_more(before, seen)
        gone, added = set(before) - set(after), sorted(set(after) - set(before), key=lambda run: run.first)
        if gone:
            self.connection.execute(sql("forget_unbroken"), [source_id, [run.first for run in gone]])
        self._keep(source_id, added)
        if len(before) == len(after) == 1:
            return []
        return self._signs(self._names[source_id], _holes(before), _holes(after))

    def _keep(self, source_id: int, runs: Sequence[Run]) -> None:
        if runs:
            columns = [list(column) for column in zip(*map(astuple, runs), strict=True)]
            self.connection.execute(sql("keep_unbroken"), [source_id, *columns])

    def _signs(self, name: str, before: Holes, after: Holes) -> list[Sign]:
        """A hole that is not what it was is taken back, and told anew as far as it is still there."""
        taken_back = [self._sign(name, hole) for key, hole in before.items() if after.get(key) != hole]
        for sign in taken_back:
            sign.withdrawn = True
        return taken_back + [self._sign(name, hole) for key, hole in after.items() if before.get(key) != hole]

    def _sign(self, name: str, hole: Hole) -> Sign:
        names, (one, other) = Names(), hole
        names.subjects.resolve(self.connection, [("source", name)])
        low, high = one.last + 1, other.first - 1
        return Sign(
            rule=position_hole.RULE.name,
            subject_id=names.subjects[("source", name)],
            subject=f"source:{name}",
            opened_at=other.first_at,
            opened_by=other.first_position,
            opened_id="",
            evidence=[one.last_position, other.first_position],
            numbers={
                "source": name,
                "number": str(low) if low == high else f"{low} to {high}",
                "what": position_hole.NEVER,
                "count": high - low + 1,
            },
            detail="never",
        )


def with_more(runs: Sequence[Run], seen: Iterable[Run]) -> list[Run]:
    """Runs in order, with these numbers among them."""
    found = list(runs)
    for one in sorted(seen, key=lambda run: (run.first, run.first_position)):
        at = bisect_right(found, one.first, key=lambda run: run.first)
        if at and one.first <= found[at - 1].last:
            continue
        begins, ends = at, at
        if at and found[at - 1].last == one.first - 1:
            begins -= 1
        if at < len(found) and found[at].first == one.last + 1:
            ends += 1
        first, last = ([*found[begins:at], one])[0], ([one, *found[at:ends]])[-1]
        found[begins:ends] = [Run(first.first, first.first_position, first.first_at, last.last, last.last_position)]
    return found


def _holes(runs: Sequence[Run]) -> Holes:
    return {other.first_position: (one, other) for one, other in zip(runs, runs[1:], strict=False)}
