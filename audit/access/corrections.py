"""Correction notes: what was put right by hand outside, said on the pages of whom it is about, by two people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString, NamedTuple

from django.db import transaction

from audit.access import approvals, looks, texts
from audit.access.looks import Look
from audit.access.people import Actor
from audit.access.statements import meanwhile, rows
from audit.models import Approval, CorrectionNote
from audit.values import Subject

KIND = "correction_note"
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Correction:
    """As a page shows it; `text` is "" once erased."""

    subject: Subject
    finding: str
    text: str
    by: str
    approved_by: str
    at: datetime


class Corrections(NamedTuple):
    """The newest first; `total` counts those that are not shown too."""

    shown: list[Correction]
    total: int


def ask(actor: Actor, subject: Subject, finding: str, text: str, subjects: Sequence[Subject] = ()) -> Approval:
    """Ask a second person to let this note stand: its text is the request's reason. `subjects` are whose it also is."""
    what = f"{subject}, finding {finding}" if finding else str(subject)
    details = {"subject": str(subject), "finding": finding}
    return approvals.ask(actor, KIND, what, text, details, [subject, *subjects])


def write(actor: Actor, asked: Approval) -> CorrectionNote:
    """Let it stand, as approved; recorded. Raises Refused, ApprovalMissing."""
    subjects = [Subject.parse(one) for one in asked.why.subjects]
    with transaction.atomic():
        used = approvals.take(actor, KIND, asked.what, asked.details, subjects)
        made = CorrectionNote.objects.create(
            what=used.what, subject=used.details["subject"], finding=used.details["finding"], text=used.why,
            written_by=actor.name, approval=used,
        )  # fmt: skip
        details = {**used.details, "approval": used.pk, "text": used.why_id}
        looks.record(actor, Look("correction_note", "approvals", subjects, outcome="written", details=details))
    return made


def corrections(subject: Subject, finding: str = "") -> Corrections:
    """Those about a subject, or about a finding."""
    column, wanted = _about(subject, finding)
    return _told(rows("access_corrections", wanted, column=column))


@contextmanager
def corrections_meanwhile(subject: Subject) -> Iterator[Callable[[], Corrections]]:
    """The same, asked for while the block works; it gives what waits for them."""
    column, wanted = _about(subject)
    with meanwhile("access_corrections", wanted, column=column) as found:
        yield lambda: _told(found())


def _about(subject: Subject, finding: str = "") -> tuple[LiteralString, list[Any]]:
    return ("finding", [finding, SHOWN]) if finding else ("subject", [str(subject), SHOWN])


def _told(found: Sequence[tuple[Any, ...]]) -> Corrections:
    said = texts.texts({text for _, _, text, *_ in found}) if found else {}
    shown = [
        Correction(Subject.parse(subject), finding, said[text], by, approved_by, at)
        for subject, finding, text, by, approved_by, at, _ in found
    ]
    return Corrections(shown, found[0][-1] if found else 0)
