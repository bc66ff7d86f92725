"""The one way to PostgreSQL: connections by role, read-only transactions on the current generation, named SQL."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal, LiteralString, NamedTuple
from weakref import WeakSet

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool, PoolTimeout

from audit.arrays import adapt_plainly
from audit.errors import UsageError, WhereaboutsError
from audit.given import given
from audit.prepared import AskingConnection, Wanted, begin, rows, settle

Role = Literal["owner", "follower", "web", "erasure"]
Connection = psycopg.Connection[tuple[Any, ...]]
Pool = ConnectionPool[Connection]


class Viewer(NamedTuple):
    """For whom is read. `session` is the digest that doors bear."""

    name: str
    role: str = ""
    session: str = ""


ROLES: tuple[Role, ...] = ("owner", "follower", "web", "erasure")
READERS_MAX = 8
CONNECT_SECONDS_MAX = 10
# Every read is of few rows by key, whatever the tables' size: joins by key, planned once for each connection. The
# planner would else read whole tables while they are small or not yet analysed, and plan anew for most of its time.
POINT_READS = (
    "-c random_page_cost=1.1 -c enable_hashjoin=off -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan"
)

_SQL = Path(__file__).parent / "sql"
_NOTHING_YET = "nothing is projected yet: run `python manage.py ingest FILE --model MODEL` or `python manage.py follow`"

_withholding: WeakSet[Connection] = WeakSet()
_pools: dict[str, Pool] = {}
_left_to_the_parent: list[Pool] = []


def connect(role: Role, *, autocommit: bool = False, url: str | None = None) -> Connection:
    """A connection of its own that acts as `role`. Close it, or use it as a context manager."""
    try:
        return psycopg.connect(conninfo(role, url), autocommit=autocommit, connect_timeout=CONNECT_SECONDS_MAX)
    except psycopg.OperationalError as error:
        raise unreachable(error) from None


def conninfo(role: Role, url: str | None = None) -> str:
    """Where and how to connect as `role`: its own login where `DATABASE_URL_ROLE` gives one, else by SET ROLE."""
    own_login = given(f"DATABASE_URL_{role.upper()}") if url is None else ""
    # PostgreSQL compiles what it thinks long: of tables not yet analysed that takes seconds, for milliseconds of work.
    settings = "-c search_path=trace,public -c timezone=UTC -c jit=off"
    if not own_login:
        settings += f" -c role={role_name(role)}"
    return with_options(own_login or url or database_url(), settings)


@cache
def with_options(url: str, settings: str) -> str:
    """`url` with further server settings; those that it has itself come first."""
    own = parts_of(url).get("options")
    return make_conninfo(url, options=f"{own} {settings}" if own else settings)


def parts_of(url: str) -> dict[str, Any]:
    """An address taken apart. What is wrong is not quoted: it may hold a password."""
    try:
        return conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise UsageError("DATABASE_URL cannot be understood: write postgresql://USER@HOST:PORT/NAME") from None


def database_url() -> str:
    url = given("DATABASE_URL")
    if not url:
        raise WhereaboutsError("no database: DATABASE_URL is not set and the embedded servers were not started")
    return url


def django_settings(role: Role = "web") -> dict[str, Any]:
    """Django's entry in DATABASES to act as `role`; without DATABASE_URL it points nowhere, and says so when used."""
    own_login = given(f"DATABASE_URL_{role.upper()}")
    parts = parts_of(own_login or given("DATABASE_URL"))
    acting = "" if own_login else f"-c role={role_name(role)} "
    settings = "-c search_path=public -c timezone=UTC -c jit=off -c plan_cache_mode=force_generic_plan"
    options = f"{parts.pop('options', '')} {acting}{settings}".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "") or "whereabouts",
        "USER": parts.pop("user", "") or "",
        "PASSWORD": parts.pop("password", "") or "",
        "HOST": parts.pop("host", "") or "",
        "PORT": parts.pop("port", "") or "",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**parts, "options": options, "prepare_threshold": None},
    }


def role_name(role: Role) -> str:
    return f"whereabouts_{role}"


def unreachable(error: psycopg.Error | PoolTimeout) -> WhereaboutsError:
    """The one line that a person needs when the database does not answer."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and not line.rstrip().endswith("?")]
    return WhereaboutsError(f"the database cannot be used: {lines[-1] if lines else type(error).__name__}")


@contextmanager
def reading(
    role: Role = "web", *, viewer: Viewer | None = None, ahead: Sequence[Wanted] = ()
) -> Iterator[Connection]:
    """A pooled connection in a READ ONLY transaction, one snapshot, on the tables of the current generation.

    What is withheld from `viewer` (None: the system, from whom nothing is) is not there. `ahead` are statements that
    will be asked for first: they are sent with the transaction's beginning.
    """
    shown = sql("current_generation_use" if viewer is None else "current_generation_shown")
    try:
        with _pool(role).connection() as connection:
            try:
                begin(connection, [(shown, viewer and viewer._asdict()), *ahead])
                number = use_current_generation(connection) if viewer is None else _show(connection, viewer)
                if number is None:
                    raise WhereaboutsError(_NOTHING_YET)
                yield connection
            finally:
                _withholding.discard(connection)
                settle(connection)
    except PoolTimeout as error:
        raise unreachable(error) from None


def use_current_generation(connection: Connection) -> int | None:
    """Reach the tables of the generation that readers see; its number. None, and nothing set, before the first."""
    try:
        found = rows(connection, sql("current_generation_use"))
    except psycopg.errors.UndefinedTable:
        raise WhereaboutsError(_NOTHING_YET) from None
    return int(found[0][0]) if found else None


def _show(connection: Connection, viewer: Viewer) -> int | None:
    try:
        found = rows(connection, sql("current_generation_shown"), viewer._asdict())
    except psycopg.errors.UndefinedTable:
        raise WhereaboutsError(_NOTHING_YET) from None
    if not found:
        return None
    if found[0][1]:
        _withholding.add(connection)
    return int(found[0][0])


def is_withholding(connection: Connection) -> bool:
    """Whether anybody is restricted, and this connection reads for a viewer."""
    return connection in _withholding


def use_generation(connection: Connection, number: int) -> None:
    """Reach the tables of generation `number` unqualified until the transaction ends."""
    connection.execute("select set_config('search_path', %s, true)", (f"read_{number:d}, trace, public",))


def create_generation(connection: Connection, number: int, with_indexes: bool) -> None:
    """Make the empty tables of generation `number`, readable by the web role, and use it in this transaction.

    The connection acts as the follower, which owns its generations; web learns of them by the grants made here.
    """
    connection.execute(_of_generation("schema/generation", number))
    if with_indexes:
        add_indexes(connection, number)
    connection.execute(_of_generation("schema/generation_grants", number))
    use_generation(connection, number)


def add_indexes(connection: Connection, number: int) -> None:
    """The keys and indexes by which a follower finds the rows of generation `number`; a rebuild makes them last."""
    connection.execute(_of_generation("schema/generation_indexes", number))


def add_reading_indexes(connection: Connection, number: int) -> None:
    """Those of generation `number` that only readers need, where they are missing."""
    connection.execute(_of_generation("schema/generation_reading_indexes", number))


def drop_generation(connection: Connection, number: int) -> None:
    """Remove the tables of generation `number`; nothing happens where there are none."""
    connection.execute(f"drop schema if exists read_{number:d} cascade".encode())


def _of_generation(name: str, number: int) -> bytes:
    return sql(name).replace("{schema}", f"read_{number:d}").encode()


@cache
def sql(name: str) -> LiteralString:
    """The text of `audit/sql/NAME.sql`: our own files, as good as literals."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


def _pool(role: Role) -> Pool:
    where = conninfo(role)
    pool = _pools.get(where)
    if pool is None:
        pool = _pools[where] = ConnectionPool(
            with_options(where, POINT_READS),
            connection_class=AskingConnection,
            kwargs={"connect_timeout": CONNECT_SECONDS_MAX, "prepare_threshold": None},
            min_size=0,
            max_size=READERS_MAX,
            timeout=CONNECT_SECONDS_MAX,
            configure=_for_reading,
            open=True,
        )
    return pool


def _for_reading(connection: Connection) -> None:
    connection.read_only = True
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    adapt_plainly(connection)


def close_pools() -> None:
    """Give back every pooled connection of this process."""
    while _pools:
        _pools.popitem()[1].close()


def _leave_to_the_parent() -> None:
    # A forked child shares its parent's sockets: it must neither use nor close them, so they are kept and forgotten.
    _left_to_the_parent.extend(_pools.values())
    _pools.clear()


os.register_at_fork(after_in_child=_leave_to_the_parent)
