"""What a second person looks at afterwards: every broken glass, and each week a sample of the reasons given."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone

from audit.access import looks, people
from audit.access.keys import derived
from audit.access.people import Actor
from audit.access.reasons import SECRET, Reason
from audit.errors import Refused, UnknownSubject, UsageError
from audit.models import AuditRecord
from audit.values import Subject

VERDICTS = ("justified", "unclear", "not_justified")
LIFT = ("upheld", "lifted")  # of looks that a report to a customer leaves out
SAMPLE = 20  # of a week's reasons, and at least one of everybody who gave any
BROKEN, REASON = "break_glass", "reason"
LISTED_MAX, REVIEWED_SHOWN = 500, 50
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Item:
    """A record to review, and what was found of it; `verdict` "" while nobody has reviewed it."""

    record: AuditRecord
    verdict: str = ""
    by: str = ""
    at: datetime | None = None


class Reviews(NamedTuple):
    """What waits, the oldest first, and what was reviewed, the newest first; how many there are of each."""

    waiting: list[Item]
    waits: int
    done: list[Item]
    is_done: int


def broken() -> Reviews:
    """Every broken glass."""
    return _listed(AuditRecord.objects.filter(kind=BROKEN, outcome="broken"))


def sample(week: date) -> list[Item]:
    """A sample of one week, Monday to Sunday (UTC): the same whenever it is asked for, and nobody can tell it before.

    The least of a keyed digest of each person's reasons, then the least of all; none under secrecy.
    """
    began = datetime.combine(monday_of(week), datetime.min.time(), UTC)
    rows = AuditRecord.objects.filter(kind=REASON, recorded_at__gte=began, recorded_at__lt=began + WEEK)
    key = derived("sample of reasons")
    found = rows.exclude(reason_code__in=SECRET).values_list("pk", "actor")
    drawn = sorted(found, key=lambda row: hmac.digest(key, str(row[0]).encode(), sha256))
    first = {actor: pk for pk, actor in reversed(drawn)}
    chosen = list(dict.fromkeys([*first.values(), *(pk for pk, _ in drawn)]))[: max(SAMPLE, len(first))]
    return _reviewed(AuditRecord.objects.filter(pk__in=chosen).order_by("id"))


def review(actor: Actor, of: int, verdict: str) -> None:
    """Say what one finds of a broken glass or a reason; recorded, once. Nobody reviews what they did themselves.

    Raises Refused, UnknownSubject, UsageError, NoRecord.
    """
    row = AuditRecord.objects.filter(pk=of).first()
    is_withholding = row is not None and (row.kind, row.outcome) == ("access_report", "withheld")
    people.require(actor, "review_withheld" if is_withholding else "review")
    known = LIFT if is_withholding else VERDICTS
    if verdict not in known:
        raise UsageError(f"{verdict!r} is no verdict: write one of {', '.join(known)}")
    if row is None or not (is_withholding or _is_reviewed(row)):
        raise UnknownSubject(f"there is nothing to review with the number {of}")
    if row.actor == actor.name:
        raise Refused("nobody reviews what they did themselves: ask another person")
    subjects = [Subject.parse(text) for text in row.subjects]
    details = {"of": of, "about": row.kind, "actor": row.actor}
    try:
        with transaction.atomic():
            reason = Reason(row.reason_code) if is_withholding else None  # under secrecy, as what it is about
            looks.record(actor, looks.Look("review", "reviews", subjects, reason, outcome=verdict, details=details))
    except looks.NoRecord as error:
        if isinstance(error.__cause__, IntegrityError):
            raise UsageError("somebody has reviewed it already") from None
        raise


def withheld() -> Reviews:
    """What was left out of reports to customers."""
    rows = AuditRecord.objects.filter(kind="access_report", outcome="withheld")
    return _listed(rows.exclude(details__records=[]))


def _listed(rows: QuerySet[AuditRecord]) -> Reviews:
    of_it = _reviews().filter(of=Cast(OuterRef("pk"), TextField()))
    waiting, done = rows.filter(~Exists(of_it)), rows.filter(Exists(of_it))
    return Reviews(
        [Item(row) for row in waiting.order_by("id")[:LISTED_MAX]],
        waiting.count(),
        _reviewed(done.order_by("-id")[:REVIEWED_SHOWN]),
        done.count(),
    )


def _reviews() -> QuerySet[Any, Any]:
    """By what they are `of`, as text: so an index finds them."""
    return AuditRecord.objects.filter(kind="review").annotate(of=KT("details__of"))


def _is_reviewed(row: AuditRecord) -> bool:
    return (row.kind, row.outcome) == (BROKEN, "broken") or (row.kind == REASON and row.reason_code not in SECRET)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_named(text: str) -> date:
    """The Monday of a week written 2026-W47; "": the last whole week. Raises UsageError."""
    if not text:
        return monday_of(timezone.now().date()) - WEEK
    try:
        return datetime.strptime(f"{text}-1", "%G-W%V-%u").date()
    except ValueError:
        raise UsageError(f"{text!r} is no week: write it as 2026-W47") from None


def week_name(monday: date) -> str:
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"


def _reviewed(rows: Iterable[AuditRecord]) -> list[Item]:
    listed = list(rows)
    found = _reviews().filter(of__in=[str(row.pk) for row in listed])
    verdicts = {int(one.details["of"]): one for one in found}
    return [
        Item(row, one.outcome, one.actor, one.recorded_at) if (one := verdicts.get(row.pk)) else Item(row)
        for row in listed
    ]
