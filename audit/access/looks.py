"""The record of every look, search, reason, export, download and refusal. It is written before anything is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.utils import timezone

from audit import prepared
from audit.access.people import Actor
from audit.access.reasons import Reason
from audit.access.statements import meanwhile, rows
from audit.database import Connection, sql
from audit.errors import WhereaboutsError
from audit.models import AuditRecord
from audit.values import Moment, Subject, rfc3339

KINDS = (
    "look", "search", "sign_in", "sign_out", "reason", "unmask", "export", "download", "refusal", "acknowledge",
    "approval_request", "approval", "approval_refusal", "erasure", "legal_hold", "retention", "mute", "correction_note",
    "sign_in_failure", "lockout", "role_change", "case",
    "break_glass", "review", "restricted_import", "deep_link", "access_report",
)  # fmt: skip

POLLED_FOR = timedelta(minutes=15)


class NoRecord(WhereaboutsError):
    """The record of the look could not be written, so nothing may be shown."""


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that somebody did. `details` holds no personal value and no searched text."""

    kind: str
    page: str
    subjects: Sequence[Subject] = ()
    reason: Reason | None = None
    moment: Moment = Moment()
    unmasked: Sequence[str] = ()
    outcome: str = "shown"
    duration_ms: int | None = None
    details: Mapping[str, object] = field(default_factory=dict)


def record(actor: Actor, look: Look) -> int:
    """Write one record and give its number; raises NoRecord when it cannot be written."""
    written = _written(actor, look)
    with _or_no_page():
        return int(rows("access_record", written)[0][0])


@contextmanager
def recorded_meanwhile(actor: Actor, look: Look) -> Iterator[None]:
    """What is shown is made while its record is written; it ends when the record stands, or raises NoRecord."""
    written = _written(actor, look)
    with ExitStack() as held:
        with _or_no_page():
            number = held.enter_context(meanwhile("access_record", written))
        yield
    with _or_no_page():
        number()


@contextmanager
def _or_no_page() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise NoRecord("no record of the look, no page: the console's own log cannot be written now") from error


def _written(actor: Actor, look: Look) -> dict[str, object]:
    if look.kind not in KINDS:
        raise ValueError(f"{look.kind!r} is no kind of record: use one of {', '.join(KINDS)}")
    reason = look.reason or Reason("")
    return {
        "kind": look.kind,
        "actor": actor.name,
        "role": actor.role,
        "session": actor.session,
        "address": actor.address,
        "subjects": json.dumps([str(subject) for subject in dict.fromkeys(look.subjects)]),
        "page": look.page,
        "unmasked": json.dumps(sorted(look.unmasked)),
        "moment": _moment(look.moment),
        "reason_code": reason.code,
        "ticket": reason.ticket,
        "caller_identified": reason.caller_identified,
        "outcome": look.outcome,
        "duration_ms": look.duration_ms,
        "details": json.dumps(dict(look.details)),
    }


def _moment(moment: Moment) -> str:
    return f"{rfc3339(moment.time)} {moment.clock}" if moment.time else "now"


def looks_at(connection: Connection, subject: Subject, since: datetime) -> int:
    """How often a subject was looked at since a time, by anyone."""
    name, parameters = looks_at_asked(subject, since)
    ((count,),) = prepared.rows(connection, sql(name), parameters)
    return int(count)


def looks_at_asked(subject: Subject, since: datetime) -> tuple[str, dict[str, object]]:
    """The statement and the parameters of `looks_at`."""
    return "access_looks_at", {"subject": json.dumps([str(subject)]), "since": since}


def record_polled(
    actor: Actor, subject: Subject, page: str, reason: Reason | None, duration_ms: int | None = None
) -> None:
    """Polling is one look per session, subject and page in 15 minutes."""
    recent = AuditRecord.objects.filter(
        actor=actor.name, session=actor.session, page=page, recorded_at__gte=timezone.now() - POLLED_FOR
    )
    if not recent.filter(subjects__contains=[str(subject)]).exists():
        record(actor, Look("look", page, [subject], reason, duration_ms=duration_ms))
