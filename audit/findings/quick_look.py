"""The quick look that most flows get: one pass over what a flow moved tells whether any rule can have anything to say
of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from audit.findings.flowkind import FlowKind
from audit.findings.story import At, Story, StoryMoment
from audit.model.meaning import Duration, Model
from audit.projections.flowbook import Side, Told


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


def look(model: Model, about: FlowKind, story: Story, events: Sequence[Told]) -> Look:
    """At every time the flow was in balance, its money where its state allows it, nothing taken that was not reserved
    and nothing reserved for too long; in the end what must be empty is, the other books say the same, nothing took
    effect twice, and nothing that failed had to be undone. Given up at the first thing that is not so."""
    found = Look()
    ats, nets, since = found.ats, found.nets, found.since
    reserved: dict[int, int] = {}
    others: set[int] = set()
    held = below = 0
    declared, currency = story.declared or (None, None)
    unrest, latest_else, state, last = -1, -1, "", len(events) - 1
    if not events or not _numbers_fit(about, story, events):
        return found
    for number, (recorded, _, _, position, meaning, sides) in enumerate(events):
        state = about.states.get(meaning, state)
        for side in sides:
            place_id = side[0]
            at = ats.get(place_id)
            if at is None:
                if place_id in others:
                    continue
                at = at_of(model, side)
                if is_others(model, story, at):
                    others.add(place_id)
                    continue
                ats[place_id], nets[place_id] = at, 0
            before = nets[place_id]
            after = nets[place_id] = before + side[5]
            since[place_id] = position
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
                    if after < 0 or (
                        limit is not None and _is_too_long(model, limit, reserved, place_id, recorded, before, after)
                    ):
                        return found
        if number == last or events[number + 1][0] != recorded:
            allowed = about.pairs.get(state)
            if below or (held and held != declared) or (allowed and _are_astray(nets, ats, allowed)):
                return found
    if _is_settled(story, found, unrest) and not any(reserved.values()) and _adds_up(story, nets, ats, latest_else):
        by_place = {ats[place_id]: units for place_id, units in nets.items()}
        found.end = StoryMoment(recorded, position, by_place, {ats[one]: at for one, at in since.items()})
    return found


def at_of(model: Model, side: Side) -> At:
    place_id, book, kind, key, currency, _ = side
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


def _numbers_fit(about: FlowKind, story: Story, events: Sequence[Told]) -> bool:
    """Nothing took effect twice, and nothing that failed had to be undone."""
    if about.undone_by and story.ended is not None and story.ended.is_failure:
        return all(one[4] not in about.undone_by for one in events)
    if not about.once:
        return True
    effects = [about.once[one[4]] for one in events if one[4] in about.once]
    return len(set(effects)) == len(effects)


def _is_too_long(
    model: Model, limit: Duration, reserved: dict[int, int], place_id: int, recorded: int, before: int, after: int
) -> bool:
    """Whether a reservation ended after its time. `reserved`: since when they last."""
    if before <= 0 < after:
        reserved[place_id] = recorded
    elif after <= 0 < before:
        return bool(recorded > model.due(reserved.pop(place_id), limit))
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
