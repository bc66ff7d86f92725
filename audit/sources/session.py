"""A read-only session with a bank's PostgreSQL, and what was learned about the store when it began."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from audit.database import sql, with_options
from audit.errors import SourceUnavailable
from audit.sources.mapping import Mapping, Shape, quoted, quoted_table, rows_of

STATEMENT_SECONDS_MAX = 120
CONNECT_SECONDS_MAX = 10
BATCH_BYTES_MAX = 64 * 1024 * 1024  # of payloads in one poll, so that memory stays flat

_SETTINGS = (
    "-c default_transaction_read_only=on -c TimeZone=UTC -c client_encoding=UTF8 -c lock_timeout=5s"
    f" -c statement_timeout={STATEMENT_SECONDS_MAX}s -c idle_in_transaction_session_timeout={STATEMENT_SECONDS_MAX}s"
    " -c application_name=whereabouts"
)

Connection = psycopg.Connection[tuple[Any, ...]]
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Sequence:
    """The sequence that positions are drawn from. `is_fence` says that its lock proves what is decided."""

    oid: int
    name: str
    start: int
    is_fence: bool
    why_not: str | None


def connect(url: str) -> Connection:
    """Autocommit, read-only by default. Raises psycopg.Error."""
    return psycopg.connect(with_options(url, _SETTINGS), autocommit=True, connect_timeout=CONNECT_SECONDS_MAX)


@contextmanager
def said_plainly(name: str) -> Iterator[None]:
    """What goes wrong with the bank's database inside is SourceUnavailable, in one sentence."""
    try:
        yield
    except psycopg.errors.QueryCanceled as error:
        raise SourceUnavailable(f"source {name} did not answer in time ({_line(error)}); it is tried again") from None
    except psycopg.errors.InsufficientPrivilege as error:
        raise SourceUnavailable(
            f"source {name} refuses to be read ({_line(error)}): "
            "grant its user USAGE on the schema and SELECT on the table"
        ) from None
    except psycopg.OperationalError as error:
        raise SourceUnavailable(f"source {name} cannot be reached: {_line(error)}") from None
    except psycopg.Error as error:
        raise SourceUnavailable(f"source {name} cannot be read: {_line(error)}") from None


def shape_of(connection: Connection, name: str, mapping: Mapping) -> Shape:
    """The types of the table's columns; raises SourceUnavailable where the mapping does not fit."""
    row = connection.execute("select to_regclass(%s)::oid::bigint", (quoted_table(mapping.table),)).fetchone()
    if row is None or row[0] is None:
        raise SourceUnavailable(
            f"source {name}: there is no table {mapping.table}, or its user has no USAGE on the schema: correct `table`"
        )
    shape = Shape(mapping, _columns(connection, mapping, row[0]))
    missing = shape.missing()
    if missing:
        raise SourceUnavailable(
            f"source {name}: the table {mapping.table} has no column {', '.join(missing)}: correct the mapping"
        )
    return shape


def _columns(connection: Connection, mapping: Mapping, table: int) -> dict[str, str]:
    if mapping.query is None:
        return dict(connection.execute(sql("source_columns"), (table,)).fetchall())
    described = connection.execute(f"select * from ({mapping.query}) e limit 0".encode()).description or ()
    codes = [column.type_code for column in described]
    names: dict[int, str] = dict(connection.execute(sql("type_names"), (codes,)).fetchall())
    return {column.name: names[column.type_code] for column in described}


def sequence_of(connection: Connection, mapping: Mapping) -> Sequence | None:
    """The sequence behind the position: named by the mapping, owned by the column, or found in its default."""
    row = connection.execute(
        sql("source_sequence"),
        {
            "named": quoted_table(mapping.sequence) if mapping.sequence else None,
            "table": quoted_table(mapping.table),
            "column": mapping.position,
        },
    ).fetchone()
    if row is None:
        return None
    oid, name, start, cache, increment, is_cycling, is_standby = row
    why_not = None
    if is_standby:
        why_not = "the server is a standby"
    elif cache != 1:
        why_not = f"the sequence {name} hands out {cache} numbers at a time"
    elif increment != 1 or is_cycling:
        why_not = f"the sequence {name} does not count up one by one"
    return Sequence(oid, name, start, why_not is None, why_not)


class Table:
    """The rows of one store, read in the form that `Shape` asks for."""

    def __init__(self, connection: Connection, shape: Shape) -> None:
        mapping = shape.mapping
        self._connection = connection
        self._position = f"e.{quoted(mapping.position)}"
        self._only = f"({mapping.where}) and " if mapping.where else ""
        self._select = shape.select()
        self._wire = shape.wire_types()
        self._from = rows_of(mapping)

    def after(self, position: int, limit: int) -> tuple[list[Row], bool]:
        """Rows above `position` in their order, and whether there may be more of them."""
        return self._rows(f"{self._position} > {position:d}", limit)

    def within(self, ranges: list[tuple[int, int]], limit: int) -> tuple[list[Row], bool]:
        """Rows whose positions lie in these (few) ranges."""
        parts = [
            f"{self._position} = {low:d}" if low == high else f"{self._position} between {low:d} and {high:d}"
            for low, high in ranges
        ]
        return self._rows(" or ".join(parts), limit) if parts else ([], False)

    def below(self, position: int, limit: int) -> tuple[list[Row], bool]:
        return self._rows(f"{self._position} < {position:d}", limit)

    def top(self) -> int | None:
        """The greatest position that is visible."""
        only = f" where {self._only[:-5]}" if self._only else ""
        statement = f"select max({self._position})::bigint from {self._from} e{only}"
        row = self._connection.execute(statement.encode()).fetchone()
        return row[0] if row else None

    def _rows(self, condition: str, limit: int) -> tuple[list[Row], bool]:
        statement = (
            f"copy ({self._select} where {self._only}({condition}) order by {self._position} limit {limit:d})"
            " to stdout (format binary)"
        )
        rows: list[Row] = []
        room = BATCH_BYTES_MAX
        try:
            with self._connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
                copy.set_types(self._wire)
                for row in copy.rows():
                    rows.append(row)
                    room -= len(row[-2] or b"") + len(row[-1] or b"")
                    if room < 0 and len(rows) < limit:
                        raise _Enough
        except _Enough:
            return rows, True
        return rows, len(rows) >= limit


class _Enough(Exception):
    """Ends a COPY early: psycopg cancels it then."""


def _line(error: psycopg.Error) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
