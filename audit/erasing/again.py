"""What was erased stays erased: whatever receipts say is done again, after a restored backup, a crash, or for what came
since. What has not moved since it was last looked after is left alone. A file that the database never knew waits while
a legal hold stands on any that it names: its erasure may have been cut short, or refused."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime, timedelta

from django.utils import timezone

from audit import instance
from audit.access.people import SYSTEM
from audit.answers.reading.names import subject_id
from audit.database import Connection, connect, sql, use_current_generation
from audit.erasing import receipts
from audit.erasing.destroying import destroy, forget_old_rows, remove_exports
from audit.erasing.erase import KIND, record
from audit.erasing.holds import let_none_come, require_none, standing_on
from audit.erasing.receipts import Receipt
from audit.erasing.scope import Scope, digests_of, scope_of
from audit.errors import Refused, UnknownSubject
from audit.log.log_key import own_keys
from audit.models import AuditRecord
from audit.values import Subject

SETTLES_AFTER = timedelta(hours=1)  # until then a text or a trail that was being made may still come

_log = logging.getLogger(__name__)
_kept: dict[str, str] = {}  # how each receipt's subject stood when this process last looked after it


def keep_erased() -> int:
    """Do again what receipts say; how many of them the database did not know. Cheap where nothing has moved."""
    with connect("erasure") as connection:
        filed = receipts.filed(own_keys(connection))
        known = receipts.stored(connection)
        names = {receipt.name for receipt in known}
        missing = [
            receipt for receipt in filed if receipt.name not in names and _is_finished(connection, receipt)
        ]
        stands, waiting = _stands(connection), set()
        for receipt in known:
            stand = stands.get(receipt.name)
            if stand is None or _kept.get(receipt.name) != stand:
                let_none_come(connection)
                if not _again(connection, receipt):
                    waiting.add(receipt.name)
                connection.commit()
                _settle(receipt, stand)
    _record([receipt for receipt in (*known, *missing) if receipt.name not in waiting])
    if missing:
        forget_old_rows()
    return len(missing)


def _is_finished(connection: Connection, receipt: Receipt) -> bool:
    """Whether what the file says, which this database never knew, is done now: not while any of it is held."""
    let_none_come(connection)
    if _is_held(connection, receipt):
        connection.rollback()
        return False
    with connect("owner") as owner:  # the role erasure adds none but of an approval, which this database may not know
        receipts.remember(owner, receipt)
    _again(connection, receipt)
    connection.commit()
    return True


def _stands(connection: Connection) -> dict[str, str]:
    """By receipt, all that something more to erase would change; nothing while there is no generation to ask."""
    if use_current_generation(connection) is None:
        return {}
    return dict(connection.execute(sql("erasure_stands")).fetchall())


def _settle(receipt: Receipt, stand: str | None) -> None:
    if stand is not None and datetime.fromisoformat(receipt.at) + SETTLES_AFTER < timezone.now():
        _kept[receipt.name] = stand


def _is_held(connection: Connection, receipt: Receipt) -> bool:
    """Whether what it names is, or a customer whose that is."""
    ((customers,),) = connection.execute(sql("erasure_customers"), {"subject": receipt.subject}).fetchall()
    try:
        require_none(Subject.parse(one) for one in (*receipt.owners, *customers))
    except Refused:
        _log.warning("the receipt %s waits: a legal hold stands on what it names", receipt.name)
        return True
    return False


def _again(connection: Connection, receipt: Receipt) -> bool:
    """What the receipt names, and what has become the subject's own since, unless a legal hold stands on that. False:
    one stands on what it names. Nothing of it is destroyed then until that is lifted, even if it had begun before."""
    if _is_held(connection, receipt):
        return False
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
    destroy(connection, scope, until)
    remove_exports(scope.own, until)
    return True


def _record(done: list[Receipt]) -> None:
    """Each erasure is a record of this database's log, also where the backup was from before it."""
    names = [receipt.name for receipt in done]
    recorded = set(
        AuditRecord.objects.filter(kind=KIND, details__receipt__in=names).values_list("details__receipt", flat=True)
    )
    for receipt in done:
        if receipt.name not in recorded:
            record(SYSTEM, receipt, "erased again")
