"""Subjects and places get small integers, so that every large table stays narrow. Known ones are kept in memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

import psycopg

from audit.arrays import Texts
from audit.database import sql

REMEMBERED_MAX = 100_000  # per table; about 20 MB

SubjectName = tuple[str, str]  # kind, key
PlaceName = tuple[str, str, str, str]  # book, kind, key, currency


Name = TypeVar("Name", bound=tuple[str, ...])


class _Interned(Generic[Name]):
    """A table of names with identifiers: unknown names are added, known ones looked up, both set-based."""

    def __init__(self, statement: str) -> None:
        self._statement = statement
        self.ids: dict[Name, int] = {}  # of the names that were resolved last, at least

    def __getitem__(self, name: Name) -> int:
        return self.ids[name]

    def resolve(self, connection: psycopg.Connection[Any], wanted: Iterable[Name]) -> list[Name]:
        """Make sure that every wanted name has its identifier; returns the new ones. Sorted against deadlocks."""
        names = set(wanted)
        if len(self.ids) > REMEMBERED_MAX:
            self._forget(names)
        missing = sorted(name for name in names if name not in self.ids)
        if not missing:
            return []
        new = []
        columns = [Texts(column) for column in zip(*missing, strict=True)]
        for row in connection.execute(self._statement, columns, prepare=True):
            name = row[1:-1]
            self.ids[name] = row[0]
            if row[-1]:
                new.append(name)
        return new

    def _forget(self, keep: set[Name]) -> None:
        for name in list(self.ids)[: REMEMBERED_MAX // 2]:
            if name not in keep:
                del self.ids[name]


class Names:
    """The two tables of names that a projector needs."""

    def __init__(self) -> None:
        self.subjects: _Interned[SubjectName] = _Interned(sql("intern_subjects"))
        self.places: _Interned[PlaceName] = _Interned(sql("intern_places"))
