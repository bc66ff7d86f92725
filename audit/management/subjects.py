"""Subjects as commands take them, and whose door they stand behind."""

from __future__ import annotations

from shlex import quote

from audit.answers.inquiry import Inquiry
from audit.answers.reading.names import PLACE, customers_of, known, place_kind
from audit.answers.reading.places import kept_places, parse_place
from audit.answers.reading.unfolded import unfolded
from audit.errors import UnknownSubject, UsageError
from audit.values import Subject


def subject_argument(text: str) -> Subject:
    """KIND:ID, split at the first colon. Raises UsageError, which says how an ID alone is found."""
    try:
        return Subject.parse(text)
    except ValueError as error:
        finds = "" if ":" in text or not text.strip() else f". `python manage.py search {quote(text)}` finds its KIND"
        raise UsageError(f"{error}{finds}") from None


def customers_for(inquiry: Inquiry, subject: Subject) -> tuple[Subject, ...]:
    """The customers whose door must be open; none: it stands alone. Raises UnknownSubject.

    A place that belongs to one subject stands behind that subject's door.
    """
    if subject.kind == PLACE:
        place = parse_place(subject.key)
        kept_places(inquiry, place)
        owner = place_kind(inquiry.model, place).subject
        if owner is None:
            return ()
        try:
            return customers_of(inquiry.connection, Subject(owner, place.key))
        except UnknownSubject:
            return ()
    asked = known(inquiry, subject, unfolded(inquiry))
    return customers_of(inquiry.connection, subject) if asked.id else ()
