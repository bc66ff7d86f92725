"""The end of an export: its files go, the record that it was made and fetched stays."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from audit.access import looks
from audit.access.looks import Look
from audit.access.people import SYSTEM
from audit.models import AuditRecord, Export
from audit.trails.delivery import remove

WITHDRAWN = "withdrawn"  # as its trouble: not because its time was over


def remove_expired() -> int:
    """Gives how many exports lost their files. A file that is gone already is no trouble."""
    over = Export.objects.filter(expires_at__lte=timezone.now(), removed_at=None).exclude(file="")
    count = 0
    for made in over.iterator():
        remove(made)
        count += Export.objects.filter(pk=made.pk, removed_at=None).update(removed_at=timezone.now())
    return count


def withdraw(exports: QuerySet[Export]) -> int:
    """Delete the files that wait to be fetched; gives how many exports had any."""
    for made in exports:
        remove(made)
    return exports.exclude(file="").update(file="", removed_at=timezone.now(), trouble=WITHDRAWN)


def withdraw_outdated() -> int:
    """Those that were begun before something was sealed that had been declared personal; recorded, each by itself."""
    count = 0
    for made in Export.objects.filter(state="done", sealed_anew__lt=last_sealed()).exclude(file=""):
        if withdraw(Export.objects.filter(pk=made.pk)):
            looks.record(SYSTEM, Look("export", "exports", outcome=WITHDRAWN, details={"export": made.pk}))
            count += 1
    return count


def last_sealed() -> int:
    """The number of the last record of what was sealed anew; 0: nothing was."""
    return AuditRecord.objects.filter(kind="sealed_anew").order_by("-id").values_list("id", flat=True).first() or 0
