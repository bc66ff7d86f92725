"""Identifiers of streams and types, and which stream belongs to which lane: kept in memory, asked for in sets.

What a transaction added counts only once that transaction is known to have been committed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from typing import Generic, TypeVar

from audit.arrays import Texts
from audit.database import Connection, sql
from audit.log.rows import copy_in, stream_row

NAMES_MAX = 30_000  # of each kind kept; then the oldest quarter is forgotten
COPIED_MIN = 200  # fewer new streams are added one by one

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """A bounded dictionary whose newest entries can be taken back."""

    def __init__(self, limit: int = NAMES_MAX) -> None:
        self.known: dict[K, V] = {}
        self._fresh: dict[K, V] = {}
        self._limit = limit

    def settle(self, is_committed: bool) -> None:
        """The transaction that `fresh` ones belong to has ended."""
        if is_committed:
            self.known.update(self._fresh)
        self._fresh = {}
        if len(self.known) > self._limit:
            for key in list(self.known)[: self._limit // 4]:
                del self.known[key]

    def add_fresh(self, entries: dict[K, V]) -> None:
        self._fresh.update(entries)

    def all_of(self, wanted: Collection[K], find: Callable[[list[K]], dict[K, V]]) -> dict[K, V]:
        """The values of `wanted`; `find` gives those that are not kept, within this transaction."""
        found: dict[K, V] = {}
        missing: list[K] = []
        known, fresh = self.known, self._fresh
        for key in wanted:
            value = known.get(key)
            if value is None:
                value = fresh.get(key)
            if value is None:
                missing.append(key)
            else:
                found[key] = value
        if missing:
            new = find(missing)
            self.add_fresh(new)
            found.update(new)
        return found


class Names:
    """Of one database (`instance`)."""

    def __init__(self) -> None:
        self.transaction: str | None = None
        self.streams: Kept[tuple[int, str], int] = Kept()
        self.types: Kept[str, int] = Kept()

    def begin(self, transaction: str, is_previous_committed: bool) -> None:
        if transaction != self.transaction:
            self.streams.settle(is_previous_committed)
            self.types.settle(is_previous_committed)
            self.transaction = transaction

    def stream_ids(self, connection: Connection, source_id: int, names: Iterable[str]) -> dict[str, int]:
        def find(missing: list[tuple[int, str]]) -> dict[tuple[int, str], int]:
            """Few are added without looking first: what is not kept is most often new. Many are looked up, and those
            that are not there copied in, which costs half."""
            names = Texts(sorted(name for _, name in missing))
            if len(names) >= COPIED_MIN:
                found = connection.execute(sql("find_streams"), (source_id, names)).fetchall()
                known = {name for _, name in found}
                found += _copied(connection, source_id, [name for name in names if name not in known])
                return {(source_id, name): id_ for id_, name in found}
            found = connection.execute(sql("add_streams"), (source_id, names)).fetchall()
            if len(found) < len(names):
                found += connection.execute(sql("find_streams"), (source_id, names)).fetchall()
            return {(source_id, name): id_ for id_, name in found}

        found = self.streams.all_of([(source_id, name) for name in names], find)
        return {name: id_ for (_, name), id_ in found.items()}

    def type_ids(self, connection: Connection, names: Iterable[str]) -> dict[str, int]:
        def find(missing: list[str]) -> dict[str, int]:
            rows = connection.execute(sql("intern_types"), {"names": missing}).fetchall()
            return {name: id_ for id_, name in rows}

        return self.types.all_of(list(names), find)


def _copied(connection: Connection, source_id: int, names: list[str]) -> list[tuple[int, str]]:
    """New streams with their identifiers. Nobody else adds any meanwhile: writers are serialised by trace.head."""
    if not names:
        return []
    ids = [row[0] for row in connection.execute(sql("number_streams"), [len(names)]).fetchall()]
    rows = [stream_row(id_, source_id, name) for id_, name in zip(ids, names, strict=True)]
    copy_in(connection, sql("copy_streams"), rows)
    return list(zip(ids, names, strict=True))
