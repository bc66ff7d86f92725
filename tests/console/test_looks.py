"""The record of looks: complete, written first, and never changed."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection

from audit.access import looks
from audit.access.looks import Look, NoRecord
from audit.access.people import Actor
from audit.access.reasons import Reason
from audit.access.statements import rows
from audit.models import AuditRecord
from audit.values import Clock, Moment, Subject
from tests.conftest import Database

SUPPORT = Actor("support", "support", frozenset(), "s1", "192.0.2.7")
ANNA = Subject("customer", "C-1")


def test_a_look_has_every_column(database: Database) -> None:
    moment = Moment(datetime(2026, 11, 21, 11, 3, tzinfo=UTC), Clock.OCCURRED)
    look = Look("look", "customer", [ANNA, ANNA, Subject("account", "A-1")], Reason("call", "88123", "app"), moment,
                ["name"], "shown", 12, {"rows": 50})  # fmt: skip
    looks.record(SUPPORT, look)
    row = dict(AuditRecord.objects.values().get())
    assert row.pop("id")
    assert isinstance(recorded_at := row.pop("recorded_at"), datetime) and recorded_at.tzinfo is not None
    assert row == {
        "kind": "look", "actor": "support", "role": "support", "session": "s1", "address": "192.0.2.7",
        "subjects": ["customer:C-1", "account:A-1"], "page": "customer", "unmasked": ["name"],
        "moment": "2026-11-21T11:03:00.000000Z occurred", "reason_code": "call", "ticket": "88123",
        "caller_identified": "app", "outcome": "shown", "duration_ms": 12, "details": {"rows": 50},
    }  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    ["update audit_record set actor = 'x'", "delete from audit_record", "truncate audit_record"],
)
@pytest.mark.parametrize("role", ["owner", "web", "follower", "erasure"])
def test_no_role_changes_a_record(statement: str, role: str, database: Database) -> None:
    looks.record(SUPPORT, Look("look", "customer", [ANNA]))
    with database.connect(role) as direct, pytest.raises(psycopg.errors.InsufficientPrivilege):  # type: ignore[arg-type]
        direct.execute(statement.encode())
    assert AuditRecord.objects.get().actor == "support"


def test_web_gives_itself_no_right(database: Database) -> None:
    with database.connect("web") as direct, pytest.raises(psycopg.errors.InsufficientPrivilege):
        direct.execute("insert into access_right (role, action) values ('support', 'looks')")


def test_a_record_that_cannot_be_written_is_an_error(database: Database) -> None:
    with database.connect("owner", autocommit=True) as owner:
        owner.execute("revoke insert on audit_record from whereabouts_web")
    with pytest.raises(NoRecord):
        looks.record(SUPPORT, Look("look", "customer", [ANNA]))


def test_what_is_shown_is_made_while_the_record_is_written(database: Database) -> None:
    """Whatever else is asked on the same connection waits for it; the record stands when the block has ended."""
    with looks.recorded_meanwhile(SUPPORT, Look("look", "customer", [ANNA])):
        assert AuditRecord.objects.get().subjects == ["customer:C-1"]
        assert len(rows("access_session", ["nobody", datetime.now(UTC)])) == 0
    with looks.recorded_meanwhile(SUPPORT, Look("look", "account", [ANNA])):
        assert len(rows("access_session", ["nobody", datetime.now(UTC)])) == 0
        assert AuditRecord.objects.count() == 2
    with looks.recorded_meanwhile(SUPPORT, Look("look", "lane", [ANNA])):
        pass
    with database.connect("web") as other:
        assert other.execute("select count(*) from audit_record").fetchall() == [(3,)]


BROKEN = {
    "refused": "revoke insert on audit_record from whereabouts_web",
    "refused when it is committed": """
        create function no_room() returns trigger language plpgsql as $$ begin raise 'no room'; end $$;
        create constraint trigger no_room after insert on audit_record deferrable initially deferred
        for each row execute function no_room()""",
}


@pytest.mark.parametrize("broken", BROKEN)
def test_what_was_made_is_not_shown_without_the_record(broken: str, database: Database) -> None:
    with database.connect("owner", autocommit=True) as owner:
        owner.execute(BROKEN[broken].encode())
    with pytest.raises(NoRecord), looks.recorded_meanwhile(SUPPORT, Look("look", "customer", [ANNA])):
        assert AuditRecord.objects.count() == 0
    assert AuditRecord.objects.count() == 0


def test_what_could_not_be_made_keeps_its_own_error(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), looks.recorded_meanwhile(SUPPORT, Look("look", "customer", [ANNA])):
        raise ZeroDivisionError
    assert AuditRecord.objects.get().page == "customer"


def test_polling_is_one_look_in_a_quarter_of_an_hour(database: Database) -> None:
    for _ in range(3):
        looks.record_polled(SUPPORT, ANNA, "news", None)
    looks.record_polled(Actor("support", "support", frozenset(), "s2"), ANNA, "news", None)
    assert AuditRecord.objects.count() == 2


def test_looks_at_a_customer_are_counted_by_an_index(database: Database) -> None:
    looks.record(SUPPORT, Look("look", "account", [Subject("account", "A-1"), ANNA]))
    looks.record(SUPPORT, Look("look", "customer", [Subject("customer", "C-11")]))
    with database.connect("web") as reader:
        assert looks.looks_at(reader, ANNA, datetime(2020, 1, 1, tzinfo=UTC)) == 1
    with connection.cursor() as cursor:
        cursor.execute("set enable_seqscan = off")
        cursor.execute("explain select count(*) from audit_record where subjects @> '[\"customer:C-1\"]'")
        assert "audit_record_subjects" in str(cursor.fetchall())
