"""Legal holds: while one stands on a subject, nothing of it is erased, whoever asks and approves."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from audit.access import looks, people, texts
from audit.access.looks import Look
from audit.access.people import Actor
from audit.database import Connection, sql
from audit.errors import Refused, UnknownSubject, UsageError
from audit.models import LegalHold
from audit.values import Subject


def hold(actor: Actor, subject: Subject, why: str) -> LegalHold:
    """Place one; recorded. Raises Refused without the right and while an erasure is carried out, UsageError where one
    stands."""
    people.require(actor, "hold")
    try:
        with transaction.atomic():
            placed = LegalHold.objects.create(
                subject=str(subject), why=texts.keep(why, [subject]), placed_by=actor.name
            )
            looks.record(actor, Look("legal_hold", "erasures", [subject], outcome="placed", details=_about(placed)))
    except IntegrityError:
        raise UsageError(gettext("a legal hold stands on %(subject)s already") % {"subject": subject}) from None
    except OperationalError as error:
        if not isinstance(error.__cause__, psycopg.errors.LockNotAvailable):  # of `let_none_come`
            raise
        raise Refused("an erasure is being carried out, and the hold is not placed: try again in a moment") from None
    return placed


def lift(actor: Actor, subject: Subject) -> None:
    """Lift the one that stands; recorded. Raises Refused, UnknownSubject."""
    people.require(actor, "hold")
    with transaction.atomic():
        standing = standing_on(subject)
        if standing is None:
            raise UnknownSubject(gettext("no legal hold stands on %(subject)s") % {"subject": subject})
        standing.lifted_by, standing.lifted_at = actor.name, timezone.now()
        standing.save(update_fields=["lifted_by", "lifted_at"])
        looks.record(actor, Look("legal_hold", "erasures", [subject], outcome="lifted", details=_about(standing)))


def standing_on(subject: Subject) -> LegalHold | None:
    return LegalHold.objects.filter(subject=str(subject), lifted_at=None).first()


def let_none_come(connection: Connection) -> None:
    """Until this transaction ends none is placed: who wants to place one waits."""
    connection.execute(sql("erasure_alone"))


def require_none(subjects: Iterable[Subject]) -> None:
    """Raises Refused while a hold stands on any of them."""
    standing = LegalHold.objects.filter(subject__in=[str(one) for one in subjects], lifted_at=None).first()
    if standing is not None:
        said = gettext("a legal hold stands on %(subject)s since %(day)s: nothing of it is erased")
        raise Refused(said % {"subject": standing.subject, "day": f"{standing.placed_at:%Y-%m-%d}"})


def _about(placed: LegalHold) -> dict[str, object]:
    return {"hold": placed.pk, "text": placed.why_id}
