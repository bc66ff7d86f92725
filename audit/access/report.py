"""What a customer is told of who looked at them: when and for what purpose, never by whom (CJEU C-579/21, Pankki S).

Looks under secrecy are left out, and searches that led to one or still may. That they were is a record of its own,
under secrecy itself, which the authority desk reviews: what it lifts is told from then on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from audit.access import looks, people
from audit.access.looks import Look
from audit.access.people import SYSTEM, Actor
from audit.access.purposes import LANGUAGES, said
from audit.access.reasons import SECRET, Reason
from audit.access.statements import rows
from audit.errors import UsageError
from audit.values import Subject, rfc3339

MADE, WITHHELD = "made", "withheld"  # outcomes of a record of the kind access_report
DONE = ("shown", "asked for", "broken", "unmasked", "opened")  # outcomes of what showed something


@dataclass(frozen=True, slots=True)
class Consulted:
    """What one person did for one purpose in one session of one day; `pages` is how many pages were shown."""

    began: datetime
    ended: datetime
    purpose: str
    pages: int
    is_in_full: bool
    is_taken: bool
    is_broken: bool
    is_system: bool


@dataclass(frozen=True, slots=True)
class Report:
    """All times aware; `began` None: from the first record on."""

    customer: Subject
    language: str
    zone: str
    began: datetime | None
    ended: datetime
    consulted: tuple[Consulted, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """One record that names the customer, or an account of theirs alone."""

    id: int
    kind: str
    at: datetime
    actor: str
    session: str
    page: str
    reason: str
    outcome: str
    is_unmasked: bool
    is_beside_secrecy: bool


def access_report(
    actor: Actor,
    customer: Subject,
    accounts: Sequence[Subject],
    language: str,
    zone: str,
    began: datetime | None = None,
    ended: datetime | None = None,
) -> Report:
    """The report, once its making is recorded. `accounts`: those of the customer alone.

    Raises Refused, NoRecord, and UsageError for a language that it is not written in.
    """
    people.require(actor, "access_report")
    if language not in LANGUAGES:
        raise UsageError(f"{language!r} is no language of the report: there are {', '.join(LANGUAGES)}")
    ended = ended or timezone.now()
    found = _records([customer, *accounts], began, ended)
    lifted = {number for (numbers,) in rows("access_lifted", [[str(customer)]]) for number in numbers}
    secret = (row.id for row in found if row.reason in SECRET or row.is_beside_secrecy)
    withheld = [number for number in secret if number not in lifted]
    hidden = set(withheld)
    told = [row for row in found if row.id not in hidden]
    report = Report(customer, language, zone, began, ended, tuple(_consulted(told, ZoneInfo(zone))))
    _record(actor, report, withheld)
    return report


def sentence_of(report: Report, one: Consulted) -> str:
    """What was done, in the customer's language."""
    parts = [] if not one.pages else [said(report.language, "page" if one.pages == 1 else "pages", count=one.pages)]
    flags = (
        ("in_full", one.is_in_full),
        ("taken", one.is_taken),
        ("glass", one.is_broken),
        ("by_system", one.is_system),
    )
    return ", ".join([*parts, *(said(report.language, name) for name, is_so in flags if is_so)])


def purpose_of(report: Report, one: Consulted) -> str:
    return said(report.language, one.purpose)


def _records(subjects: Sequence[Subject], began: datetime | None, ended: datetime) -> list[_Row]:
    named = [json.dumps([str(subject)]) for subject in subjects]
    parameters = {"subjects": named, "began": began, "ended": ended, "outcomes": list(DONE)}
    return [_Row(*row) for row in rows("access_consulted", parameters)]


def _consulted(found: Iterable[_Row], zone: ZoneInfo) -> list[Consulted]:
    """By day, session and purpose; a search whose hits were not opened is a purpose of its own."""
    groups: dict[tuple[object, ...], list[_Row]] = {}
    for row in found:
        if row.kind != "reason":  # the door's opening shows nothing yet
            groups.setdefault((row.at.astimezone(zone).date(), row.actor, row.session, _purpose(row)), []).append(row)
    return sorted((_one(key[-1], group) for key, group in groups.items()), key=lambda one: (one.began, one.purpose))


def _one(purpose: object, group: Sequence[_Row]) -> Consulted:
    return Consulted(
        began=group[0].at,
        ended=group[-1].at,
        purpose=str(purpose),
        pages=sum(row.kind == "look" for row in group),
        is_in_full=any(row.is_unmasked for row in group),
        is_taken=any(row.kind in ("download", "export") for row in group),
        is_broken=any(row.kind == "break_glass" for row in group),
        is_system=group[0].actor == SYSTEM.name,
    )


def _purpose(row: _Row) -> str:
    return row.reason or ("search" if row.kind == "search" else "none")


def _record(actor: Actor, report: Report, withheld: Sequence[int]) -> None:
    """What is withheld is written down even where it is nothing: that there is something shows by no difference."""
    details: dict[str, object] = {"language": report.language, "consulted": len(report.consulted)}
    details |= {"from": rfc3339(report.began) if report.began else "", "to": rfc3339(report.ended)}
    number = looks.record(
        actor, Look("access_report", "access_report", [report.customer], outcome=MADE, details=details)
    )
    kept = {"report": number, "records": list(withheld)}
    secret = Look(
        "access_report", "access_report", [report.customer], Reason(SECRET[0]), outcome=WITHHELD, details=kept
    )
    looks.record(actor, secret)
