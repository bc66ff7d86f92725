"""What every view does before its answer: the read model at the asked moment, and the door of the subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from django.utils.translation import get_language, gettext

from audit import instance
from audit.access import door
from audit.access.mask import closed
from audit.answers.inquiry import SOURCES, STAFF_ONLY, Inquiry, Question, inquire
from audit.answers.pages.findings import STAFF
from audit.answers.reading.cut import Cut
from audit.answers.reading.names import customers_of_asked, links_of, subject_of
from audit.answers.shapes.moment import Link
from audit.database import is_withholding, reading, sql
from audit.errors import UnknownSubject, WhereaboutsError
from audit.values import Subject
from console.asof import asked_moment
from console.visit import Visit


@contextmanager
def asking(visit: Visit, *, is_now: bool = False, ahead: Iterable[Question] = ()) -> Iterator[Inquiry]:
    """One snapshot, at the moment that the URL names or, for pages that have no past, now. `ahead`: the view's first
    questions.

    Everything personal is closed until a door is passed.
    """
    first = [(sql(one.name), one.parameters) for one in (SOURCES, *ahead)]
    with reading(viewer=visit.actor.viewer, ahead=first) as connection:
        inquiry = inquire(
            connection,
            closed,
            language=get_language() or "en",
            money=lambda money: visit.formats.money(money),
            time=lambda time: visit.formats.plainly(time),
            hides=() if visit.may("anomalies") else STAFF_ONLY,
        )
        visit.zone, visit.language = inquiry.model.zone, inquiry.language
        visit.withholds = is_withholding(connection)
        if is_now:
            yield inquiry
            return
        visit.asked = asked_moment(visit.request.GET, visit.zone)
        moment = visit.asked.moment
        yield inquiry.at(Cut(moment.time, moment.clock))


def know_zone(visit: Visit) -> None:
    """The bank's zone, for pages that ask nothing of it; UTC while there is no bank yet."""
    with suppress(WhereaboutsError), reading() as connection:
        visit.zone = instance.require(connection).model.zone


def enter(visit: Visit, inquiry: Inquiry, kind: str, id: int, *, action: str = "look") -> tuple[Subject, Inquiry]:
    """The subject that an address names, and the inquiry with what the open door lets one see.

    Raises UnknownSubject, Refused, NoReason.
    """
    if kind == STAFF:
        raise UnknownSubject(gettext("there is no %(kind)s with the number %(id)s") % {"kind": kind, "id": id})
    subject = subject_of(inquiry.connection, kind, id)
    visit.subjects.append(subject)
    inquiry.ids[subject] = id
    return subject, pass_door(visit, inquiry, subject, action=action)


def pass_door(visit: Visit, inquiry: Inquiry, subject: Subject, *, action: str = "look") -> Inquiry:
    customers = customers_of_asked(inquiry, subject, inquiry.ids.get(subject, 0))
    grant = door.check(visit.actor, subject, customers, action=action)
    visit.grant = grant if visit.is_whole_page else replace(grant, mask=replace(grant.mask, unmasked=frozenset()))
    if visit.grant.door is not None:
        visit.subjects.append(visit.grant.door.subject)  # a look at an account is a look at its customer
    return replace(inquiry, mask=visit.grant.mask)


def door_links(visit: Visit, inquiry: Inquiry) -> dict[Subject, Link]:
    """The customers whose doors stand open."""
    return links_of(inquiry, [opened.subject for opened in visit.doors])
