"""Makes an export that was asked for, with its progress where a page can see it."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.utils import timezone

from audit.access.mask import hidden
from audit.answers.inquiry import Inquiry, inquire
from audit.cases.reading import is_case, number_of, scope_of_case
from audit.database import reading
from audit.errors import WhereaboutsError
from audit.models import Export
from audit.trails import folder
from audit.trails.asked import Asked, Progress
from audit.trails.bundle import write_bundle
from audit.trails.delivery import deliver
from audit.trails.expiry import remove_expired
from audit.trails.scope import Scope
from audit.values import Clock, Moment, Subject

TELL_EVERY = 0.5  # seconds


def make(export_id: int, progress: Progress | None = None) -> None:
    """Write the file of an export; one that is made already, or being made by another worker, is left alone.

    A failure is written down for people.
    """
    taken = Export.objects.filter(pk=export_id, state="waiting").update(state="working")
    if not taken:
        return
    asked = Export.objects.get(pk=export_id)
    try:
        name = _write(asked, progress or _Told(export_id))
    except Exception as error:
        is_ours = isinstance(error, WhereaboutsError)
        trouble = str(error) if is_ours else f"it failed ({type(error).__name__}): please report this"
        Export.objects.filter(pk=export_id).update(state="failed", trouble=trouble, finished_at=timezone.now())
        if not is_ours:
            raise
        return
    Export.objects.filter(pk=export_id).update(state="done", file=name, finished_at=timezone.now())
    remove_expired()


def _write(asked: Export, progress: Progress) -> str:
    moment = Moment(datetime.fromisoformat(asked.moment) if asked.moment else None, Clock(asked.clock))
    name = f"trail-{asked.pk}-{secrets.token_hex(8)}.zip"
    about = Asked(asked.actor, asked.role, asked.asked_at, asked.reason_code, asked.ticket, asked.caller_identified)
    with reading() as connection:
        inquiry = inquire(connection, hidden, at=moment if moment.time else None, clock=moment.clock)
        write_bundle(inquiry, _scope(inquiry, asked.subject), about, folder() / name, progress)
    return deliver(asked, folder() / name)


def _scope(inquiry: Inquiry, name: str) -> Scope:
    if is_case(inquiry.model, name):
        subjects, pinned = scope_of_case(number_of(name))
        return Scope(name, subjects, pinned=pinned)
    return Scope.of(Subject.parse(name))


class _Told:
    """Writes the progress down, seldom enough to cost nothing."""

    def __init__(self, export_id: int) -> None:
        self._export_id = export_id
        self._said_at: datetime | None = None

    def __call__(self, done: int, total: int) -> None:
        now = timezone.now()
        if self._said_at is None or (now - self._said_at).total_seconds() >= TELL_EVERY or done >= total:
            self._said_at = now
            Export.objects.filter(pk=self._export_id).update(done=done, total=total)
