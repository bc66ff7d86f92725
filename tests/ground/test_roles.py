"""Least rights: what each database role is refused, tried for real."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable

import psycopg
import pytest

from audit import database as db
from audit import schema
from audit.errors import UsageError, WhereaboutsError
from tests.conftest import Database

APPEND_ONLY = ("log", "identity")


def make_current(connection: db.Connection, number: int) -> None:
    connection.execute("insert into trace.model (hash, source) values ('h', '') on conflict do nothing")
    connection.execute(
        "insert into trace.generation (number, model_hash, state) values (%s, 'h', 'current')", (number,)
    )
    db.create_generation(connection, number, with_indexes=True)


def refused(connection: db.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
        connection.execute(statement.encode())


def test_reading_says_that_nothing_is_projected_yet(database: Database) -> None:
    with pytest.raises(WhereaboutsError, match="nothing is projected yet"), db.reading():
        pass


def test_reading_an_empty_database_says_the_same(
    empty_database: Callable[[], str], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database())
    with pytest.raises(WhereaboutsError, match="nothing is projected yet"), db.reading():
        pass


def test_reading_sees_the_current_generation_and_cannot_write(database: Database) -> None:
    with db.connect("follower") as connection:
        make_current(connection, 7)
    with db.reading() as connection:
        assert db.use_current_generation(connection) == 7
        assert connection.execute("select count(*) from timeline").fetchone() == (0,)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("insert into timeline values (1, now(), 1, 1, 1, 0, 0)")


def test_a_reader_keeps_one_generation_while_the_next_is_switched_in(database: Database) -> None:
    with db.connect("follower") as connection:
        make_current(connection, 1)
    with db.reading() as reader, db.connect("follower") as connection:
        connection.execute("update trace.generation set state = 'retired'")
        make_current(connection, 2)
        connection.commit()
        assert db.use_current_generation(reader) == 1
        assert reader.execute("select to_regclass('timeline')::text").fetchone() == ("timeline",)
    with db.reading() as reader:
        assert reader.execute("select current_schema()").fetchone() == ("read_2",)


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("role", ["owner", "follower", "web", "erasure"])
def test_nobody_changes_the_log(database: Database, role: db.Role, table: str) -> None:
    with database.connect(role) as connection:
        refused(connection, f"delete from trace.{table}")
        refused(connection, f"truncate trace.{table}")
        refused(connection, f"update trace.{table} set event_id = 'x'")


def test_the_owner_cannot_remove_payloads(database: Database) -> None:
    with database.connect("owner") as connection:
        refused(connection, "delete from trace.payload")
        refused(connection, "truncate trace.payload")


def test_the_follower_cannot_change_what_it_wrote(database: Database) -> None:
    with database.connect("follower") as connection:
        for statement in (
            "update trace.payload set skeleton = ''",
            "update trace.segment set ciphertext = ''",
            "update trace.data_key set wrapped = null",
            "delete from trace.segment",
            "select * from public.auth_user",
            "insert into public.audit_record default values",
            "select public.own_record('look', '{}')",
        ):
            refused(connection, statement)


def test_web_writes_nothing_but_its_own_records(database: Database) -> None:
    with database.connect("web") as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'trace'").fetchall()
        assert len(tables) > 10
        refused(connection, "select public.own_record('publication', '{}')")
        for (table,) in tables:
            refused(connection, f"insert into trace.{table} default values")
            refused(connection, f"delete from trace.{table}")
        refused(connection, "update trace.head set position = 1")
        refused(connection, "update public.audit_record set actor = 'x'")
        refused(connection, "delete from public.audit_record")
        refused(connection, "update public.auth_user set is_superuser = true")
        refused(connection, "insert into public.access_right (role, action) values ('support', 'looks')")
        refused(connection, "create table public.mine (a int)")
        refused(connection, "create schema mine")
        refused(connection, "create temp table approval (id int)")


def test_no_guard_looks_among_temporary_tables_first(database: Database) -> None:
    """Without a search path of its own a function looks there before everything, and unsaid it would again."""
    with database.connect("owner") as connection:
        guards = connection.execute(
            "select oid::regprocedure::text, coalesce(array_to_string(proconfig, ';'), '') from pg_proc"
            " where pronamespace in ('trace'::regnamespace, 'public'::regnamespace)"
            "   and (prorettype = 'trigger'::regtype or prosecdef)"
        ).fetchall()
    assert len(guards) >= 8
    own = re.compile(r"search_path=pg_catalog, \w+, pg_temp")
    assert [name for name, settings in guards if not any(map(own.fullmatch, settings.split(';')))] == []


def test_web_writes_nothing_into_a_generation(database: Database) -> None:
    with database.connect("follower") as connection:
        make_current(connection, 3)
    with database.connect("web") as connection:
        assert connection.execute("select count(*) from read_3.entry").fetchone() == (0,)
        refused(connection, "delete from read_3.entry")
        refused(connection, "drop schema read_3 cascade")


def test_tables_that_a_rebuild_adds_later_are_readable_too(database: Database) -> None:
    with database.connect("follower") as connection:
        make_current(connection, 4)
        connection.execute("create table read_4.later (a int)")
    with database.connect("web") as connection:
        assert connection.execute("select count(*) from read_4.later").fetchone() == (0,)


def test_erasure_destroys_keys_and_nothing_else(database: Database) -> None:
    with database.connect("erasure") as connection:
        connection.execute("update trace.data_key set wrapped = null, destroyed_at = now()")
        refused(connection, "delete from trace.segment")
        refused(connection, "update trace.payload set skeleton = ''")
        refused(connection, "update trace.data_key set owner_key = 'x'")
        refused(connection, "insert into trace.data_key (owner_kind, owner_key, wrapped) values ('a', 'b', '')")
        refused(connection, "delete from trace.erasure")
        refused(connection, "update trace.segment set start = 0")


def test_many_first_starts_at_once_migrate_once(empty_database: Callable[[], str]) -> None:
    urls = [empty_database() for _ in range(2)]
    failures: list[Exception] = []

    def first_start(url: str) -> None:
        try:
            schema.make_roles(url)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=first_start, args=(url,)) for url in urls * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_rights_that_a_crash_left_out_are_given_at_the_next_start(database: Database) -> None:
    assert not schema.bring_up_to_date()
    with database.connect("owner") as connection:
        connection.execute("revoke select on trace.log from whereabouts_web")
        connection.execute("comment on schema trace is null")
    assert schema.bring_up_to_date()
    with database.connect("web") as connection:
        connection.execute("select count(*) from trace.log")


def test_a_database_of_another_version_is_refused_in_one_line(database: Database) -> None:
    with database.connect("owner") as connection:
        row = connection.execute("select obj_description('trace'::regnamespace)").fetchone()
        assert row is not None
        connection.execute(f"comment on schema trace is 'tables 0123456789abcdef {row[0].split(' ', 2)[2]}'".encode())
    with pytest.raises(WhereaboutsError, match="another version of Whereabouts"):
        schema.bring_up_to_date()


def test_an_own_login_replaces_set_role(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL_WEB", database.url)
    assert "role=" not in db.conninfo("web")
    assert "role=whereabouts_follower" in db.conninfo("follower")


@pytest.mark.parametrize("role", ["follower", "web", "erasure"])
def test_no_statement_is_compiled_whatever_the_server_would(database: Database, role: db.Role) -> None:
    with database.connect(role) as connection:
        asked = connection.execute("select setting, source from pg_settings where name = 'jit'").fetchone()
    assert asked == ("off", "client")


def test_options_in_the_address_are_kept() -> None:
    assert "statement_timeout" in db.conninfo("web", "postgresql://host/name?options=-c%20statement_timeout%3D5")


def test_an_address_that_cannot_be_understood_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="DATABASE_URL cannot be understood"):
        db.conninfo("web", "postgresql://host:notaport:1/x?y=z")


def test_an_address_that_django_cannot_understand_is_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://me:secret@host/name")
    with pytest.raises(UsageError, match="DATABASE_URL cannot be understood") as caught:
        db.django_settings("owner")
    assert "secret" not in str(caught.value)


def test_a_database_that_is_not_there_is_one_line(database: Database) -> None:
    with pytest.raises(WhereaboutsError) as caught:
        db.connect("web", url=database.url.replace(database.name, "nowhere"))
    assert "\n" not in str(caught.value)
    assert 'database "nowhere" does not exist' in str(caught.value)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_uses_connections_of_its_own(database: Database) -> None:
    with db.connect("follower") as connection:
        make_current(connection, 1)
    with db.reading() as before:
        parent = before.info.backend_pid
    child = os.fork()
    if child == 0:
        with db.reading() as inside:
            os._exit(0 if inside.info.backend_pid != parent else 1)
    assert os.waitpid(child, 0)[1] == 0
    with db.reading() as after:
        assert after.info.backend_pid == parent
