"""Events held against what they name as their causes: one that is recorded later, one that never comes, a circle.

Most causes were folded a moment ago; the others are looked up together. Those that are nowhere, or amiss, are awaited:
of several sources' events of one identifier any that is in order will do, whichever is read first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from audit.arrays import Integers, Texts
from audit.database import Connection, sql
from audit.log.logged import EVENT, Seen
from audit.model.meaning import Model
from audit.projections.names import Names, SubjectName
from audit.projections.noticing import SKEW_MICROS
from audit.projections.signs import Sign

NOWHERE, CIRCLE = "is in no source", "is caused by it"  # how a cause is amiss
GRACE_MICROS = 60_000_000  # how much later than its effect a cause may be recorded before it counts as missing
RECENT_MAX = 30_000  # about 6 MB
AWAITED_MAX = 20_000  # causes that are remembered to be awaited, about 3 MB; where there are more the table is asked

Row = tuple[Any, ...]  # of causes_amiss.sql
Recent = tuple[int, int, str | None]  # source, recorded, cause


class Causes:
    """Remembers the events of the last batches."""

    def __init__(self, connection: Connection, model: Model, names: Names | None = None) -> None:
        self._connection, self._model, self._names = connection, model, names or Names()
        self._recent: dict[str, Recent | None] = {}  # None: two sources have an event of this identifier
        self._awaited: set[str] | None = None  # causes that may be awaited; None: not asked yet

    def judge(self, events: Sequence[Seen]) -> list[Sign]:
        """What is wrong with the causes of these events, and with events that had waited for them."""
        events = [event for event in events if event.kind == EVENT]
        if not self._model.causes_are_events or not events:
            return []
        self._remember(events)
        doubtful = [event.position for event in events if event.causation is not None and not self._is_right(event)]
        signs = self._come(self._awaited_among(events))
        if doubtful:
            signs += self._told(self._rows("e.position = any(%(positions)s)", Integers(doubtful)))
        return signs

    def judge_between(self, after: int, upto: int) -> list[Sign]:
        """The same of all events of our positions after one and up to another, below which nothing waits to be final,
        and of what had waited for any event. For a rebuild."""
        if not self._model.causes_are_events:
            return []
        signs = self._come(None, after)
        return signs + self._told(self._rows(f"e.position > {after:d} and e.position <= {upto:d}"))

    def orphans(self, positions: Integers) -> list[Sign]:
        """Of events whose cause has not come, though it should have."""
        rows = [row for row in self._rows("e.position = any(%(positions)s)", positions) if row[6] is None]
        return [_orphan(row, *self._subject(row)) for row in rows]

    def _remember(self, events: Sequence[Seen]) -> None:
        recent = self._recent
        if len(recent) > RECENT_MAX:
            self._recent = recent = dict(list(recent.items())[RECENT_MAX // 2 :])
        for event in events:
            known = recent.get(event.id)
            is_same = known is None and event.id not in recent or known is not None and known[0] == event.source_id
            recent[event.id] = (event.source_id, event.recorded, event.causation) if is_same else None

    def _is_right(self, event: Seen) -> bool:
        known = self._recent.get(event.causation or "")
        return known is not None and known[1] <= event.recorded + SKEW_MICROS and known[2] != event.id

    def _awaited_among(self, events: Sequence[Seen]) -> Texts:
        """Those of these events' identifiers that something may wait for."""
        if self._awaited is None:
            wanted = "select distinct causation from awaited limit %s"
            self._awaited = {row[0] for row in self._connection.execute(wanted, [AWAITED_MAX + 1])}
        awaited = self._awaited
        return Texts(event.id for event in events if len(awaited) > AWAITED_MAX or event.id in awaited)

    def _come(self, ids: Texts | None, after: int = 0) -> list[Sign]:
        """What had been awaited and is among these events (None: among all, of those amiss after a position)."""
        if ids is not None and not ids:
            return []
        come = self._connection.execute(sql("causes_come"), {"ids": ids, "after": after}).fetchall()
        if not come:
            return []
        taken_back = list(self._taken_back([position for position, is_told in come if is_told]))
        return taken_back + self._told(self._rows("e.position = any(%(positions)s)", Integers(row[0] for row in come)))

    def _taken_back(self, told: Sequence[int]) -> Iterator[Sign]:
        """What was told of these events: it is told anew, as far as it is still so."""
        for row in self._rows("e.position = any(%(positions)s)", Integers(told), is_amiss=False) if told else ():
            for sign in (_orphan(row, *self._subject(row)), self._early(row)):
                sign.withdrawn = True
                yield sign

    def _told(self, rows: Sequence[Row]) -> list[Sign]:
        if rows:
            columns = Integers(row[0] for row in rows), [row[6] is not None for row in rows]
            awaited = self._connection.execute(sql("await_causes"), columns).fetchall()
            if self._awaited is not None and len(self._awaited) <= AWAITED_MAX:
                self._awaited.update(row[0] for row in awaited)
                if len(self._awaited) > AWAITED_MAX:  # most have come: they are asked for again
                    self._awaited = None
        return [sign for row in rows if row[6] is not None for sign in self._signs(row)]

    def _rows(self, condition: str, positions: Integers | None = None, *, is_amiss: bool = True) -> list[Row]:
        statement = sql("causes_amiss").replace("{condition}", condition).encode()
        parameters = {"positions": positions, "anyway": not is_amiss}
        return self._connection.execute(statement, parameters).fetchall()

    def _subject(self, row: Row) -> tuple[int, str]:
        route = self._model.lane_of(row[3])
        subject: SubjectName = (route[0].name, route[1]) if route else ("stream", row[3])
        self._names.subjects.resolve(self._connection, [subject])
        return self._names.subjects[subject], f"{subject[0]}:{subject[1]}"

    def _signs(self, row: Row) -> Iterator[Sign]:
        subject_id, subject = self._subject(row)
        position, *_, recorded, cause, cause_recorded, is_circle = row
        if is_circle:
            yield _orphan(row, subject_id, subject, CIRCLE)
            return
        yield self._early(row)
        if cause_recorded - recorded > GRACE_MICROS:
            orphan = _orphan(row, subject_id, subject)
            orphan.resolved_at, orphan.resolved_by, orphan.evidence = cause_recorded, cause, [position, cause]
            yield orphan

    def _early(self, row: Row) -> Sign:
        position, source, event_id, stream, type_, recorded, cause, cause_recorded, _ = row
        numbers = {"type": type_, "stream": stream, "seconds": ((cause_recorded or recorded) - recorded) // 1_000_000}
        return Sign("effect_before_cause", *self._subject(row), recorded, position, f"{source}/{event_id}",
                    [position, cause or position], numbers)  # fmt: skip


def _orphan(row: Row, subject_id: int, subject: str, how: str = NOWHERE) -> Sign:
    position, source, event_id, stream, type_, recorded = row[:6]
    opened = recorded if how != NOWHERE else recorded + GRACE_MICROS
    return Sign("orphan_cause", subject_id, subject, opened, position, f"{source}/{event_id}", [position],
                {"type": type_, "stream": stream, "how": how})  # fmt: skip
