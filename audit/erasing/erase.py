"""Erasure: keys, salts, sealed values, blind indexes, texts and files of one subject, for ever, with a receipt.

The receipt's file is written when the database has taken the receipt, just before it commits: after a crash between
the two, or when an older backup is restored, `audit.erasing.again` finishes what the file says, unless a hold stands.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

import msgspec
import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone
from django.utils.translation import gettext

from audit import instance
from audit.access import approvals, looks
from audit.access.looks import Look
from audit.access.people import Actor
from audit.answers.reading.names import subject_id
from audit.database import Connection, connect, reading, sql
from audit.erasing import receipts, retention
from audit.erasing.destroying import destroy, exports_about, forget_old_rows, remove_exports
from audit.erasing.holds import let_none_come, require_none
from audit.erasing.receipts import Receipt
from audit.erasing.scope import Scope, scope_of
from audit.errors import Refused, WhereaboutsError
from audit.log.log_key import signing_key
from audit.models import Approval
from audit.values import Subject, rfc3339

DESPITE = "despite retention"
KIND = "erasure"


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be erased, and until when the law keeps it (None: nothing keeps it)."""

    subject: Subject
    scope: Scope
    kept_until: datetime | None

    @property
    def what(self) -> str:
        """What a second person approves: exactly this."""
        return f"{self.subject}, {DESPITE}" if self.kept_until else str(self.subject)


def plan(actor: Actor, subject: Subject) -> Plan:
    """Raises UnknownSubject, also for who is withheld from this person, and Refused while a legal hold stands."""
    with reading(viewer=actor.viewer) as connection:
        model = instance.require(connection).model
        id = subject_id(connection, subject)
        scope = scope_of(connection, model, subject, id)
        ((last,),) = connection.execute(sql("erasure_last"), [id]).fetchall()
    require_none([*scope.own, *scope.customers])
    until = retention.kept_until(retention.CUSTOMER_DATA, last) if last else None
    return Plan(subject, scope, until if until and until > timezone.now() else None)


def ask(actor: Actor, subject: Subject, why: str, *, despite_retention: bool = False) -> int:
    """Ask a second person for it; gives the request's number. Raises as `erase` does."""
    planned = _permitted(actor, subject, despite_retention)
    details = {"kept_until": rfc3339(planned.kept_until) if planned.kept_until else ""}
    return approvals.ask(actor, KIND, planned.what, why, details, [subject]).pk


def erase(actor: Actor, subject: Subject, *, despite_retention: bool = False) -> Receipt:
    """Erase what a second person approved, although the law keeps it where that was asked of them; recorded.
    Raises Refused, ApprovalMissing, UnknownSubject."""
    despite = despite_retention or approvals.is_asked(actor, KIND, f"{subject}, {DESPITE}")
    planned = _permitted(actor, subject, despite)
    details = {"kept_until": rfc3339(planned.kept_until) if planned.kept_until else ""}
    _require_logins()
    approval = approvals.take(actor, KIND, planned.what, details, [subject])
    begun = Receipt(
        name=f"{timezone.now():%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
        subject=str(subject),
        at=rfc3339(timezone.now()),
        requested_by=actor.name,
        approved_by=approval.approver,
        approval=approval.pk,
        retention=f"kept until {rfc3339(planned.kept_until)} otherwise" if planned.kept_until else "ended",
        owners=[str(one) for one in planned.scope.own],
        others=planned.scope.others,
        keys=0,
        pieces=0,
        blind=0,
        texts=0,
        exports=0,
        log_position=0,
        left_held=planned.scope.left_held,
    )
    return _carry_out(actor, begun, planned.scope)


def do(actor: Actor, asked: Approval) -> Receipt:
    """Erase what this request asked for. Raises as `erase` does."""
    name = asked.what.removesuffix(f", {DESPITE}")
    return erase(actor, Subject.parse(name), despite_retention=name != asked.what)


def _permitted(actor: Actor, subject: Subject, despite_retention: bool) -> Plan:
    planned = plan(actor, subject)
    if planned.kept_until and not despite_retention:
        said = gettext(
            "the law keeps the data of %(subject)s until %(day)s, counted from the last event (%(ground)s): tell the "
            "person so, and that they may complain"
        )
        ground, day = retention.in_force()[retention.CUSTOMER_DATA].ground, f"{planned.kept_until:%Y-%m-%d}"
        raise Refused(said % {"subject": subject, "day": day, "ground": ground})
    return planned


def _require_logins() -> None:
    """Before an approval is used up: a console may have no login of theirs (docs/how-to/run-in-production.md)."""
    try:
        with connect("erasure") as connection, connect("owner"):
            signing_key(connection)
    except WhereaboutsError as error:
        said = gettext("nothing is erased, and the approval stands: run the command `erase` on the server (%(why)s)")
        raise Refused(said % {"why": error}) from None


def _carry_out(actor: Actor, begun: Receipt, scope: Scope) -> Receipt:
    with connect("erasure") as connection:
        private = signing_key(connection)  # before anything is destroyed
        let_none_come(connection)
        require_none([*scope.own, *scope.customers])  # one may have been placed since it was planned
        until = timezone.now()
        done = destroy(connection, scope, until)
        ((position,),) = connection.execute("select position from trace.head").fetchall()
        receipt = msgspec.structs.replace(
            begun, at=rfc3339(until), keys=done.keys, pieces=done.pieces, blind=done.blind, texts=done.texts,
            exports=exports_about(scope.own, until).exclude(file="").count(), log_position=position,
        )  # fmt: skip
        receipts.remember(connection, receipt)
        _file_and_commit(connection, receipt, private)
    remove_exports(scope.own, until)
    record(actor, receipt, "erased")
    forget_old_rows()
    return receipt


def _file_and_commit(connection: Connection, receipt: Receipt, private: Ed25519PrivateKey) -> None:
    """No file is left of what the database refuses; where the connection broke, it may have been committed."""
    receipts.write(receipt, private)
    try:
        connection.commit()
    except psycopg.Error:
        if not connection.broken:
            receipts.withdraw(receipt)
        raise


def record(actor: Actor, receipt: Receipt, outcome: str) -> None:
    details = {"receipt": receipt.name, "sha256": receipts.digest(receipt), "keys": receipt.keys,
               "pieces": receipt.pieces, "texts": receipt.texts, "approval": receipt.approval,
               "requested_by": receipt.requested_by, "approved_by": receipt.approved_by}  # fmt: skip
    looks.record(actor, Look(KIND, "erasures", [Subject.parse(receipt.subject)], outcome=outcome, details=details))
