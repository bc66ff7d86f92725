"""The bank's own PostgreSQL: one schema a service, each an event store of its own, and a role that may only read."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from demobank.work import ADAPTER, CORE, SE_ADAPTER, SERVICES

SCHEMAS = {CORE: "core", ADAPTER: "dk_adapter", SE_ADAPTER: "se_adapter"}
READER = "bank_reader"
LOCK = 20_418  # one set-up or loading at a time


class StoreRefused(Exception):
    """The database is somebody else's, or holds something else; the text says what to do."""


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url, application_name="demobank")


def reader_url(url: str) -> str:
    """The same database as the role that may only read."""
    return make_conninfo(url, user=READER)


def prepare(connection: psycopg.Connection) -> None:
    """Create what is missing, in the caller's transaction; refuses a database that holds another's."""
    connection.execute("select pg_advisory_xact_lock(%s)", [LOCK])
    names = "select nspname::text from pg_namespace where nspname = any(%s)"
    schemas = {name for (name,) in connection.execute(names, [["bank", *SCHEMAS.values()]])}
    if schemas and "bank" not in schemas:
        found = ", ".join(sorted(schemas))
        raise StoreRefused(
            f"The database has schemas ({found}) that are not the demo bank's: give it an empty database."
        )
    _create_reader(connection)
    connection.execute(statement("bank"))
    for service in SERVICES:
        connection.execute(statement_of("service", service))


def _create_reader(connection: psycopg.Connection) -> None:
    """Roles belong to the whole server, so another database's set-up may be making it at the same time."""
    if connection.execute("select 1 from pg_roles where rolname = %s", [READER]).fetchone():
        return
    reader = sql.Identifier(READER)
    with suppress(errors.DuplicateObject, errors.UniqueViolation), connection.transaction():
        connection.execute(sql.SQL("create role {} login").format(reader))
        connection.execute(sql.SQL("alter role {} set default_transaction_read_only = on").format(reader))


@cache
def _text(name: str) -> LiteralString:
    text = (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    return text


def statement(name: str) -> sql.SQL:
    """A named statement of `sql/`; the tables in its braces are the caller's to fill in."""
    return sql.SQL(_text(name))


def statement_of(name: str, service: str) -> sql.Composed:
    """The same with `{schema}` being the service's."""
    return statement(name).format(schema=sql.Identifier(SCHEMAS[service]))


def channel(service: str) -> str:
    """Where NOTIFY says that a service has appended; a hint to wake up, never more."""
    return f"{SCHEMAS[service]}_events"
