"""What Celery's workers run: wrappers that call one function of the engine each."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="audit.help_rebuild", acks_late=True, ignore_result=True)
def help_rebuild(number: int) -> None:
    """Do parts of a rebuild until none is left."""
    from audit.rebuilding import help_rebuild as work

    work(number)


@shared_task(name="audit.make_export", acks_late=True, ignore_result=True)
def make_export(export_id: int) -> None:
    """Make an export's file."""
    from audit.trails.make import make

    make(export_id)


@shared_task(name="audit.make_abandoned_exports", ignore_result=True)
def make_abandoned_exports() -> None:
    """Go on with exports whose worker was killed."""
    from audit.trails.make import make_abandoned

    make_abandoned()


@shared_task(name="audit.check_log", ignore_result=True)
def check_log() -> None:
    """Hash the whole log again, and hold it against what was signed and published."""
    from audit.checking import check_log as check
    from audit.configuration import evidence

    check(evidence().places, lambda done, total: None)


@shared_task(name="audit.remove_expired_exports", ignore_result=True)
def remove_expired_exports() -> None:
    """Remove the files of exports whose time is over."""
    from audit.trails.expiry import remove_expired

    remove_expired()
