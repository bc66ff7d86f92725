"""How long each class of record is kept, on which ground, and what is due. Shortening needs a second person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from audit.access import approvals, looks, people
from audit.access.looks import Look
from audit.access.people import Actor
from audit.database import Connection, sql
from audit.errors import UsageError
from audit.models import Retention

CUSTOMER_DATA = "customer_data"
DAYS_MAX = 36_525


@dataclass(frozen=True, slots=True)
class Due:
    """One class. `due` counts the records whose end has passed; `oldest` is the beginning of the oldest one's time."""

    record_class: str
    days: int
    begins: str
    ground: str
    due: int
    oldest: datetime | None


def in_force() -> Mapping[str, Retention]:
    """The rule of each class."""
    return {rule.record_class: rule for rule in Retention.objects.order_by("id")}


def kept_until(record_class: str, began: datetime) -> datetime:
    return began + timedelta(days=in_force()[record_class].days)


def due(connection: Connection, now: datetime) -> list[Due]:
    """Each class with what is past its end, in the current generation."""
    found = []
    for name, rule in sorted(in_force().items()):
        before = now - timedelta(days=rule.days)
        row = connection.execute(sql(f"retention_due_{name}"), [before]).fetchone()
        assert row is not None
        found.append(Due(name, rule.days, rule.begins, rule.ground, row[0], row[1]))
    return found


def change(actor: Actor, record_class: str, days: int, ground: str) -> Retention:
    """Keep a class for so many days from now on; a shorter time uses up an approval. Recorded.

    Raises Refused, ApprovalMissing, UsageError.
    """
    people.require(actor, "retain")
    rules = in_force()
    if record_class not in rules:
        raise UsageError(f"{record_class!r} is no class of record: it is one of {', '.join(sorted(rules))}")
    if not 0 <= days <= DAYS_MAX or not ground.strip():
        raise UsageError(f"say for how many days (at most {DAYS_MAX}) and on which ground")
    before = rules[record_class]
    with transaction.atomic():
        approval = None
        if days < before.days:
            details = {"from_days": before.days, "days": days, "ground": ground}
            approval = approvals.take(actor, "shorten_retention", f"{record_class} {days}", details)
        made = Retention.objects.create(
            record_class=record_class, days=days, begins=before.begins, ground=ground.strip(), set_by=actor.name,
            approval=approval,
        )  # fmt: skip
        details = {"class": record_class, "from_days": before.days, "days": days, "ground": ground}
        looks.record(actor, Look("retention", "retention", outcome="set", details=details))
    return made
