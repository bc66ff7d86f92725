"""Subjects and places get small integers, so that every large table stays narrow. Known ones are kept in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Generic, LiteralString, TypeVar, cast

from audit.arrays import Texts
from audit.database import Connection, sql
from audit.projections.naming import PlaceName as PlaceName
from audit.projections.naming import SubjectName as SubjectName

REMEMBERED_MAX = 50_000  # per table; about 10 MB


Name = TypeVar("Name", bound=tuple[str, ...])


class _Interned(Generic[Name]):
    """A table of names with identifiers: unknown names are added, known ones looked up, both set-based."""

    def __init__(self, add: LiteralString, find: LiteralString) -> None:
        self._add, self._find = add, find
        self.ids: dict[Name, int] = {}  # of the names that were resolved last, at least

    def __getitem__(self, name: Name) -> int:
        return self.ids[name]

    def resolve(self, connection: Connection, wanted: Iterable[Name]) -> tuple[list[Name], list[Name]]:
        """Make sure that every wanted name has its identifier; gives those made now, and those found in the table.
        Sorted against deadlocks.

        Adding is tried without looking first: what is not kept here is most often new.
        """
        names, ids = set(wanted), self.ids
        if len(ids) > REMEMBERED_MAX:
            self._forget(names)
        missing = sorted(names.difference(ids))
        if not missing:
            return [], []
        new = self._take(connection.execute(self._add, _columns(missing), prepare=True))
        if len(new) == len(missing):
            return new, []
        others = [name for name in missing if name not in ids]
        return new, self._take(connection.execute(self._find, _columns(others), prepare=True))

    def _take(self, rows: Iterable[tuple[Any, ...]]) -> list[Name]:
        found = [(cast(Name, row[1:]), row[0]) for row in rows]
        self.ids.update(found)
        return [name for name, _ in found]

    def _forget(self, keep: set[Name]) -> None:
        for name in list(self.ids)[: REMEMBERED_MAX // 2]:
            if name not in keep:
                del self.ids[name]


def _columns(names: Sequence[tuple[str, ...]]) -> list[Texts]:
    return [Texts(column) for column in zip(*names, strict=True)]


class Names:
    """The two tables of names that a projector needs."""

    def __init__(self) -> None:
        self.subjects: _Interned[SubjectName] = _Interned(sql("add_subjects"), sql("find_subjects"))
        self.places: _Interned[PlaceName] = _Interned(sql("add_places"), sql("find_places"))
