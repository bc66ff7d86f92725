"""Adding to a case: each addition is an entry and a record of it, both or neither, so that the log proves the entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import msgspec
from django.db import transaction
from django.db.utils import ProgrammingError

from audit.access import looks
from audit.access.looks import Look
from audit.access.mask import closed
from audit.access.people import Actor, require
from audit.access.reasons import under_secrecy
from audit.access.texts import keep, sealed
from audit.answers.documents import Document, finding_document
from audit.answers.inquiry import Inquiry, inquire
from audit.answers.pages.findings import finding
from audit.answers.reading.events import events_at, ref_of
from audit.answers.reading.names import customers_of
from audit.answers.reading.withheld import hidden_among, withhold
from audit.cases.answers import what_pinned, where_pinned
from audit.cases.entries import (
    ANSWER,
    ANSWERS,
    CLOSED,
    EVENT,
    FINDING,
    LINK,
    NOTE,
    OPEN,
    QUESTION,
    STATUS,
    STATUSES,
    VERDICT,
    VERDICTS,
    Case,
)  # fmt: skip
from audit.cases.reading import outline
from audit.database import reading
from audit.errors import Refused, UnknownSubject, UsageError
from audit.models import Case as CaseRow
from audit.models import CaseEntry, KeptText
from audit.values import Subject

ENTRIES_MAX = 500
SUBJECTS_MAX = 50
DOCUMENT_BYTES_MAX = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Added:
    """What goes into an entry beside its text."""

    kind: str
    subject: Subject | None = None
    customers: tuple[Subject, ...] = ()
    reference: str = ""
    position: int | None = None
    value: str = ""
    document: Document | None = None


def open_case(actor: Actor, question: str, subject: Subject, *, is_secret: bool = False) -> int:
    """Begin a case with the question that it is to answer; its number. Raises Refused, UsageError, NoRecord.

    `subject`: whom it is about, for what is written about nobody is never erased.
    """
    require(actor, "work_cases")
    if is_secret:
        require(actor, "secrecy")
    with transaction.atomic():
        row = CaseRow.objects.create(opened_by=actor.name, is_secret=is_secret)
        _append(actor, row.pk, Added(QUESTION, subject), [subject], question)
    return row.pk


def add_note(actor: Actor, id: int, text: str, subject: Subject | None = None) -> None:
    known = _to_work_on(actor, id)
    if subject is not None and (subject not in known.subjects or _is_hidden(actor, subject)):
        raise UsageError(f"{subject} is not in case {id}: pin something of it first")
    _append(actor, id, Added(NOTE, subject), [subject] if subject else known.subjects, text)


def pin_event(actor: Actor, id: int, inquiry: Inquiry, subject: Subject, position: int) -> None:
    """Pin an event of a subject whose door is open. Raises UsageError for an event that is not the subject's."""
    row = events_at(inquiry, [position]).get(position)
    if row is None or not inquiry.rows("case_event_of", {"position": position, "subject": inquiry.ids[subject]}):
        raise UsageError(f"the event at {position} is not one of {subject}")
    _pin(actor, id, Added(EVENT, subject, reference=str(ref_of(inquiry, row)), position=position))


def pin_finding(actor: Actor, id: int, inquiry: Inquiry, identifier: str) -> None:
    """Pin a finding as it is now."""
    page = finding(inquiry, identifier)
    line, _ = withhold(inquiry, page.finding)
    document = finding_document(line, page.model)
    _pin(actor, id, Added(FINDING, page.finding.subject.subject, reference=identifier, document=document))


def pin_answer(actor: Actor, id: int, inquiry: Inquiry, question: str, subject: Subject) -> None:
    """Pin what is answered now about a subject at the inquiry's moment; its mask must close everything personal."""
    if question not in ANSWERS:
        raise UsageError(f"an answer to {' or '.join(ANSWERS)} can be pinned")
    document = (where_pinned if question == "where" else what_pinned)(inquiry, subject)
    _pin(actor, id, Added(ANSWER, subject, reference=question, document=document))


def link_case(actor: Actor, id: int, other: int) -> None:
    """Say that another case has to do with this one."""
    if id == other:
        raise UsageError("a case is not linked with itself")
    known = outline(actor, other)
    if not _to_work_on(actor, id).is_secret and known.is_secret:
        raise UsageError(f"case {other} is secret, and case {id} is not: link it from the secret one")
    _append(actor, id, Added(LINK, reference=known.title), [])


def set_status(actor: Actor, id: int, status: str) -> None:
    """Open, waiting or closed; closed only after a verdict, and then nothing is added until it is opened again."""
    known = outline(actor, id)
    require(actor, "close_cases" if CLOSED in (status, known.status) else "work_cases")
    if status not in STATUSES:
        raise UsageError(f"a case is {', '.join(STATUSES)}")
    if status == known.status:
        raise UsageError(f"case {id} is {status} already")
    if known.status == CLOSED and status != OPEN:
        raise UsageError(f"case {id} is closed: open it again first")
    if status == CLOSED and known.verdict is None:
        raise UsageError(f"case {id} has no verdict yet: give one, then close it")
    _append(actor, id, Added(STATUS, value=status), [])


def give_verdict(actor: Actor, id: int, verdict: str, text: str) -> None:
    require(actor, "close_cases")
    known = _to_work_on(actor, id, is_last=True)
    if verdict not in VERDICTS:
        raise UsageError(f"a verdict is one of {', '.join(VERDICTS)}")
    _append(actor, id, Added(VERDICT, value=verdict), known.subjects, text)


def _pin(actor: Actor, id: int, added: Added) -> None:
    known = _to_work_on(actor, id)
    assert added.subject is not None
    if added.subject not in known.subjects and len(known.subjects) >= SUBJECTS_MAX:
        raise UsageError(f"a case is about {SUBJECTS_MAX} subjects at most: open another one and link them")
    _append(actor, id, added, [added.subject])


def _to_work_on(actor: Actor, id: int, *, is_last: bool = False) -> Case:
    """A case that takes additions, or what ends it; raises Refused, UnknownSubject, UsageError."""
    require(actor, "work_cases")
    known = outline(actor, id)
    if known.status == CLOSED:
        raise UsageError(f"case {id} is closed: open it again first")
    if len(known.entries) >= ENTRIES_MAX and not is_last:
        raise UsageError(f"a case has {ENTRIES_MAX} entries at most: open another one and link them")
    return known


def _append(actor: Actor, id: int, added: Added, about: Sequence[Subject], text: str | None = None) -> None:
    if added.subject is not None:
        added = replace(added, customers=_customers(added.subject))
        about = list(dict.fromkeys([*about, *added.customers]))
    if added.document is not None and len(_canonical(added.document)) > DOCUMENT_BYTES_MAX:
        raise UsageError("this answer is too long to be pinned: pin its steps, or export its trail")
    try:
        with transaction.atomic():
            kept = _kept(added, about, text)
            digest = digest_of(added, kept)
            details: dict[str, object] = {"case": id, "what": added.kind, "digest": digest}
            if kept is not None:
                details["text"] = kept.pk
            reason = under_secrecy(None) if CaseRow.objects.get(pk=id).is_secret else None
            looks.record(actor, Look("case", "case", about, reason, outcome="added", details=details))
            CaseEntry.objects.create(
                case_id=id,
                kind=added.kind,
                added_by=actor.name,
                role=actor.role,
                subject=str(added.subject) if added.subject else "",
                customers=[str(one) for one in added.customers],
                reference=added.reference,
                position=added.position,
                value=added.value,
                text=kept,
                digest=digest,
            )
    except ProgrammingError as error:  # somebody else closed it meanwhile
        raise Refused(str(error).splitlines()[0]) from None


def _kept(added: Added, about: Sequence[Subject], text: str | None) -> KeptText | None:
    """What somebody wrote or what was pinned, sealed: both go when one whom the case is about is erased."""
    if added.document is not None:
        return sealed(_canonical(added.document).decode(), about)
    return None if text is None else keep(text, about)


def digest_of(added: Added, kept: KeptText | None) -> str:
    """SHA-256 of the entry as canonical JSON; of a text or document its commitment, which outlives it."""
    whole: Mapping[str, Any] = {
        "kind": added.kind,
        "subject": str(added.subject) if added.subject else "",
        "customers": [str(one) for one in added.customers],
        "reference": added.reference,
        "position": added.position,
        "value": added.value,
        "text": bytes(kept.commitment).hex() if kept is not None else None,
    }
    return sha256(_canonical(whole)).hexdigest()


def _is_hidden(actor: Actor, subject: Subject) -> bool:
    """Whether this person may not know of somebody whom others have brought into the case."""
    with reading(viewer=actor.viewer) as connection:
        return bool(hidden_among(inquire(connection, closed), [subject]))


def _customers(subject: Subject) -> tuple[Subject, ...]:
    with reading() as connection:
        try:
            return customers_of(connection, subject)
        except UnknownSubject:
            return ()


def _canonical(value: object) -> bytes:
    return msgspec.json.encode(value, order="deterministic")
