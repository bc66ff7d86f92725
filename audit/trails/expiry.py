"""The end of an export: its files go, the record that it was made and fetched stays."""

from __future__ import annotations

from django.utils import timezone

from audit.models import Export
from audit.trails.delivery import remove


def remove_expired() -> int:
    """Gives how many exports lost their files. A file that is gone already is no trouble."""
    over = Export.objects.filter(expires_at__lte=timezone.now(), removed_at=None).exclude(file="")
    count = 0
    for made in over.iterator():
        remove(made)
        count += Export.objects.filter(pk=made.pk, removed_at=None).update(removed_at=timezone.now())
    return count
