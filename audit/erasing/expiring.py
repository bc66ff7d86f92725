"""What is past its end goes: texts and files at once, customers by two people each. Whatever is held stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from audit.access import looks, people
from audit.access.looks import Look
from audit.access.people import Actor
from audit.cases.reading import titles_about
from audit.database import connect, reading, sql
from audit.erasing import retention
from audit.erasing.destroying import forget_old_rows
from audit.erasing.erase import DESPITE, KIND, ask, erase
from audit.errors import Refused, UnknownSubject, UsageError
from audit.models import Approval, Export, LegalHold
from audit.trails import delivery
from audit.values import Subject, rfc3339

AT_ONCE = 100  # customers


@dataclass(frozen=True, slots=True)
class Expired:
    """What became of one class. Of customers: `asked` for now; that a second person decides on; `left` to ask for."""

    record_class: str
    gone: int
    asked: int = 0
    waits: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class Past:
    """What is past its end and not held: the first names of it, and how many there are."""

    record_class: str
    names: list[str]
    total: int


def past(actor: Actor, record_class: str) -> Past:
    """What `expire` would take; nothing is changed. Raises Refused, UsageError."""
    before = _before(actor, record_class)
    if record_class == "texts":
        names = [f"text {number}" for number in _past_texts(before)]
    elif record_class == "exports":
        names = [f"export {made.pk} of {made.subject}" for made in _past_exports(before)]
    else:
        found = _past_customers(actor, before, held())
        return Past(record_class, [f"{name}, last event {last:%Y-%m-%d}" for name, last in found.items()], found.total)
    return Past(record_class, names[:AT_ONCE], len(names))


def expire(actor: Actor, record_class: str, why: str | None = None) -> Expired:
    """Take all of a class that is past its end and not held; recorded. `why`: ask for the customers that nobody has
    been asked for yet. Raises Refused, UsageError."""
    before = _before(actor, record_class)
    done = EXPIRING[record_class](actor, before, why)
    details = {"class": done.record_class, "gone": done.gone, "asked": done.asked, "before": rfc3339(before)}
    looks.record(actor, Look("retention", "retention", outcome="expired", details=details))
    return done


def _before(actor: Actor, record_class: str) -> datetime:
    people.require(actor, "erase")
    if record_class not in EXPIRING:
        raise UsageError(f"{record_class!r} does not expire: write one of {', '.join(sorted(EXPIRING))}")
    return timezone.now() - timedelta(days=retention.in_force()[record_class].days)


def held() -> list[str]:
    """On whom a legal hold stands, and what stood in one event with that: a customer's accounts and payments too.
    Raises WhereaboutsError where that cannot be told: then nothing goes."""
    names = list(LegalHold.objects.filter(lifted_at=None).values_list("subject", flat=True))
    subjects = [Subject.parse(name) for name in names]
    with connect("erasure") as connection:
        known = connection.execute(
            sql("retention_known"), [[one.kind for one in subjects], [one.key for one in subjects]]
        ).fetchall()
    if not known:
        return names
    with reading() as connection:
        beside = connection.execute(sql("retention_held"), [[id for (id,) in known]]).fetchall()
    return list(dict.fromkeys([*names, *(f"{kind}:{key}" for kind, key in beside)]))


def _texts(actor: Actor, before: datetime, why: str | None) -> Expired:
    with connect("erasure") as connection:
        gone = connection.execute(sql("erase_expired_texts"), [_past_texts(before)]).rowcount
    if gone:
        forget_old_rows()
    return Expired("texts", gone)


def _past_texts(before: datetime) -> list[int]:
    with connect("erasure") as connection:
        rows = connection.execute(sql("retention_past_texts"), {"before": before, "held": held()}).fetchall()
    return [number for (number,) in rows]


def _exports(actor: Actor, before: datetime, why: str | None) -> Expired:
    found = list(_past_exports(before))
    for made in found:
        delivery.remove(made)
        Export.objects.filter(pk=made.pk).update(file="", removed_at=timezone.now())
    return Expired("exports", len(found))


def _past_exports(before: datetime) -> QuerySet[Export]:
    names = held()
    names += titles_about([Subject.parse(name) for name in names])
    made = Export.objects.filter(asked_at__lt=before, state="done").exclude(file="")
    return made.exclude(subject__in=names).exclude(door_subject__in=names).order_by("id")


def _customers(actor: Actor, before: datetime, why: str | None) -> Expired:
    """Those that another person approved since they were asked for; then the next are asked for."""
    gone = sum(_is_erased(actor, subject) for subject in _asked_for(actor, "approved"))
    waits = _asked_for(actor, "pending")
    found = _past_customers(actor, before, [*held(), *map(str, waits)])
    if why is not None:
        for name in found:
            ask(actor, Subject.parse(name), why)
    asked = len(found) if why is not None else 0
    return Expired(retention.CUSTOMER_DATA, gone, asked, len(waits), found.total - asked)


def _is_erased(actor: Actor, subject: Subject) -> bool:
    try:
        erase(actor, subject)
    except (Refused, UnknownSubject):  # a hold came between, it is not past its end, or it is withheld by now
        return False
    return True


def _asked_for(actor: Actor, state: str) -> list[Subject]:
    found = Approval.objects.filter(kind=KIND, state=state, expires_at__gt=timezone.now())
    mine = found if state == "pending" else found.filter(requester=actor.name)
    return [Subject.parse(what) for what in mine.values_list("what", flat=True) if not what.endswith(f", {DESPITE}")]


class _Customers(dict[str, datetime]):
    """Names with their last event's time, the longest ago first; `total` counts the others too."""

    total = 0


def _past_customers(actor: Actor, before: datetime, but: list[str]) -> _Customers:
    """Without those withheld from this person."""
    with reading(viewer=actor.viewer) as connection:
        rows = connection.execute(sql("retention_past_customer_data"), [before, but, AT_ONCE]).fetchall()
    found = _Customers((f"{kind}:{key}", last) for kind, key, last, _ in rows)
    found.total = rows[0][-1] if rows else 0
    return found


EXPIRING: Mapping[str, Callable[[Actor, datetime, str | None], Expired]] = {
    "texts": _texts,
    "exports": _exports,
    retention.CUSTOMER_DATA: _customers,
}
