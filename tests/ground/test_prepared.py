"""Statements without a cursor give what psycopg gives, and fail as it does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from audit.database import connect, conninfo
from audit.prepared import AHEAD_BYTES_MAX, AskingConnection, begin, rows, send_ahead, settle
from tests.conftest import Database, MakeDatabase, using

ASKED = "select %(a)s::int8, %(b)s::text, %(c)s::timestamptz, %(d)s::int8[], %(e)s::numeric, %(b)s || ' %%' as twice"
GIVEN: list[dict[str, Any]] = [
    {"a": 5, "b": "x'; drop", "c": datetime(2026, 1, 2, tzinfo=UTC), "d": [1, 2], "e": Decimal("1.50")},
    {"a": None, "b": "", "c": None, "d": [], "e": None},
    {"a": 2**62, "b": "\u00e6\U0001f600", "c": datetime(1, 1, 1, tzinfo=UTC), "d": [2**62], "e": Decimal(10) ** 30},
]


@pytest.fixture(scope="module")
def database(make_database: MakeDatabase, django_db_blocker: Any) -> Iterator[Database]:
    made = make_database()
    with using(made, django_db_blocker):
        yield made


def asking(autocommit: bool = True) -> psycopg.Connection[Any]:
    connection = connect("web", autocommit=autocommit)
    connection.prepare_threshold = None
    return connection


def test_rows_are_those_of_a_cursor(database: Database) -> None:
    with asking() as connection:
        for given in [*GIVEN, *GIVEN]:
            assert rows(connection, ASKED, given) == connection.execute(ASKED, given).fetchall()
        assert rows(connection, "select %s::text, %s::text, '%%'", ["a", "b"]) == [("a", "b", "%")]
        assert rows(connection, "select '%'") == [("%",)]
        assert rows(connection, "select 1 where false") == []


def test_the_first_statement_begins_a_transaction(database: Database) -> None:
    with asking(autocommit=False) as connection:
        statement = "select txid_current_if_assigned() is null, now()"
        assert rows(connection, statement) == rows(connection, statement)
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS


def test_statements_live_through_a_rollback_and_are_made_again(database: Database) -> None:
    with asking() as connection:
        for end in ("rollback", "deallocate all", "rollback"):
            with suppress(psycopg.errors.InvalidSqlStatementName):
                assert rows(connection, "select %s::text", ["x"]) == [("x",)]
            connection.execute("begin")
            assert rows(connection, "select %s::text", ["x"]) == [("x",)]
            connection.execute(end)
            connection.rollback()


def test_errors_are_psycopgs_and_the_connection_goes_on(database: Database) -> None:
    with asking() as connection:
        for _ in range(2):
            with pytest.raises(psycopg.errors.DivisionByZero, match="division by zero"):
                rows(connection, "select 1 / %s::int8", [0])
            with pytest.raises(psycopg.errors.UndefinedTable):
                rows(connection, "select * from nowhere")
        assert rows(connection, "select 1 / %s::int8", [1]) == [(1,)]


AHEAD: list[tuple[Any, Any]] = [
    *[(ASKED, given) for given in GIVEN],
    ("select 7", None),
    ("select 1 where false", None),
]


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 2, 0], [], [3, 3, 1, 1]])
def test_what_was_sent_ahead_answers_as_if_it_was_not(database: Database, order: list[int]) -> None:
    """In whatever order, more than once or not at all, with others asked for in between, twice in a transaction."""
    with asking() as connection, asking() as other:
        for _ in range(2):
            connection.execute("begin")
            for _ in range(2):
                send_ahead(connection, AHEAD)
                send_ahead(connection, AHEAD[:2])
                for number in order:
                    statement, given = AHEAD[number]
                    assert rows(connection, statement, given) == rows(other, statement, given)
                assert rows(connection, "select %s::text", ["unforeseen"]) == [("unforeseen",)]
            settle(connection)
            connection.rollback()
            assert connection.execute("select 1").fetchall() == [(1,)]


def test_a_transaction_begins_with_what_is_asked_first(database: Database) -> None:
    """On its snapshot and read only, whether the connection knows the statements by then or not."""
    first: list[tuple[Any, Any]] = [("select set_config('whereabouts.viewer', %(name)s, true)", {"name": "me"})]
    first.append(("select current_setting('whereabouts.viewer'), current_setting('transaction_read_only')", None))
    with asking(autocommit=False) as connection:
        for _ in range(3):
            begin(connection, first)
            assert rows(connection, *first[0]) == [("me",)]
            assert rows(connection, *first[1]) == [("me", "on")]
            assert rows(connection, "show transaction_isolation") == [("repeatable read",)]
            settle(connection)
            connection.rollback()
            assert rows(connection, "select coalesce(current_setting('whereabouts.viewer', true), '')") == [("",)]
            connection.rollback()


def test_what_psycopg_asks_in_between_gets_its_own_answer(database: Database) -> None:
    """As a worker does that meets a model it has not read yet."""
    with AskingConnection.connect(conninfo("web"), prepare_threshold=None) as connection:
        for _ in range(3):
            begin(connection, AHEAD[:3])
            assert rows(connection, *AHEAD[0])
            assert connection.execute("select %s::text", ["mine"]).fetchall() == [("mine",)]
            send_ahead(connection, AHEAD[2:])
            assert connection.execute("select 'plain'").fetchall() == [("plain",)]
            for statement, given in AHEAD[1:]:
                assert rows(connection, statement, given) == connection.execute(statement, given).fetchall()
            settle(connection)
            connection.rollback()


def test_a_connection_that_forgot_its_statements_goes_on_at_the_next(database: Database) -> None:
    """A pooler resets them."""
    with asking(autocommit=False) as connection:
        for ends in ("rollback", "deallocate all"):
            begin(connection, AHEAD[:1])
            assert rows(connection, *AHEAD[0])
            settle(connection)
            connection.rollback()
            connection.execute(ends)
            connection.rollback()
        with pytest.raises(psycopg.errors.InvalidSqlStatementName):
            begin(connection, AHEAD[:1])
            rows(connection, *AHEAD[0])
        settle(connection)
        connection.rollback()
        begin(connection, AHEAD[:1])
        assert rows(connection, *AHEAD[0])
        settle(connection)


def test_nothing_is_sent_before_what_it_rests_on(database: Database) -> None:
    """The first statement says whose tables are read; a connection may not know it in this form, and know the next."""
    rests: tuple[Any, Any] = ("select 1 / length(current_setting('whereabouts.viewer'))", None)
    with asking(autocommit=False) as connection:
        for name in ("name", "other"):
            first: tuple[Any, Any] = (f"select set_config('whereabouts.viewer', %({name})s, true)", {name: "me"})
            begin(connection, [first, rests])
            assert rows(connection, *first) == [("me",)] and rows(connection, *rests) == [(0,)]
            settle(connection)
            connection.rollback()


def test_what_was_added_to_a_list_since_it_was_sent_is_asked_anew(database: Database) -> None:
    numbers, statement = [1, 2], "select unnest(%(numbers)s::int8[])"
    with asking() as connection:
        connection.execute("begin")
        send_ahead(connection, [(statement, {"numbers": numbers})])
        numbers.append(3)
        assert rows(connection, statement, {"numbers": numbers}) == [(1,), (2,), (3,)]
        assert rows(connection, statement, {"numbers": [1, 2]}) == [(1,), (2,)]
        settle(connection)


def test_what_fails_ahead_fails_when_the_next_is_asked_for(database: Database) -> None:
    with asking() as connection:
        for number in (0, 1):
            connection.execute("begin")
            send_ahead(connection, [("select 1 / %s::int8", [0]), ("select 8", None)])
            with pytest.raises(psycopg.errors.DivisionByZero):
                rows(connection, *[("select 1 / %s::int8", [0]), ("select 8", None)][number])
            settle(connection)
            connection.rollback()
        assert rows(connection, "select 8") == [(8,)]


def test_more_than_fits_is_not_sent_ahead(database: Database) -> None:
    """Nobody reads while it is sent: client and server would wait for each other."""
    long = "x" * (AHEAD_BYTES_MAX // 2)
    with asking() as connection:
        connection.execute("begin")
        for count in (1, 3):
            send_ahead(connection, [("select %s::text", [long + str(number)]) for number in range(count)])
            assert (connection.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE) == (count == 1)
            settle(connection)
        assert rows(connection, "select %s::text", [long]) == [(long,)]


def test_a_connection_that_has_ended_is_said_to_be(database: Database) -> None:
    with psycopg.connect(database.url, autocommit=True) as other, asking() as connection:
        assert rows(connection, "select 1") == [(1,)]
        other.execute("select pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            rows(connection, "select 1")
        assert connection.closed


def test_a_connection_that_ends_with_answers_on_their_way_is_said_to_be(database: Database) -> None:
    with psycopg.connect(database.url, autocommit=True) as other, asking() as connection:
        connection.execute("begin")
        send_ahead(connection, [("select 1", None)])
        send_ahead(connection, [("select pg_sleep(%s)::text", [30]), ("select 2", None)])
        assert rows(connection, "select 1") == [(1,)]
        other.execute("select pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            rows(connection, "select 2")
        with suppress(psycopg.OperationalError):
            settle(connection)
        assert connection.closed


def test_a_page_that_meets_an_ended_connection_gets_another(database: Database) -> None:
    from django.db import connection

    from audit.access import statements

    statements.rows("access_roles_with", ["look"])
    with psycopg.connect(database.url, autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
    connection.health_check_done = False  # type: ignore[attr-defined] # as when the next request begins
    assert statements.rows("access_roles_with", ["look"])
