"""What the log knows of events beside their rows: the how-manieth sighting one is, that it came below a seal, that it
completes what was read while it was still being written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from audit.arrays import Integers
from audit.database import Connection, sql
from audit.log.logged import EVENT, SIGHTING
from audit.model.meaning import Model
from audit.projections.names import Names, SubjectName
from audit.projections.reading import Work
from audit.projections.signs import Sign

BELOW_SEAL, COMPLETES = "below_seal", "completes"  # trace.note.kind
LATE = "came after its source had been complete up to there"


@dataclass(frozen=True, slots=True)
class Notes:
    """By position. `completed`: of what was torn, the recorded time and position of the event that it became.
    `sightings`: the how-manieth of its event a sighting is."""

    completed: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    below_seal: frozenset[int] = frozenset()
    sightings: Mapping[int, int] = field(default_factory=dict)


def notes_of(connection: Connection, works: Sequence[Work]) -> Notes:
    """Of a batch's events, and of earlier ones that are completed in it."""
    completed: dict[int, tuple[int, int]] = {}
    below_seal = set()
    here = {work.event.position for work in works}
    between = {"first": min(here, default=0), "last": max(here, default=0)}
    for position, kind, other, recorded in connection.execute(sql("notes"), between):
        if position not in here and other not in here:
            continue
        if kind == COMPLETES:
            completed[other] = (recorded, position)
        else:
            below_seal.add(position)
    seen_again = [work.event.position for work in works if work.event.kind == SIGHTING]
    rows = connection.execute(sql("nth_sightings"), [Integers(seen_again)]).fetchall() if seen_again else []
    return Notes(completed, frozenset(below_seal), dict(rows))


def number_sightings(signs: Sequence[Sign], notes: Notes) -> None:
    """Which sighting it was tells redeliveries of one event apart: where it was seen depends on how files were cut."""
    for sign in signs:
        if sign.rule == "redelivery":
            sign.detail = str(notes.sightings[sign.opened_by])


def below_seal(works: Sequence[Work], names: Names, sources: Mapping[int, str], notes: Notes) -> list[Sign]:
    """Whatever was told before such an event came had been told as final."""
    return [
        Sign(
            "changed_at_source", names.subjects[work.ties[0]], f"{work.subject[0]}:{work.subject[1]}", event.recorded,
            event.position, f"{sources[event.source_id]}/{event.id}", [event.position],
            {"type": event.type, "stream": event.stream, "why": LATE},
            detail=BELOW_SEAL,
        )
        for work in works
        if notes.below_seal and (event := work.event).position in notes.below_seal and event.kind == EVENT
    ]  # fmt: skip


def complete_earlier(
    connection: Connection, model: Model, names: Names, works: Sequence[Work], notes: Notes
) -> list[Sign]:
    """What was torn in an earlier batch and is whole now: it is not missed any more, and its finding is over."""
    here = {work.event.position for work in works} if notes.completed else set()
    earlier = [position for position in notes.completed if position not in here]
    if not earlier:
        return []
    signs = []
    for position, recorded, source, event_id, stream, _ in connection.execute(sql("collisions"), [earlier]).fetchall():
        route = model.lane_of(stream)
        subject: SubjectName = (route[0].name, route[1]) if route else ("stream", stream or source)
        names.subjects.resolve(connection, [subject])
        subject_id, (whole_at, whole) = names.subjects[subject], notes.completed[position]
        known = {"position": position, "subject": subject_id}
        if not connection.execute(sql("understood_after_all"), known).fetchone():
            continue  # it is not folded yet, or was folded as whole
        connection.execute(sql("recount"), ["not_understood", -1])
        signs.append(Sign("unreadable", subject_id, f"{subject[0]}:{subject[1]}", recorded, position,
                          f"{source}/{event_id}", [position, whole], {}, resolved_at=whole_at, resolved_by=whole))
    return signs
