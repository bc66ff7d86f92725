"""What those without the right `secrecy` see of the record: nothing of a look under it, nor of what leads to one."""

from __future__ import annotations

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from audit.access.reasons import SECRET
from audit.database import sql
from audit.models import AuditRecord


def without_secret(rows: QuerySet[AuditRecord]) -> QuerySet[AuditRecord]:
    """A search is a trace of the look that follows it; so one by somebody who may look under secrecy waits a day."""
    beside = RawSQL(sql("access_beside_secrecy"), (), BooleanField())
    return rows.exclude(reason_code__in=SECRET).alias(is_beside=beside).filter(is_beside=False)
