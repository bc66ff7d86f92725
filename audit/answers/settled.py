"""Payments that are over, told from what the read model keeps of them: a list's rows need no whole stories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from audit.answers.events import EventRow
from audit.answers.flows import declaring_in, declaring_types
from audit.answers.inquiry import Inquiry
from audit.answers.names import Known
from audit.answers.states import state_title
from audit.answers.stories import in_story_order
from audit.answers.unfolded import Unfolded
from audit.model.meaning import State
from audit.values import Place


@dataclass(frozen=True, slots=True)
class Booked:
    """What one side of a movement booked in a place of the asker's, and what its owner had after it."""

    place: Place
    currency: str
    units: int
    total: int | None


@dataclass(slots=True)
class Settled:
    """A flow that is over: its first event, those that declare its amount or name the other side, what it booked."""

    known: Known
    state: str
    state_title: str
    tone: str
    first: EventRow
    declaring: Sequence[EventRow]
    booked: list[Booked] = field(default_factory=list)


def settled(
    inquiry: Inquiry, wanted: Sequence[Known], places: Sequence[Place], fresh: Unfolded
) -> dict[Known, Settled]:
    """Those of the flows that are over now beyond doubt: in one final state, with nothing that waits to be folded."""
    waiting = {tie for one in fresh.told for tie in one.ties}
    flows = {one.id: one for one in wanted if one.id and one.subject not in waiting}
    if not flows or not inquiry.cut.is_now or any(one.problem is not None for one in fresh.told):
        return {}
    states = _final_states(inquiry, flows)
    events = _events(inquiry, list(states))
    found = {}
    for id, (name, state) in states.items():
        if ordered := in_story_order(events.get(id, ())):
            declaring = declaring_in(inquiry, ordered) or ordered[:1]
            lane = inquiry.model.lanes[_ending(inquiry, flows[id])]
            tone = "bad" if state.is_failure else "held" if state.is_timeout else "ok"
            title = state_title(inquiry, lane, name)
            found[flows[id]] = Settled(flows[id], name, title, tone, ordered[0], declaring)
    for known, one in _booked(inquiry, found, places):
        found[known].booked.append(one)
    return found


def _ending(inquiry: Inquiry, known: Known) -> str:
    """The lane whose state is the flow's."""
    return inquiry.model.kinds[known.subject.kind].ends_with or ""


def _final_states(inquiry: Inquiry, flows: Mapping[int, Known]) -> dict[int, tuple[str, State]]:
    """Of flows with exactly one stream (and item) that ends them, and that has."""
    lanes = sorted({_ending(inquiry, known) for known in flows.values()} - {""})
    found: dict[int, list[tuple[str, str]]] = {}
    for id, lane, _, state in inquiry.rows("answer_settled", {"flows": list(flows), "lanes": lanes}):
        if lane == _ending(inquiry, flows[id]):
            found.setdefault(id, []).append((lane, state))
    final: dict[int, tuple[str, State]] = {}
    for id, states in found.items():
        state = inquiry.model.lanes[states[0][0]].states.get(states[0][1])
        if len(states) == 1 and state is not None and state.is_final:
            final[id] = (states[0][1], state)
    return final


def _events(inquiry: Inquiry, flows: Sequence[int]) -> dict[int, list[EventRow]]:
    found: dict[int, list[EventRow]] = {}
    if flows:
        parameters = {"flows": list(flows), "meanings": declaring_types(inquiry.model)}
        for row in inquiry.rows("answer_settled_events", parameters):
            found.setdefault(row[0], []).append(EventRow(*row[1:]))
    return found


def _booked(
    inquiry: Inquiry, found: Mapping[Known, Settled], places: Sequence[Place]
) -> Sequence[tuple[Known, Booked]]:
    if not found or not places:
        return ()
    columns = [[p.book for p in places], [p.kind for p in places], [p.key for p in places]]
    mine = {row[0]: (Place(*row[1:4]), row[4]) for row in inquiry.rows("answer_places_of", columns)}
    flows = {known.id: known for known in found}
    rows = inquiry.rows("answer_settled_entries", {"flows": list(flows), "places": list(mine)})
    return [
        (flows[id], Booked(*mine[place_id], int(units), None if total is None else int(total)))
        for id, place_id, units, total in rows
    ]

