"""Retention: each class has a ground and an end; nobody shortens one alone, by command or by SQL."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from audit.access import approvals, people
from audit.access.approvals import ApprovalMissing
from audit.database import Role
from audit.erasing import retention
from audit.errors import Refused, UsageError
from audit.models import AuditRecord
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
