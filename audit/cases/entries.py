"""What a case is made of: its entries, oldest first, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.values import Subject

QUESTION, EVENT, FINDING, ANSWER, NOTE, LINK, STATUS, VERDICT = KINDS = (
    "question", "event", "finding", "answer", "note", "link", "status", "verdict",
)  # fmt: skip
PINNED = (FINDING, ANSWER)  # each with a document
OPEN, WAITING, CLOSED = STATUSES = ("open", "waiting", "closed")
VERDICTS = ("as_it_should_be", "fault_of_the_bank", "fault_of_another", "misuse", "not_explained")
ANSWERS = ("where", "what")


@dataclass(frozen=True, slots=True)
class Entry:
    """One addition. `subject` is whom it is about (None: the whole case); `text` is "" where it was erased.
    `document` is of what is pinned; None where it was erased, or nobody asked for it."""

    id: int
    kind: str
    added_at: datetime
    added_by: str
    role: str
    subject: Subject | None
    reference: str
    position: int | None
    value: str
    document: Mapping[str, Any] | None
    text: str | None
    digest: str


@dataclass(frozen=True, slots=True)
class Case:
    """An investigation as its entries tell it."""

    id: int
    opened_at: datetime
    opened_by: str
    is_secret: bool
    entries: tuple[Entry, ...]

    @property
    def title(self) -> str:
        return f"case:{self.id}"

    @property
    def status(self) -> str:
        return next((entry.value for entry in reversed(self.entries) if entry.kind == STATUS), OPEN)

    @property
    def verdict(self) -> Entry | None:
        """The latest word on it; opening a closed case takes it back."""
        latest, is_closed = None, False
        for entry in self.entries:
            if entry.kind == VERDICT:
                latest = entry
            elif entry.kind == STATUS:
                latest = None if is_closed else latest
                is_closed = entry.value == CLOSED
        return latest

    @property
    def question(self) -> Entry:
        return next(entry for entry in self.entries if entry.kind == QUESTION)

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """Everyone and everything that something in it is about, in order of their coming."""
        return tuple(dict.fromkeys(entry.subject for entry in self.entries if entry.subject is not None))

    @property
    def positions(self) -> tuple[int, ...]:
        """Of the pinned events in our log."""
        return tuple(sorted({entry.position for entry in self.entries if entry.position is not None}))
