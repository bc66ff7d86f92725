"""The doors of a case: its trail takes those of all its customers."""

from __future__ import annotations

from django.utils.translation import gettext

from audit.access import door
from audit.access.reasons import SECRET
from audit.answers.inquiry import Inquiry
from audit.answers.reading.names import ids_of
from audit.cases.doors import doors_of
from audit.cases.entries import Case
from audit.cases.reading import case as read
from audit.cases.reading import is_case, number_of
from audit.values import Subject
from console.visit import Visit


def pass_doors(visit: Visit, inquiry: Inquiry, case: Case) -> tuple[Subject, ...]:
    """The customers of a case, all of whose doors stand open. Raises UsageError, Refused, NoReason."""
    everyone, doors = doors_of(inquiry, case)
    visit.subjects += [*case.subjects, *everyone]
    numbers = ids_of(inquiry.connection, doors)
    for one in doors:
        visit.door_of_id = (one.kind, numbers.get(one, 0))
        grant = door.check(visit.actor, one, action="export")
        if visit.grant is None or visit.grant.reason is None or visit.grant.reason.code not in SECRET:
            visit.grant = grant  # one door that was opened under secrecy makes the whole of it secret
    return everyone


def case_named(visit: Visit, inquiry: Inquiry, name: str) -> Case | None:
    """The case that an export is of; None: it is of a subject. Raises UnknownSubject."""
    return read(visit.actor, number_of(name)) if is_case(inquiry.model, name) else None


def title_of(case: Case) -> str:
    return gettext("Case %(id)s") % {"id": case.id}
