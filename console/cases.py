"""A case as a page shows it: what stands behind a closed door is named and not told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from audit.access import door
from audit.access.mask import Mask
from audit.access.reasons import under_secrecy
from audit.answers.events import events_at, read_events
from audit.answers.inquiry import Inquiry
from audit.answers.names import customers_of, links_of
from audit.answers.shapes import Link
from audit.answers.withheld import hidden_among, withheld_around
from audit.cases.entries import ANSWER, EVENT, FINDING, LINK, QUESTION, STATUS, Case, Entry
from audit.values import Subject
from console.visit import Visit

STEPS_SHOWN = 200
PLAIN = (FINDING, LINK, STATUS)  # they tell nothing that a list would not


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """A pinned answer, as it was. `places` and `steps` are as in its document; `warnings`: what was not explained."""

    time: datetime | None
    is_now: bool
    watermark: datetime | None
    complete: bool
    tells: str
    places: Sequence[Mapping[str, Any]]
    steps: Sequence[tuple[datetime, str]]
    steps_in_all: int
    titles: Mapping[str, str]
    warnings: Sequence[str]


@dataclass(frozen=True, slots=True)
class EntryShown:
    """`shut`: whose door must be opened before this is told. `says`: of a pinned event or finding."""

    entry: Entry
    subject: Link | None
    shut: Link | None
    says: str = ""
    recorded: datetime | None = None
    answer: AnswerShown | None = None


@dataclass(frozen=True, slots=True)
class CaseShown:
    """`is_told`: what somebody wrote about the whole case may be read; else `doors` open it, any of them."""

    case: Case
    entries: tuple[EntryShown, ...]
    subjects: tuple[Link, ...]
    doors: tuple[Link, ...]
    is_told: bool
    withheld: int


def shown(visit: Visit, inquiry: Inquiry, case: Case) -> CaseShown:
    """Everything of a case that the open doors let one see; what is shown is noted for the record."""
    hidden = hidden_among(inquiry, case.subjects)
    known = {one: customers_of(inquiry.connection, one) for one in case.subjects if one not in hidden}
    customers = list(dict.fromkeys(one for ones in known.values() for one in ones))
    grants = {one.subject: one for one in door.open_doors(visit.actor, customers)} if customers else {}
    links = links_of(inquiry, [*known, *customers])
    withheld = sum(entry.subject is not None and entry.subject not in known for entry in case.entries)
    is_told = not withheld and (bool(grants) or not customers)
    rows = []
    for entry in case.entries:
        if entry.subject is not None and entry.subject not in known:
            continue
        of = known.get(entry.subject, ()) if entry.subject is not None else ()
        opened = next((grants[one] for one in of if one in grants), None)
        is_of_all = entry.subject is None or entry.kind == QUESTION
        if entry.kind not in PLAIN and not (is_told if is_of_all else opened or not of):
            shut = next((links[one] for one in (of or customers)), None)
            rows.append(EntryShown(replace(entry, text=None, document=None), _link(links, entry), shut))
            continue
        mask = Mask(opened.subject) if opened else inquiry.mask
        rows.append(_told(replace(inquiry, mask=mask), links, entry))
        if entry.subject is not None:
            visit.subjects.append(entry.subject)
    visit.subjects += list(grants)
    reason = next((one.reason for one in grants.values()), None)
    visit.reason = under_secrecy(reason) if case.is_secret else reason
    named, doors = (tuple(links[one] for one in ones) for ones in (known, customers))
    return CaseShown(case, tuple(rows), named, doors, is_told, withheld)


def _link(links: Mapping[Subject, Link], entry: Entry) -> Link | None:
    return links[entry.subject] if entry.subject is not None else None


def _told(inquiry: Inquiry, links: Mapping[Subject, Link], entry: Entry) -> EntryShown:
    plain = EntryShown(entry, _link(links, entry), None)
    if entry.kind == EVENT and entry.position is not None:
        rows = events_at(inquiry, [entry.position])
        if not rows:
            return plain
        told = read_events(inquiry, list(rows.values()))[0]
        return replace(plain, says=told.says or told.title, recorded=told.row.recorded)
    if entry.kind == FINDING and entry.document is not None:
        return replace(plain, says=str(entry.document["says"]))
    if entry.kind == ANSWER and entry.document is not None and entry.subject is not None:
        around = withheld_around(inquiry, [entry.subject])
        return plain if around.touched or around.hidden else replace(plain, answer=_answer(entry.document))
    return plain


def _answer(document: Mapping[str, Any]) -> AnswerShown:
    at, steps = document["at"], document.get("steps", [])
    return AnswerShown(
        _time(at["time"]),
        at["now"],
        _time(at["watermark"]),
        document["complete"],
        document.get("to_say") or document.get("tells", ""),
        [line for name in ("ledger", "places", "on_its_way") for line in document.get(name, [])],
        [(datetime.fromisoformat(step["recorded"]), step["says"] or step["type"]) for step in steps[:STEPS_SHOWN]],
        len(steps),
        document.get("titles", {}),
        document.get("warnings", []),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
