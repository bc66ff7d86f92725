"""The quick look that most flows get: one pass over what a flow moved tells whether any rule can have anything to say
of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.findings.flowkind import FlowKind
from audit.findings.story import At, Story, StoryMoment
from audit.model.meaning import Duration, Model

Row = tuple[Any, ...]  # of flow_moves.sql


@dataclass(slots=True)
class Look:
    """What the pass found: the flow's places (those of other flows left out), what they hold and since which event.
    `is_sound`: no rule can have anything to say, and `end` is where the flow stands."""

    ats: dict[int, At] = field(default_factory=dict)
    nets: dict[int, int] = field(default_factory=dict)
    since: dict[int, int] = field(default_factory=dict)
    end: StoryMoment | None = None

    @property
    def is_sound(self) -> bool:
        return self.end is not None


def look(model: Model, about: FlowKind, story: Story, moves: Sequence[Row]) -> Look:
    """At every time the flow was in balance, its money where its state allows it, nothing taken that was not reserved
    and nothing reserved for too long; in the end what must be empty is, the other books say the same, nothing took
    effect twice, and nothing that failed had to be undone. Given up at the first thing that is not so."""
    found = Look()
    ats, nets, since = found.ats, found.nets, found.since
    reserved: dict[int, int] = {}
    others: set[int] = set()
    held = below = 0
    declared, currency = story.declared or (None, None)
    unrest, latest_else, state, last = -1, -1, "", len(moves) - 1
    if not moves or not _numbers_fit(about, story, moves):
        return found
    for number, row in enumerate(moves):
        recorded, place_id = row[1], row[3]
        state = about.states.get(row[9], state)
        at = None
        if place_id is not None and place_id not in others:
            at = ats.get(place_id)
            if at is None:
                at = at_of(model, row)
                if is_others(model, story, at):
                    others.add(place_id)
                    at = None
                else:
                    ats[place_id], nets[place_id] = at, 0
        if at is not None:
            before = nets[place_id]
            after = nets[place_id] = before + int(row[8])
            since[place_id] = row[2]
            if at.book == story.book:
                if at.currency != currency:
                    return found
                if before > 0:
                    held -= before
                if after > 0:
                    held += after
                if at.is_transit:
                    below += (after < 0) - (before < 0)
            else:
                latest_else = recorded
            if not at.rests:
                unrest = recorded
                if (at.book, at.kind) in about.reserves:
                    limit = about.reserves[(at.book, at.kind)]
                    if after < 0 or (limit is not None and _is_too_long(model, limit, reserved, row, before, after)):
                        return found
        if number == last or moves[number + 1][1] != recorded:
            allowed = about.pairs.get(state)
            if below or (held and held != declared) or (allowed and _are_astray(nets, ats, allowed)):
                return found
    if _is_settled(story, found, unrest) and not any(reserved.values()) and _adds_up(story, nets, ats, latest_else):
        by_place = {ats[place_id]: units for place_id, units in nets.items()}
        found.end = StoryMoment(row[1], row[2], by_place, {ats[one]: position for one, position in since.items()})
    return found


def at_of(model: Model, row: Row) -> At:
    place_id, book, kind, key, currency = row[3:8]
    place = model.places[(book, kind)]
    return At(book, kind, key, currency, place.rests, place.is_transit, place_id)


def is_others(model: Model, story: Story, at: At) -> bool:
    """Another flow's own place, moved by an event that belongs to both."""
    return model.places[(at.book, at.kind)].subject == story.kind and f"{story.kind}:{at.key}" != story.subject


def _is_settled(story: Story, found: Look, unrest: int) -> bool:
    """Whether what must be empty is, once it has to be."""
    if story.settled_by is None:
        return True
    left = any(units and not found.ats[place_id].rests for place_id, units in found.nets.items())
    return not left and unrest <= story.settled_by


def _numbers_fit(about: FlowKind, story: Story, moves: Sequence[Row]) -> bool:
    """Nothing took effect twice, and nothing that failed had to be undone."""
    if about.undone_by and story.ended is not None and story.ended.is_failure:
        return all(row[9] not in about.undone_by for row in moves)
    if not about.once:
        return True
    events = {row[2]: about.once[row[9]] for row in moves if row[9] in about.once}
    return len(set(events.values())) == len(events)


def _is_too_long(
    model: Model, limit: Duration, reserved: dict[int, int], row: Row, before: int, after: int
) -> bool:
    """Whether a reservation ended after its time. `reserved`: since when they last."""
    if before <= 0 < after:
        reserved[row[3]] = row[1]
    elif after <= 0 < before:
        return bool(row[1] > model.due(reserved.pop(row[3]), limit))
    return False


def _are_astray(nets: Mapping[int, int], ats: Mapping[int, At], allowed: Mapping[str, frozenset[str]]) -> bool:
    for place_id, units in nets.items():
        if units > 0:
            at = ats[place_id]
            if at.book in allowed and at.kind not in allowed[at.book]:
                return True
    return False


def _adds_up(story: Story, nets: Mapping[int, int], ats: Mapping[int, At], latest_else: int) -> bool:
    """Whether the other books come to the declared amount, if it is time that they do."""
    if story.declared is None or story.settled_by is None or story.ended is None or story.ended.is_failure:
        return True
    if latest_else > story.settled_by:
        return False
    units, currency = story.declared
    sums: dict[str, int] = {}
    for place_id, net in nets.items():
        at = ats[place_id]
        if at.book != story.book and at.currency == currency and at.rests:
            sums[at.book] = sums.get(at.book, 0) + max(net, 0)
    return all(one == units for one in sums.values())
