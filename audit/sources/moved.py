"""Whether a store was moved, restored or changed back since the last poll, and from where it is then read on."""

from __future__ import annotations

from collections.abc import Iterable

from audit.database import sql
from audit.errors import SourceUnavailable
from audit.sources.gapset import Ranges
from audit.sources.origin import Mark, agreed_upto, mark_of
from audit.sources.session import Row
from audit.sources.tailstate import Attached, Snapshot, State

HIGHEST = 2**63 - 1


def check_origin(
    name: str, store: Attached, state: State, snapshot: Snapshot, key: bytes, watched: Iterable[Ranges]
) -> None:
    """Within the poll's snapshot, before its rows. Changes `state` to go on from the newest event both sides hold.

    Raises SourceUnavailable where there is none: it is another store, and nothing of it is mixed in.
    """
    check = _Check(name, store, state, snapshot, key)
    if state.origin == snapshot.origin and check.top_is_unchanged():
        return
    if state.origin is not None and state.marks:
        check.compare(watched)
    state.origin = snapshot.origin


class _Check:
    def __init__(self, name: str, store: Attached, state: State, snapshot: Snapshot, key: bytes) -> None:
        self._name = name
        self._store = store
        self._state = state
        self._snapshot = snapshot
        self._key = key

    def top_is_unchanged(self) -> bool:
        state = self._state
        if not state.marks:
            return True
        newest = state.marks[-1]
        rows, _ = self._store.table.within([(newest.position, newest.position)], 2)
        return [self._mark(row) for row in rows] == [newest]

    def compare(self, watched: Iterable[Ranges]) -> None:
        state = self._state
        ranges = [(mark.position, mark.position) for mark in state.marks]
        rows, _ = self._store.table.within(ranges, 2 * len(ranges))
        found = {row[0]: self._mark(row) for row in rows}
        agreed = agreed_upto(state.marks, found)
        differs = any(found.get(mark.position, mark) != mark for mark in state.marks)
        if agreed == state.marks[-1]:
            state.notice = self._said("it holds what was read")
        elif differs or self._numbers_ran_back() or (self._is_another() if agreed is None else self._is_moved()):
            self._rewind(agreed, watched)
        else:  # the marks stay: whoever restores a dump takes away first, and sets the numbers back only later
            state.notice = f"{self._name}: events that were read are no longer in the store (newest: {state.top})"

    def _is_moved(self) -> bool:
        return self._state.origin != self._snapshot.origin

    def _is_another(self) -> bool:
        """Whether it may be a store that was never read: one whose bank takes away all that was read may fail over."""
        before, now = self._state.origin, self._snapshot.origin
        return before is None or (before.system, before.table) != (now.system, now.table)

    def _mark(self, row: Row) -> Mark:
        return mark_of(self._store.reader.event(row), self._key)

    def _numbers_ran_back(self) -> bool:
        if self._store.sequence is None:
            return False
        row = self._store.connection.execute(sql("source_last_number"), (self._store.sequence.oid,)).fetchone()
        return row is not None and row[0] is not None and row[0] < self._state.top

    def _rewind(self, agreed: Mark | None, watched: Iterable[Ranges]) -> None:
        """Read again from where both sides agree: what is known is then a further sighting, and nothing is lost."""
        state = self._state
        if agreed is None:
            raise SourceUnavailable(
                f"{self._said('none of the events read last is in it')}: point the source at the store that it was, "
                "or give this one a name of its own"
            )
        upto = agreed.position
        state.notice = self._said(f"it holds what was read up to {upto}; events after it are read again")
        state.top, state.sealed = upto, min(state.sealed, upto)
        state.settled, state.settling = min(state.settled, upto), None
        state.hot = [gap for gap in state.hot if gap.high <= upto]
        state.waiting = [row for row in state.waiting if row.position <= upto]
        state.marks = [mark for mark in state.marks if mark.position <= upto]
        for ranges in watched:
            ranges.remove(upto + 1, HIGHEST)

    def _said(self, outcome: str) -> str:
        before, now = self._state.origin, self._snapshot.origin
        assert before is not None
        if before.system != now.system:
            changed = f"the store of {self._name} is on another server (system {before.system}, now {now.system})"
        elif before.timeline != now.timeline:
            changed = f"the store of {self._name} has a new primary (timeline {before.timeline}, now {now.timeline})"
        elif before.table != now.table:
            changed = f"the table of {self._name} was made anew"
        else:
            changed = f"the store of {self._name} was changed back"
        return f"{changed}; {outcome}"
