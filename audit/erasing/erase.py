"""Erasure: keys, salts, sealed values, blind indexes, texts and files of one subject, for ever, with a receipt.

The receipt's file is written before anything is committed: whatever crashes, or whichever older backup is restored,
`keep_erased` finishes what a receipt says.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.db.models import Q
from django.utils import timezone

from audit import instance
from audit.access import approvals, keys, looks
from audit.access.looks import Look
from audit.access.people import SYSTEM, Actor
from audit.answers.names import subject_id
from audit.cases.reading import titles_about
from audit.database import Connection, connect, reading, sql, use_current_generation
from audit.erasing import receipts, retention
from audit.erasing.holds import require_none, standing_on
from audit.erasing.receipts import Receipt
from audit.erasing.scope import Scope, digests_of, scope_of
from audit.errors import Refused, UnknownSubject
from audit.models import Approval, AuditRecord, Export
from audit.trails import delivery
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


@dataclass(frozen=True, slots=True)
class _Destroyed:
    keys: int
    pieces: int
    blind: int
    texts: int


def plan(subject: Subject, now: datetime | None = None) -> Plan:
    """Raises UnknownSubject, and Refused while a legal hold stands."""
    with reading() as connection:
        model = instance.require(connection).model
        id = subject_id(connection, subject)
        scope = scope_of(connection, model, subject, id)
        ((last,),) = connection.execute(sql("erasure_last"), [id]).fetchall()
    require_none(scope.own)
    until = retention.kept_until(retention.CUSTOMER_DATA, last) if last else None
    return Plan(subject, scope, until if until and until > (now or timezone.now()) else None)


def ask(actor: Actor, subject: Subject, why: str, *, despite_retention: bool = False) -> int:
    """Ask a second person for it; gives the request's number. Raises as `erase` does."""
    planned = _permitted(subject, despite_retention)
    details = {"kept_until": rfc3339(planned.kept_until) if planned.kept_until else ""}
    return approvals.ask(actor, KIND, planned.what, why, details, [subject]).pk


def erase(actor: Actor, subject: Subject, *, despite_retention: bool = False) -> Receipt:
    """Erase what a second person approved; recorded. Raises Refused, ApprovalMissing, UnknownSubject."""
    planned = _permitted(subject, despite_retention)
    details = {"kept_until": rfc3339(planned.kept_until) if planned.kept_until else ""}
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
    )
    return _carry_out(actor, begun, planned.scope)


def do(actor: Actor, asked: Approval) -> Receipt:
    """Erase what this request asked for. Raises as `erase` does."""
    name, _, despite = asked.what.partition(", ")
    return erase(actor, Subject.parse(name), despite_retention=despite == DESPITE)


def keep_erased() -> int:
    """Do again whatever receipts say: after a restored backup, a crash, or for events that came since.

    How many receipts the database did not know. Cheap where nothing was ever erased.
    """
    filed = receipts.filed()
    with connect("erasure") as connection:
        known = receipts.stored(connection)
        names = {receipt.name for receipt in known}
        missing = [receipt for receipt in filed if receipt.name not in names]
        for receipt in [*known, *missing]:
            _again(connection, receipt)
            _remember(connection, receipt)
            connection.commit()
    recorded = set(AuditRecord.objects.filter(kind=KIND).values_list("details__receipt", flat=True))
    for receipt in [*known, *missing]:
        if receipt.name not in recorded:
            _record(SYSTEM, receipt, "erased again")
    if missing:
        _forget_old_rows()
    return len(missing)


def _permitted(subject: Subject, despite_retention: bool) -> Plan:
    planned = plan(subject)
    if planned.kept_until and not despite_retention:
        raise Refused(
            f"the law keeps the data of {subject} until {planned.kept_until:%Y-%m-%d}"
            f" ({retention.in_force()[retention.CUSTOMER_DATA].ground}): tell the person so, and that they may complain"
        )
    return planned


def _carry_out(actor: Actor, begun: Receipt, scope: Scope) -> Receipt:
    with connect("erasure") as connection:
        require_none(scope.own)  # one may have been placed since it was planned
        done = _destroy(connection, scope, timezone.now())
        ((position,),) = connection.execute("select position from trace.head").fetchall()
        receipt = msgspec.structs.replace(
            begun, keys=done.keys, pieces=done.pieces, blind=done.blind, texts=done.texts,
            exports=_exports(scope.own, timezone.now()), log_position=position,
        )  # fmt: skip
        receipts.write(receipt)
        _remember(connection, receipt)
        connection.commit()
    _record(actor, receipt, "erased")
    _forget_old_rows()
    return receipt


def _exports(own: Sequence[Subject], until: datetime) -> int:
    """Delete the files that wait to be fetched, of what was asked for until a time; gives how many exports had any."""
    named = [*map(str, own), *titles_about(own)]
    about = Export.objects.filter(Q(subject__in=named) | Q(door_subject__in=named), asked_at__lte=until, state="done")
    for row in about:
        delivery.remove(row)
    return about.exclude(file="").update(file="", removed_at=timezone.now())


def _forget_old_rows() -> None:
    """The rows as they were before would else lie in their pages until the server cleans up by itself."""
    with connect("owner", autocommit=True) as connection:
        connection.execute("vacuum trace.data_key, trace.segment, trace.blind, public.kept_text")


def _destroy(connection: Connection, scope: Scope, until: datetime) -> _Destroyed:
    destroyed = [id for owner in scope.owners for id in keys.destroy(connection, owner)]
    own = [row[0] for row in connection.execute(sql("erase_pieces"), [destroyed]).fetchall()] if destroyed else []
    others = _of_others(connection, scope.others)
    blind = connection.execute(
        sql("erase_blind"), {"own": own, "others": [*others, *scope.positions], "digests": list(scope.digests)}
    ).rowcount
    subjects = [str(one) for one in scope.own]
    texts = connection.execute(sql("erase_texts"), {"subjects": subjects, "until": until}).rowcount
    return _Destroyed(len(destroyed), len(own) + len(others), blind, texts)


def _of_others(connection: Connection, pieces: Sequence[tuple[str, str, str]]) -> list[int]:
    """Wherever an event of that identifier stands: it may have been read again as another source's."""
    asked = {"events": [event for _, event, _ in pieces], "paths": [path for _, _, path in pieces]}
    return [row[0] for row in connection.execute(sql("erase_pieces_of_others"), asked).fetchall()]


def _again(connection: Connection, receipt: Receipt) -> None:
    """What the receipt names, and what has become the subject's own since, unless a legal hold stands on that."""
    subject = Subject.parse(receipt.subject)
    own = {Subject.parse(one): None for one in receipt.owners}
    scope = Scope(list(own), receipt.others)
    if use_current_generation(connection) is not None:
        model = instance.require(connection).model
        scope = Scope(list(own), receipt.others, digests=digests_of(connection, model, receipt.others))
        with suppress(UnknownSubject):
            id = subject_id(connection, subject)
            found = scope_of(connection, model, subject, id)
            others = sorted({*receipt.others, *found.others})
            searched = [*scope.digests, *found.digests]
            new = [one for one in found.own if one in own or standing_on(one) is None]
            scope = Scope([*{**own, **dict.fromkeys(new)}], others, found.positions, searched)
    until = datetime.fromisoformat(receipt.at)
    _destroy(connection, scope, until)
    _exports(scope.own, until)


def _remember(connection: Connection, receipt: Receipt) -> None:
    subject = Subject.parse(receipt.subject)
    body = receipts.encoded(receipt).decode()
    about = {"name": receipt.name, "kind": subject.kind, "key": subject.key, "receipt": body, "at": receipt.at}
    connection.execute(sql("erasure_add"), about)


def _record(actor: Actor, receipt: Receipt, outcome: str) -> None:
    details = {"receipt": receipt.name, "sha256": receipts.digest(receipt), "keys": receipt.keys,
               "pieces": receipt.pieces, "texts": receipt.texts, "approval": receipt.approval,
               "requested_by": receipt.requested_by, "approved_by": receipt.approved_by}  # fmt: skip
    looks.record(actor, Look(KIND, "erasures", [Subject.parse(receipt.subject)], outcome=outcome, details=details))
