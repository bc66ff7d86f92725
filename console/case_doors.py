"""The doors of a case: its trail takes those of all its customers."""

from __future__ import annotations

from django.utils.translation import gettext

from audit.access import door
from audit.answers.inquiry import Inquiry
from audit.answers.names import customers_of, ids_of
from audit.answers.withheld import hidden_among
from audit.cases.entries import Case
from audit.cases.reading import case as read
from audit.cases.reading import is_case, number_of
from audit.errors import Refused
from audit.values import Subject
from console.visit import Visit


def pass_doors(visit: Visit, inquiry: Inquiry, case: Case) -> tuple[Subject, ...]:
    """The customers of a case, all of whose doors stand open. Raises Refused, NoReason."""
    if hidden_among(inquiry, case.subjects):
        raise Refused("part of this case is withheld from you, so its trail is too")
    behind = {subject: customers_of(inquiry.connection, subject) for subject in case.subjects}
    everyone = tuple(dict.fromkeys(one for customers in behind.values() for one in customers))
    visit.subjects += [*case.subjects, *everyone]
    numbers = ids_of(inquiry.connection, [*everyone, *behind])
    for one in (*everyone, *(subject for subject, customers in behind.items() if not customers)):
        visit.door_of_id = (one.kind, numbers.get(one, 0))
        visit.grant = door.check(visit.actor, one, action="export")
    return everyone


def case_named(visit: Visit, inquiry: Inquiry, name: str) -> Case | None:
    """The case that an export is of; None: it is of a subject. Raises UnknownSubject."""
    return read(visit.actor, number_of(name)) if is_case(inquiry.model, name) else None


def title_of(case: Case) -> str:
    return gettext("Case %(id)s") % {"id": case.id}
