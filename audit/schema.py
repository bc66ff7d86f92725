"""The database's shape (roles, migrations, what each role may do), brought up to date by whoever comes first."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from audit.database import (
    Connection,
    Role,
    connect,
    database_url,
    django_settings,
    sql,
    unreachable,
    with_options,
)
from audit.errors import WhereaboutsError

_MIGRATING = 7_306_061_301  # the advisory lock of those who migrate
_GRANT_TRIES_MAX = 20
# the permanent tables, in this order
TRACE = ("01_trace", "01_trace_evidence", "01_trace_owners", "01_trace_erasure", "01_trace_sealing_anew")
_TABLES = (*TRACE, "generation", "generation_indexes", "generation_reading_indexes")
_COMMENT = re.compile(r"--.*")


def bring_up_to_date() -> bool:
    """Make roles and migrate where something is missing; whether anything was. Safe for many processes at once."""
    if _is_up_to_date():
        return False
    with _connect_as_given() as lock:
        lock.execute("select pg_advisory_lock(%s)", (_MIGRATING,))
        make_roles()
        with acting_as_owner():
            call_command("migrate", verbosity=0, interactive=False)
        give_rights()
    return True


def make_roles(url: str | None = None) -> None:
    """The four roles, allowed to the connecting user, and their rights in this database."""
    for attempt in range(_GRANT_TRIES_MAX):
        try:
            with _connect_as_given(url) as connection:
                connection.execute(sql("schema/00_roles"))
            return
        except psycopg.errors.InsufficientPrivilege as error:
            raise WhereaboutsError(
                f"the database's user may not do what the first start needs ({str(error).splitlines()[0]}): "
                "let an administrator apply audit/sql/schema/00_roles.sql once"
            ) from None
        except psycopg.errors.InternalError_:  # "tuple concurrently updated": another database's first start
            time.sleep(0.02 * (attempt + 1))
    raise WhereaboutsError("the roles could not be made: other processes kept changing them; try again")


def give_rights() -> None:
    """Apply the grants, and mark which, on which tables: the next start sees whether they are those of this code."""
    with connect("owner") as connection:
        connection.execute(sql("schema/02_grants"))
        connection.execute(f"comment on schema trace is '{_tables_mark()} {_rights_mark()}'".encode())


def _rights_are_given() -> bool:
    with connections["default"].cursor() as cursor:
        cursor.execute("select obj_description('trace'::regnamespace)")
        (mark,) = cursor.fetchone() or (None,)
    if mark is not None and not mark.startswith(_tables_mark()):
        raise WhereaboutsError(
            "this database was made by another version of Whereabouts, and there are no upgrades before the first "
            "release: use that version, or start over (docs/start.md; or another database) and read the sources again"
        )
    return bool(mark and mark.endswith(_rights_mark()))


def _rights_mark() -> str:
    return f"rights {_digest([sql('schema/02_grants')])}"


@cache
def _tables_mark() -> str:
    """Migrations and schema files are changed in place until the first release; from then on migrations will do."""
    migrations = sorted(Path(__file__).with_name("migrations").glob("*.py"))
    texts = [sql(f"schema/{name}") for name in _TABLES] + [one.read_text(encoding="utf-8") for one in migrations]
    return f"tables {_digest([_COMMENT.sub('', text) for text in texts])}"


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(" ".join(text.split()) for text in texts).encode()).hexdigest()[:16]


@contextmanager
def acting_as_owner() -> Iterator[None]:
    """Django's connection acts as the owner inside, as the web role again after it."""
    point_django_here("owner")
    try:
        yield
    finally:
        point_django_here()


def _is_up_to_date() -> bool:
    try:
        with acting_as_owner():
            executor = MigrationExecutor(connections["default"])
            return not executor.migration_plan(executor.loader.graph.leaf_nodes()) and _rights_are_given()
    except Exception as error:  # no role, no table: it is to be made; what cannot be made says so there
        if isinstance(error, WhereaboutsError):
            raise
        return False


def _connect_as_given(url: str | None = None) -> Connection:
    try:
        return psycopg.connect(with_options(url or database_url(), "-c search_path=public"), autocommit=True)
    except psycopg.OperationalError as error:
        raise unreachable(error) from None


def point_django_here(role: Role = "web") -> None:
    """Django's connection goes where DATABASE_URL says now: the embedded server may be younger than the settings."""
    connections["default"].close()
    connections["default"].settings_dict.update(django_settings(role))
