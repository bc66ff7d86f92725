"""A case as a page shows it: what stands behind a closed door is named and not told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from audit.access import door
from audit.access.mask import Mask
from audit.access.reasons import under_secrecy
from audit.answers.inquiry import Inquiry
from audit.answers.reading.events import Told, events_at, read_events
from audit.answers.reading.names import customers_of_each, links_of
from audit.answers.reading.withheld import Withheld, hidden_among, withheld_around
from audit.answers.shapes import Link
from audit.cases.answers import as_may_be_told
from audit.cases.entries import ANSWER, EVENT, FINDING, LINK, QUESTION, STATUS, Case, Entry
from audit.values import UNKNOWN_TIME, Subject
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
    is_bare: bool  # without its words: something in them was declared personal since


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


@dataclass(frozen=True, slots=True)
class _Doors:
    """What may be told: `known` are the case's subjects with their customers, `opened` those whose doors are."""

    known: Mapping[Subject, Sequence[Subject]]
    opened: Collection[Subject]
    is_told: bool

    def of(self, entry: Entry) -> Sequence[Subject]:
        return self.known.get(entry.subject, ()) if entry.subject is not None else ()

    def mask(self, entry: Entry) -> Subject | None:
        """Whose open door shows what is personal in it."""
        return next((one for one in self.of(entry) if one in self.opened), None)

    def tell(self, entry: Entry) -> bool:
        if entry.kind in PLAIN:
            return True
        is_of_all = entry.subject is None or entry.kind == QUESTION
        return self.is_told if is_of_all else self.mask(entry) is not None or not self.of(entry)


def shown(visit: Visit, inquiry: Inquiry, case: Case) -> CaseShown:
    """Everything of a case that the open doors let one see; what is shown is noted for the record."""
    hidden = hidden_among(inquiry, case.subjects)
    known = customers_of_each(inquiry.connection, [one for one in case.subjects if one not in hidden])
    customers = list(dict.fromkeys(one for ones in known.values() for one in ones))
    grants = {one.subject: one for one in door.open_doors(visit.actor, customers)} if customers else {}
    links = links_of(inquiry, [*known, *customers])
    entries = [entry for entry in case.entries if entry.subject is None or entry.subject in known]
    withheld = len(case.entries) - len(entries)
    is_told = not withheld and (bool(grants) or not customers)
    doors = _Doors(known, grants, is_told)
    told = [entry for entry in entries if doors.tell(entry)]
    events, mixed = _events(inquiry, doors, told), _mixed(inquiry, told)
    rows = []
    for entry in entries:
        link = links[entry.subject] if entry.subject is not None else None
        if doors.tell(entry):
            rows.append(_told(EntryShown(_bare(inquiry, entry), link, None), events, mixed))
        else:
            shut = next((links[one] for one in (doors.of(entry) or customers)), None)
            rows.append(EntryShown(replace(entry, text=None, document=None), link, shut))
    visit.subjects += [*(entry.subject for entry in told if entry.subject is not None), *grants]
    reason = next((one.reason for one in grants.values()), None)
    visit.reason = under_secrecy(reason) if case.is_secret else reason
    named, shut_or_open = (tuple(links[one] for one in ones) for ones in (known, customers))
    return CaseShown(case, tuple(rows), named, shut_or_open, is_told, withheld)


def _events(inquiry: Inquiry, doors: _Doors, entries: Iterable[Entry]) -> dict[int, Told]:
    """The pinned events by entry, read at once for each door."""
    pinned = {entry.id: entry for entry in entries if entry.kind == EVENT and entry.position is not None}
    found = events_at(inquiry, {entry.position for entry in pinned.values() if entry.position is not None})
    told: dict[int, Told] = {}
    for opened in {doors.mask(entry): None for entry in pinned.values()}:
        own = [
            (entry.id, found[entry.position])
            for entry in pinned.values()
            if entry.position in found and doors.mask(entry) == opened
        ]
        masked = replace(inquiry, mask=Mask(opened)) if opened else inquiry
        told.update(zip((id for id, _ in own), read_events(masked, [row for _, row in own]), strict=True))
    return told


def _mixed(inquiry: Inquiry, entries: Iterable[Entry]) -> set[Subject]:
    """Of the subjects whose answers are pinned, those in which somebody hidden takes part."""
    pinned = {entry.subject for entry in entries if entry.kind == ANSWER and entry.subject is not None}
    if not any(_parts(withheld_around(inquiry, pinned))):
        return set()
    return {one for one in pinned if any(_parts(withheld_around(inquiry, [one])))}


def _parts(around: Withheld) -> tuple[frozenset[Subject], frozenset[Subject]]:
    return around.touched, around.hidden


def _bare(inquiry: Inquiry, entry: Entry) -> Entry:
    if entry.document is None:
        return entry
    return replace(entry, document=as_may_be_told(inquiry, entry.document))


def _told(plain: EntryShown, events: Mapping[int, Told], mixed: Collection[Subject]) -> EntryShown:
    entry = plain.entry
    if entry.id in events:
        told = events[entry.id]
        return replace(plain, says=told.says or told.title, recorded=told.row.recorded)
    if entry.kind == FINDING and entry.document is not None:
        return replace(plain, says=str(entry.document["says"]))
    if entry.kind == ANSWER and entry.document is not None and entry.subject is not None:
        return plain if entry.subject in mixed else replace(plain, answer=_answer(entry.document))
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
        [(_time(step["recorded"]) or UNKNOWN_TIME, step["says"] or step["type"]) for step in steps[:STEPS_SHOWN]],
        len(steps),
        document.get("titles", {}),
        document.get("warnings", []),
        document.get("is_bare", False),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
