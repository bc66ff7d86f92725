"""Which columns of a bank's table hold what: each a column, or a path into a JSON column such as `metadata.user_id`."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass
from typing import Literal

Columns = str | tuple[str, ...]  # several columns are joined with "-"
TimeUnit = Literal["s", "ms", "us"]
Seal = Literal["fence", "horizon"]


@dataclass(frozen=True, slots=True)
class Mapping:
    """A PostgreSQL event store as a table or view of one row an event.

    `position` is the store's own order, drawn from a sequence. `transaction` names an xid8 column with the inserting
    transaction's number. `sequence` names the sequence where the column does not own it. `where` is a condition that
    picks one tenant of a table whose positions are unique by tenant only. `time_unit` is that of times kept as numbers.
    `query` is read in place of the table, for stores that spread an event over several: its columns are then meant.
    `seal` "horizon": positions are not always drawn in the transaction that inserts, so the sequence proves nothing.
    """

    table: str
    position: str
    stream: Columns
    type: str
    data: str | None
    recorded: str
    version: str | None = None
    id: Columns | None = None
    metadata: str | None = None
    occurred: str | None = None
    correlation: str | None = None
    causation: str | None = None
    step: str | None = None
    transaction: str | None = None
    sequence: str | None = None
    where: str | None = None
    query: str | None = None
    time_unit: TimeUnit = "ms"
    seal: Seal = "fence"


def column_of(spec: str) -> str:
    """The column's name, without the path into it."""
    return spec.partition(".")[0]


def path_of(spec: str | None) -> tuple[str, ...]:
    """The path into the column; empty where the column itself is meant."""
    return tuple(spec.split(".")[1:]) if spec else ()


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def quoted_table(table: str) -> str:
    return ".".join(quoted(part) for part in table.split("."))


def rows_of(mapping: Mapping) -> str:
    """What stands behind `from`."""
    return f"({mapping.query})" if mapping.query else quoted_table(mapping.table)


TIMES = ("timestamp with time zone", "timestamp without time zone")
WHOLE = ("bigint", "integer", "smallint")
NUMBERS = (*WHOLE, "numeric")


@dataclass(frozen=True, slots=True)
class Shape:
    """A mapping together with the types that its columns turned out to have."""

    mapping: Mapping
    types: Map[str, str]

    def missing(self) -> list[str]:
        """Columns that the mapping names and the table does not have."""
        return [name for name in self._named() if name not in self.types]

    def type_of(self, spec: str | None) -> str:
        return self.types.get(column_of(spec), "") if spec else ""

    def select(self) -> str:
        """Every value as the reader of rows wants it, in its order. Paths are looked up there, not here."""
        m = self.mapping
        columns = [
            f"e.{quoted(m.position)}::bigint",
            self._text(m.stream),
            self._number(m.version),
            self._text(m.type),
            self._text(m.id),
            self._time(m.recorded),
            self._time(m.occurred),
            self._text(m.correlation),
            self._text(m.causation),
            self._text(m.step),
            f"e.{quoted(m.transaction)}::text::bigint" if m.transaction else self._xmin(),
            self._content(m.data),
            self._content(m.metadata),
        ]
        return f"select {', '.join(columns)} from {rows_of(m)} e"

    def _xmin(self) -> str:
        """Views have none."""
        return "e.xmin::text::bigint" if "xmin" in self.types else "null::bigint"

    def _named(self) -> list[str]:
        m = self.mapping
        specs: list[str | None] = [m.position, m.type, m.data, m.recorded, m.version, m.metadata, m.occurred]
        specs += [m.correlation, m.causation, m.step, m.transaction]
        for several in (m.stream, m.id):
            specs += several if isinstance(several, tuple) else [several]
        return list(dict.fromkeys(column_of(spec) for spec in specs if spec))

    def _text(self, spec: Columns | None) -> str:
        if isinstance(spec, tuple):
            return f"concat_ws('-', {', '.join(f'e.{quoted(name)}::text' for name in spec)})"
        return "null::text" if spec is None or path_of(spec) else f"e.{quoted(spec)}::text"

    def _number(self, spec: str | None) -> str:
        return "null::bigint" if spec is None or path_of(spec) else self._whole(spec)

    def _whole(self, spec: str) -> str:
        """A whole number, or null where it is none: one bad value must not keep PostgreSQL from giving the others."""
        column, kind = f"e.{quoted(spec)}", self.type_of(spec)
        if kind in WHOLE:
            return f"{column}::bigint"
        if kind == "numeric":
            return f"case when abs({column}) < 9e18 then {column}::bigint end"
        return f"case when {column}::text ~ '^[0-9]{{1,18}}$' then {column}::text::bigint end"

    def _time(self, spec: str | None) -> str:
        """A timestamp travels as its microseconds since 2000; a number as it is; anything else as text."""
        if spec is None or path_of(spec):
            return "null::text"
        kind = self.type_of(spec)
        if kind in TIMES or kind in NUMBERS:
            return f"e.{quoted(spec)}" if kind in TIMES else self._whole(spec)
        return f"e.{quoted(spec)}::timestamptz" if kind == "date" else f"e.{quoted(spec)}::text"

    @staticmethod
    def _content(spec: str | None) -> str:
        return "null::bytea" if spec is None else f"e.{quoted(spec)}"

    def wire_types(self) -> list[str]:
        """What COPY is told the columns are: bytes and whole numbers only, so that nothing is built for a value."""
        m = self.mapping
        wire = ["int8", "bytea", "int8", "bytea", "bytea", self._wire_time(m.recorded), self._wire_time(m.occurred)]
        return wire + ["bytea", "bytea", "bytea", "int8", "bytea", "bytea"]

    def _wire_time(self, spec: str | None) -> str:
        kind = self.type_of(spec)
        is_number = kind in TIMES or kind in NUMBERS or kind == "date"
        return "int8" if is_number and not path_of(spec) else "bytea"
