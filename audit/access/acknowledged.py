"""Who has taken a finding on, and why it stays open: said in the console's own append-only records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from audit import prepared
from audit.access.looks import Look, record
from audit.access.people import Actor
from audit.access.reasons import Reason, checked_ticket
from audit.database import Connection, sql
from audit.errors import UsageError
from audit.values import Subject

WHYS = ("known", "being_mended", "asked_the_other_side", "explained", "false_alarm")
NAME_MAX = 150


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The latest word on a finding. `why` is one of WHYS; "" while it only has an owner."""

    finding: str
    owner: str
    why: str
    ticket: str
    by: str
    at: datetime


def acknowledge(actor: Actor, finding: str, subject: Subject, owner: str, why: str, ticket: str = "") -> None:
    """Write it down; raises UsageError for words that are not known, NoRecord where it cannot be written."""
    if why and why not in WHYS:
        raise UsageError(f"{why!r} is no reason to leave a finding open: choose one of {', '.join(WHYS)}")
    if not owner.strip() or len(owner) > NAME_MAX or not owner.isprintable():
        raise UsageError(gettext("name who owns it, in at most %(count)s characters") % {"count": NAME_MAX})
    details = {"finding": finding, "owner": owner.strip(), "why": why}
    reason = Reason("", checked_ticket(ticket.strip()))
    record(actor, Look("acknowledge", "finding", [subject], reason, outcome="done", details=details))


def acknowledged(connection: Connection, findings: Sequence[str]) -> dict[str, Acknowledgement]:
    """The latest word on each of these that has one, in one statement."""
    rows = prepared.rows(connection, sql("access_acknowledged"), [list(findings)]) if findings else []
    return {row[0]: Acknowledgement(*row) for row in rows}
