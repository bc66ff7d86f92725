"""Makes an export that was asked for, with its progress where a page can see it. Who takes it over from a worker that
was killed goes on where that one stopped, and makes the same bytes."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from audit.access.mask import hidden
from audit.access.people import SYSTEM
from audit.answers.inquiry import Inquiry, inquire
from audit.cases.reading import case, is_case, number_of
from audit.database import Viewer, connect, reading
from audit.errors import WhereaboutsError
from audit.models import Export
from audit.trails import folder
from audit.trails.asked import Asked, Progress
from audit.trails.bundle import write_bundle
from audit.trails.delivery import deliver, remove
from audit.trails.expiry import last_sealed
from audit.trails.leave import approval_numbered
from audit.trails.scope import Scope
from audit.trails.stamping import configured
from audit.values import Clock, Moment, Subject

TELL_EVERY = 0.5  # seconds
EXPORTING = 7_306_061  # advisory lock of who makes an export, with its number
UNHEARD_OF = timedelta(minutes=2)
UNDONE = ("waiting", "working")
OUTDATED = "what stands in it was declared personal since it was asked for: ask for it again"


def make(export_id: int, progress: Progress | None = None) -> None:
    """Write the file of an export; one that is made already, or being made by another worker, is left alone.

    A failure is written down for people.
    """
    with _alone(export_id) as is_mine:
        if is_mine:
            Export.objects.filter(pk=export_id, state="waiting").update(sealed_anew=last_sealed())
        if is_mine and Export.objects.filter(pk=export_id, state__in=UNDONE).update(state="working"):
            _make(Export.objects.get(pk=export_id), progress or _Told(export_id))


def make_abandoned() -> None:
    """Go on with what a worker that was killed had begun, or never heard of."""
    late = timezone.now() - UNHEARD_OF
    waiting = Export.objects.filter(state="waiting", asked_at__lte=late)
    for made in (Export.objects.filter(state="working") | waiting).order_by("id"):
        make(made.pk)


@contextmanager
def _alone(export_id: int) -> Iterator[bool]:
    """Whether no other worker is at it. The lock is its connection's: it goes with whoever is killed."""
    with connect("web", autocommit=True) as connection:
        row = connection.execute("select pg_try_advisory_lock(%s, %s)", [EXPORTING, export_id]).fetchone()
        yield bool(row and row[0])


def _make(asked: Export, progress: Progress) -> None:
    mine = Export.objects.filter(pk=asked.pk)
    try:
        name = _write(asked, progress)
        if asked.sealed_anew < last_sealed():  # and what is sealed after this is withdrawn by who seals
            remove(asked)
            raise WhereaboutsError(OUTDATED)
    except Exception as error:
        is_ours = isinstance(error, WhereaboutsError)
        trouble = str(error) if is_ours else f"it failed ({type(error).__name__}): please report this"
        shutil.rmtree(_work_of(asked), ignore_errors=True)
        mine.update(state="failed", trouble=trouble, finished_at=timezone.now())
        if not is_ours:
            raise
        return
    mine.update(state="done", file=name, finished_at=timezone.now())


def _write(asked: Export, progress: Progress) -> str:
    moment = Moment(datetime.fromisoformat(asked.moment) if asked.moment else None, Clock(asked.clock))
    name = f"trail-{asked.pk}-{secrets.token_hex(8)}.zip"
    with reading(viewer=Viewer(asked.actor, asked.role, asked.session)) as connection:
        inquiry = inquire(connection, hidden, at=moment if moment.time else None, clock=moment.clock)
        scope, about, target = _scope(inquiry, asked), _about(asked), folder() / name
        write_bundle(inquiry, scope, about, target, progress, _work_of(asked), configured())
    return deliver(asked, folder() / name)


def _work_of(asked: Export) -> Path:
    return folder() / f"work-{asked.pk}"


def _scope(inquiry: Inquiry, asked: Export) -> Scope:
    if is_case(inquiry.model, asked.subject):
        return Scope.of_case(case(SYSTEM, number_of(asked.subject)))
    subject = Subject.parse(asked.subject)
    return Scope(
        asked.subject,
        (subject,),
        since=datetime.fromisoformat(asked.since) if asked.since else None,
        accounts=tuple(Subject.parse(one) for one in asked.accounts),
        side=Subject.parse(asked.side) if asked.side else None,
    )


def _about(asked: Export) -> Asked:
    about = (asked.actor, asked.role, asked.asked_at, asked.reason_code, asked.ticket, asked.caller_identified)
    return Asked(*about, approval=approval_numbered(asked.approval) if asked.approval else None)


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
