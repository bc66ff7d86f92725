"""Statements that are prepared once a connection and then run without a cursor: a page asks some thirty small ones, and
what psycopg does around each of them costs as much as PostgreSQL's answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, LiteralString, NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

Row = tuple[Any, ...]
Parameters = Mapping[str, Any] | Sequence[Any] | None

_PLACE = re.compile(r"%(?:\((\w+)\)s|(s)|%)")


def rows(connection: psycopg.Connection[Any], statement: LiteralString, parameters: Parameters = None) -> list[Row]:
    """All rows of a statement, written and answered as with `connection.execute(...).fetchall()`, which is also how it
    is asked where psycopg prepares statements itself: it then takes all of them away after a rollback."""
    status = connection.pgconn.transaction_status
    is_begun = status == TransactionStatus.INTRANS or (status == TransactionStatus.IDLE and connection.autocommit)
    if is_begun and connection.prepare_threshold is None:
        found = _prepared.get(connection)
        if found is None:
            found = _prepared[connection] = Prepared(connection)
        return found.rows(statement, parameters)
    return connection.execute(statement, parameters).fetchall()


def begin(connection: psycopg.Connection[Any]) -> None:
    """A transaction that only reads, on one snapshot; it ends as those do that psycopg began."""
    connection.pgconn.exec_(b"begin isolation level repeatable read read only")  # a failure is the next statement's


class Prepared:
    """The statements of one connection. They are many times fewer than what is asked, and end with it."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._server = connection.pgconn
        self._transformer = Transformer(connection)
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self._numbers = count(1)

    def rows(self, statement: str, parameters: Parameters = None) -> list[Row]:
        """Raises psycopg's errors."""
        written, server, transformer = _written(statement, bool(parameters)), self._server, self._transformer
        values = transformer.dump_sequence([parameters[one] for one in written.order], written.formats)  # type: ignore[index]
        types = transformer.types or ()
        name = self._names.get((statement, types))
        if name is None:
            name = b"_here_%d" % next(self._numbers)
            self._checked(server.prepare(name, written.text, types), ExecStatus.COMMAND_OK)
            self._names[statement, types] = name
        result = server.exec_prepared(name, values, transformer.formats)  # type: ignore[arg-type] # None is null
        transformer.set_pgresult(self._checked(result, ExecStatus.TUPLES_OK))
        found = transformer.load_rows(0, result.ntuples, tuple)
        transformer.set_pgresult(None)  # a large answer is not kept for the connection's life
        return found

    def _checked(self, result: PGresult, wanted: ExecStatus) -> PGresult:
        if result.status == wanted:
            return result
        if self._server.status == ConnStatus.BAD:
            raise psycopg.OperationalError(self._server.get_error_message())
        if result.status != ExecStatus.FATAL_ERROR:
            raise psycopg.ProgrammingError("the statement gives no rows")
        error = error_from_result(result)
        if isinstance(error, psycopg.errors.InvalidSqlStatementName):
            self._names.clear()  # somebody took them away: they are prepared again
        raise error


class _Written(NamedTuple):
    """A statement as the server takes it, and the parameters in its order."""

    text: bytes
    order: Sequence[Any]
    formats: Sequence[PyFormat]


@lru_cache(maxsize=1000)
def _written(statement: str, has_parameters: bool) -> _Written:
    if not has_parameters:
        return _Written(statement.encode(), (), ())
    order: dict[Any, str] = {}

    def numbered(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        return order.setdefault(found[1] or len(order), f"${len(order) + 1}")

    text = _PLACE.sub(numbered, statement).encode()
    return _Written(text, tuple(order), (PyFormat.AUTO,) * len(order))


_prepared: WeakKeyDictionary[psycopg.Connection[Any], Prepared] = WeakKeyDictionary()
