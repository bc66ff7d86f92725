"""Retention: each class has a ground and an end; nobody shortens one alone, by command or by SQL."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from audit.access import approvals, people, texts
from audit.access.approvals import ApprovalMissing
from audit.database import Role
from audit.erasing import holds, retention
from audit.erasing.expiring import expire, past
from audit.errors import Refused, UsageError
from audit.models import AuditRecord
from audit.values import Subject
from tests.conftest import Database
from tests.console.conftest import make_user


def test_a_class_is_kept_longer_by_one_and_shorter_by_two(database: Database) -> None:
    for role in ("data_protection", "authority_desk", "support"):
        make_user(role)
    dora, other = people.actor_named("data_protection"), people.actor_named("authority_desk")
    retention.change(dora, "looks", 3000, "the supervisor asks")
    with pytest.raises(ApprovalMissing):
        retention.change(dora, "looks", 400, "enough")
    request = approvals.ask(dora, "shorten_retention", "looks 400", "enough")
    approvals.approve(other, request.pk)
    with pytest.raises(ApprovalMissing):
        retention.change(dora, "looks", 300, "shorter still")
    retention.change(dora, "looks", 400, "enough")
    rule = retention.in_force()["looks"]
    assert (rule.days, rule.ground, rule.approval_id) == (400, "enough", request.pk)
    assert AuditRecord.objects.filter(kind="retention").count() == 2
    with pytest.raises(Refused):
        retention.change(people.actor_named("support"), "looks", 9000, "x")
    with pytest.raises(UsageError):
        retention.change(dora, "nothing", 9000, "x")


@pytest.mark.parametrize("role", ["web", "owner"])
def test_the_table_refuses_a_shorter_time_and_every_change(role: Role, database: Database) -> None:
    for statement in (
        "insert into retention (class, days, begins, ground, set_by) values ('customer_data', 1, 'x', 'x', 'x')",
        "update retention set days = 1",
        "delete from retention",
    ):
        with database.connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())


def test_every_class_has_a_ground_and_is_in_the_reference(database: Database) -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "retention.md").read_text()
    for name, rule in retention.in_force().items():
        assert f"| `{name}` | {rule.days:,} |" in page and rule.ground in page, name


def test_texts_past_their_end_go_unless_somebody_is_held(database: Database) -> None:
    for role in ("data_protection", "authority_desk", "support"):
        make_user(role)
    dora, other = people.actor_named("data_protection"), people.actor_named("authority_desk")
    free, held = Subject("customer", "C-free"), Subject("customer", "C-held")
    kept = {one: texts.keep(f"about {one}", [one]).pk for one in (free, held)}
    holds.hold(other, held, "Case 12 of the police")
    assert expire(dora, "texts").gone == 0
    request = approvals.ask(dora, "shorten_retention", "texts 0", "enough")
    approvals.approve(other, request.pk)
    retention.change(dora, "texts", 0, "enough")
    assert f"text {kept[free]}" in past(dora, "texts").names and f"text {kept[held]}" not in past(dora, "texts").names
    assert expire(dora, "texts").gone >= 1
    assert texts.texts(list(kept.values())) == {kept[free]: texts.ERASED, kept[held]: f"about {held}"}
    record = AuditRecord.objects.filter(kind="retention").latest("id")
    assert (record.outcome, record.details["class"]) == ("expired", "texts")
    for actor, name in ((people.actor_named("support"), "texts"), (dora, "looks")):
        with pytest.raises((Refused, UsageError)):
            expire(actor, name)
