"""The few statements that stand before every page, by name and prepared once: through the ORM they would cost as much
as the page's own answer. They run on the ORM's connection, so what they write is committed when they return."""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from audit import prepared
from audit.database import sql


def rows(name: str, parameters: Mapping[str, Any] | Sequence[Any], **parts: LiteralString) -> list[tuple[Any, ...]]:
    """All rows of `audit/sql/NAME.sql`; `parts` fill its {names}. Raises Django's DatabaseError as the ORM does."""
    connection = connections["default"]  # each look through Django's proxy of it costs as much as a small statement
    _check_health(connection)
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return prepared.rows(connection.connection, sql(name).format(**parts) if parts else sql(name), parameters)


@contextmanager
def meanwhile(
    name: str, parameters: Mapping[str, Any] | Sequence[Any], **parts: LiteralString
) -> Iterator[Callable[[], list[tuple[Any, ...]]]]:
    """`audit/sql/NAME.sql` is carried out while the block works; it gives what waits for the rows. Whatever else asks
    this connection waits too. Raises Django's DatabaseError, and so does what it gives."""
    connection = connections["default"]
    _check_health(connection)
    connection.ensure_connection()
    with connection.wrap_database_errors:
        statement = sql(name).format(**parts) if parts else sql(name)
        started = prepared.start(connection.connection, statement, parameters)

    def after_it(execute: Callable[..., Any], *asked: Any) -> Any:
        started.wait()
        return execute(*asked)

    def found() -> list[tuple[Any, ...]]:
        with connection.wrap_database_errors:
            return started.rows()

    with connection.execute_wrapper(after_it):
        try:
            yield found
        finally:
            started.wait()


def _check_health(connection: BaseDatabaseWrapper) -> None:
    """Django asks the server for a row before each request. A connection that has ended can be read from (its end), one
    that stands and is asked nothing cannot: only then is the server asked."""
    if connection.connection is not None and not connection.health_check_done:  # type: ignore[attr-defined]
        arrived = select.poll()
        arrived.register(connection.connection.fileno(), select.POLLIN)
        connection.health_check_done = not arrived.poll(0)  # type: ignore[attr-defined]
    connection.close_if_health_check_failed()
