"""Subjects and places get small integers, so that every large table stays narrow. Known ones are kept in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar, cast

import psycopg

from audit.arrays import Texts
from audit.database import Connection, sql
from audit.log.rows import copy_in
from audit.projections.naming import PlaceName as PlaceName
from audit.projections.naming import SubjectName as SubjectName
from audit.projections.packing import row_packer

REMEMBERED_MAX = 40_000  # per table; about 10 MB
COPIED_MIN = 200  # fewer names are added one by one


Name = TypeVar("Name", bound=tuple[str, ...])


class _Interned(Generic[Name]):
    """A table of names with identifiers: unknown names are added, known ones looked up, both set-based. `names` is
    what its statements call them, `width` of how many texts one is made."""

    def __init__(self, names: str, width: int) -> None:
        self._add, self._find, self._copy = sql(f"add_{names}"), sql(f"find_{names}"), sql(f"copy_{names}")
        self._number, self._pack = sql(f"number_{names}"), row_packer(("int8", *("text",) * width))
        self.ids: dict[Name, int] = {}  # of the names that were resolved last, at least

    def __getitem__(self, name: Name) -> int:
        return self.ids[name]

    def resolve(self, connection: Connection, wanted: Iterable[Name]) -> tuple[list[Name], list[Name]]:
        """Make sure that every wanted name has its identifier; gives those made now, and those found in the table.
        Sorted against deadlocks.

        Few are added without looking first: what is not kept here is most often new. Many are looked up, and those
        that are not there copied in, which costs half.
        """
        names, ids = set(wanted), self.ids
        if len(ids) > REMEMBERED_MAX:
            self._forget(names)
        missing = sorted(names.difference(ids))
        if not missing:
            return [], []
        if len(missing) >= COPIED_MIN:
            found = self._take(connection.execute(self._find, _columns(missing), prepare=True))
            new = [name for name in missing if name not in ids]
            if not new or self._copied(connection, new):
                return new, found
            missing = new
        else:
            found = []
        new = self._take(connection.execute(self._add, _columns(missing), prepare=True))
        others = [name for name in missing if name not in ids]
        if others:
            found += self._take(connection.execute(self._find, _columns(others), prepare=True))
        return new, found

    def _copied(self, connection: Connection, names: Sequence[Name]) -> bool:
        """Whether these names could be copied in: somebody else may have added one of them meanwhile."""
        ids = [row[0] for row in connection.execute(self._number, [len(names)]).fetchall()]
        try:
            with connection.transaction():
                rows = ((id_, *name) for id_, name in zip(ids, names, strict=True))
                copy_in(connection, self._copy, map(self._pack, rows))
        except psycopg.errors.UniqueViolation:
            return False
        self.ids.update(zip(names, ids, strict=True))
        return True

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
        self.subjects: _Interned[SubjectName] = _Interned("subjects", 2)
        self.places: _Interned[PlaceName] = _Interned("places", 4)
