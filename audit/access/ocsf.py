"""The access log as a SIEM reads it: OCSF 1.5.0, classes Authentication and API Activity. Customers stand in it under a
pseudonym: the same one each time, from which nobody without the master key finds the customer."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from audit.access.keys import derived
from audit.database import Connection, sql
from audit.errors import UsageError

VERSION = "1.5.0"
BATCH = 1000
BEGINNING = "0-0"
AUTHENTICATION, API_ACTIVITY = 3002, 6003
CREATE, READ, UPDATE, DELETE, OTHER = 1, 2, 3, 4, 99
LOGON, LOGOFF = 1, 2
INFORMATIONAL, LOW, MEDIUM, HIGH = 1, 2, 3, 4

_SIGNING = {"sign_in": LOGON, "sign_in_failure": LOGON, "lockout": LOGON, "sign_out": LOGOFF}
_DOING = {
    **dict.fromkeys(("look", "search", "unmask", "export", "download", "refusal", "access_report"), READ),
    **dict.fromkeys(
        ("reason", "acknowledge", "approval_request", "mute", "correction_note", "case", "legal_hold"), CREATE
    ),
    **dict.fromkeys(("approval", "approval_refusal", "role_change", "retention", "review", "key_change"), UPDATE),
    "sealed_anew": UPDATE,
    "erasure": DELETE,
    **dict.fromkeys(("break_glass", "deep_link"), CREATE),
    "restricted_import": UPDATE,
}
_SEVERITIES = {"refusal": LOW, "sign_in_failure": MEDIUM, "role_change": MEDIUM, "lockout": HIGH, "break_glass": HIGH}
_FAILED = {"refused", "wrong", "no reason", "not found", "bad input", "unavailable", "error"}


@dataclass(frozen=True, slots=True)
class Record:
    """One row of `access_log.sql`, without what somebody wrote (tickets, notes): that may name a person."""

    transaction: str
    id: int
    kind: str
    recorded_at: datetime
    actor: str
    role: str
    session: str
    address: str
    subjects: Sequence[str]
    page: str
    unmasked: Sequence[str]
    reason_code: str
    outcome: str
    duration_ms: int | None

    @property
    def uid(self) -> str:
        """Where a reader goes on after it."""
        return f"{self.transaction}-{self.id}"


def records(connection: Connection, after: str = BEGINNING) -> Iterator[Record]:
    """All records behind `after` that are final; none is missed and none comes twice."""
    transaction, _, id = after.partition("-")
    if not (transaction.isascii() and transaction.isdigit() and id.isascii() and id.isdigit() and len(after) < 40):
        raise UsageError(f"{after!r} is no place in the access log: give the metadata.uid of the last event you have")
    while True:
        rows = connection.execute(sql("access_log"), [transaction, int(id), BATCH]).fetchall()
        for row in rows:
            yield (last := Record(*row))
        if len(rows) < BATCH:
            return
        transaction, id = last.transaction, str(last.id)


def event(record: Record, product_version: str) -> Mapping[str, Any]:
    """The record as an OCSF event."""
    return {
        **(_authentication(record) if record.kind in _SIGNING else _activity(record)),
        "metadata": {
            "version": VERSION,
            "uid": record.uid,
            "log_name": "looks",
            "product": {"name": "Whereabouts", "vendor_name": "Whereabouts", "version": product_version},
        },
        "time": int(record.recorded_at.timestamp() * 1000),
        "severity_id": _SEVERITIES.get(record.kind, INFORMATIONAL),
        "status_id": 2 if record.outcome in _FAILED else 1,
        "status_detail": record.outcome,
        "src_endpoint": {"ip": record.address} if record.address else {"name": "command line"},
        **({} if record.duration_ms is None else {"duration": record.duration_ms}),
    }


def pseudonym(subject: str) -> str:
    """KIND:ID with a keyed digest in place of the identifier."""
    kind, _, _ = subject.partition(":")
    return f"{kind}:{hmac.digest(derived('access log'), subject.encode(), sha256).hex()[:32]}"


def _authentication(record: Record) -> dict[str, Any]:
    activity = _SIGNING[record.kind]
    return {
        **_class(3, AUTHENTICATION, activity),
        "user": _user(record),
        "service": {"name": "Whereabouts"},
        **({"session": {"uid": record.session}} if record.session else {}),
    }


def _activity(record: Record) -> dict[str, Any]:
    activity = _DOING.get(record.kind, OTHER)
    session = {"session": {"uid": record.session}} if record.session else {}
    return {
        **_class(6, API_ACTIVITY, activity),
        **({"activity_name": record.kind} if activity == OTHER else {}),
        "actor": {"user": _user(record), **session},
        "api": {"operation": f"{record.kind} {record.page}".strip(), "service": {"name": "Whereabouts"}},
        "resources": [{"uid": pseudonym(subject), "type": subject.partition(":")[0]} for subject in record.subjects],
        "unmapped": {"reason": record.reason_code, "unmasked": list(record.unmasked)},
    }


def _class(category: int, uid: int, activity: int) -> dict[str, Any]:
    return {"category_uid": category, "class_uid": uid, "activity_id": activity, "type_uid": uid * 100 + activity}


def _user(record: Record) -> dict[str, Any]:
    groups = {"groups": [{"name": record.role}]} if record.role else {}
    return {"name": record.actor or "unknown", **groups}
