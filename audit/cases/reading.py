"""Cases as they stand. Who lacks the right `secrecy` does not learn that there is a secret one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce

from audit.access.people import Actor, require
from audit.access.statements import rows
from audit.access.texts import texts
from audit.answers.reading.names import CUSTOMER
from audit.cases.entries import CLOSED, KINDS, OPEN, PINNED, STATUS, Case, Entry
from audit.errors import UnknownSubject
from audit.model.meaning import Model
from audit.models import Case as CaseRow
from audit.models import CaseEntry
from audit.values import Subject

SHOWN = 100


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in a list: nothing that somebody wrote."""

    id: int
    opened_at: datetime
    opened_by: str
    is_secret: bool
    status: str
    changed_at: datetime
    entries: int
    subjects: tuple[Subject, ...]


def case(actor: Actor, id: int) -> Case:
    """Raises Refused, UnknownSubject."""
    row, entries = _row(actor, id), list(CaseEntry.objects.filter(case=id).order_by("id"))
    said = texts([entry.text_id for entry in entries if entry.text_id is not None])
    return _case(row, (_entry(entry, said) for entry in entries))


def outline(actor: Actor, id: int) -> Case:
    """The case without what was pinned and written. Raises Refused, UnknownSubject."""
    row, entries = _row(actor, id), CaseEntry.objects.filter(case=id).order_by("id")
    return _case(row, (_entry(entry, {}) for entry in entries))


def _row(actor: Actor, id: int) -> CaseRow:
    require(actor, "see_cases")
    row = _visible(actor).filter(pk=id).first()
    if row is None:
        raise UnknownSubject(f"there is no case {id}")
    return row


def _case(row: CaseRow, entries: Iterable[Entry]) -> Case:
    return Case(row.pk, row.opened_at, row.opened_by, row.is_secret, tuple(entries))


def cases(actor: Actor, before: int | None = None, shown: int = SHOWN) -> tuple[Sequence[CaseLine], int]:
    """The newest cases, below a number where one is given, and how many there are in all. Raises Refused."""
    require(actor, "see_cases")
    found = _visible(actor)
    return _lines((found.filter(pk__lt=before) if before else found).order_by("-id")[:shown]), found.count()


def open_cases(actor: Actor, shown: int = SHOWN) -> Sequence[CaseLine]:
    """Those that something can be added to, newest first. Raises Refused."""
    require(actor, "see_cases")
    states = CaseEntry.objects.filter(case=OuterRef("pk"), kind=STATUS).order_by("-id").values("value")
    found = _visible(actor).annotate(status=Coalesce(Subquery(states[:1]), Value(OPEN), output_field=TextField()))
    return _lines(found.exclude(status=CLOSED).order_by("-id")[:shown])


def _lines(found: QuerySet[CaseRow]) -> list[CaseLine]:
    cases = {row.pk: row for row in found}
    return [_line(cases[id], *told) for id, *told in rows("case_lines", [list(cases)])]


def titles_about(subjects: Sequence[Subject]) -> Sequence[str]:
    """The names of all cases that any of these, or a customer among these, has a part in."""
    whole = Q(subject__in=[str(one) for one in subjects])
    for one in subjects:
        if one.kind == CUSTOMER:
            whole |= Q(customers__contains=[str(one)])
    found = CaseEntry.objects.filter(whole).values_list("case_id", flat=True)
    return [f"case:{id}" for id in sorted(set(found))]


def _visible(actor: Actor) -> QuerySet[CaseRow]:
    every = CaseRow.objects.all()
    return every if actor.is_system or actor.may("secrecy") else every.filter(is_secret=False)


def _line(row: CaseRow, status: str | None, changed_at: datetime, entries: int, subjects: Sequence[str]) -> CaseLine:
    about = tuple(map(Subject.parse, subjects))
    return CaseLine(row.pk, row.opened_at, row.opened_by, row.is_secret, status or OPEN, changed_at, entries, about)


def _entry(row: CaseEntry, said: Mapping[int, str]) -> Entry:
    assert row.kind in KINDS
    text = None if row.text_id is None else said.get(row.text_id)
    document: Mapping[str, Any] | None = json.loads(text) if text and row.kind in PINNED else None
    return Entry(
        row.pk,
        row.kind,
        row.added_at,
        row.added_by,
        row.role,
        Subject.parse(row.subject) if row.subject else None,
        row.reference,
        row.position,
        row.value,
        document,
        None if row.kind in PINNED else text,
        row.digest,
    )


def is_case(model: Model, name: str) -> bool:
    """Whether "case:7" names a case: a bank's own kind of that name comes first."""
    kind, _, key = name.partition(":")
    return kind == "case" and kind not in model.kinds and key.isascii() and key.isdigit() and len(key) < 10


def number_of(name: str) -> int:
    return int(name.partition(":")[2])
