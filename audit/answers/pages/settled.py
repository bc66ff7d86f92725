"""Payments that are over, told from what the read model keeps of them: a list's rows need no whole stories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.answers.inquiry import Inquiry
from audit.answers.reading.events import EventRow
from audit.answers.reading.flows import declaring_in, declaring_types, moving_types
from audit.answers.reading.ledger import Holding
from audit.answers.reading.names import Known
from audit.answers.reading.states import state_title
from audit.answers.reading.stories import in_story_order
from audit.answers.reading.unfolded import Unfolded
from audit.model.meaning import State
from audit.values import Place


@dataclass(frozen=True, slots=True)
class Booked:
    """What one side of a movement booked in a place of the asker's, and what its owner had after it."""

    place: Place
    currency: str
    units: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Settled:
    """A flow that is over: its first event, those that declare its amount or name the other side, what it booked."""

    known: Known
    state: str
    state_title: str
    tone: str
    first: EventRow
    declaring: Sequence[EventRow]
    booked: Sequence[Booked]


def settled(
    inquiry: Inquiry, wanted: Sequence[Known], mine: Sequence[Holding], fresh: Unfolded
) -> dict[Known, Settled]:
    """Those of the flows that are over now beyond doubt: in a final state, with nothing that waits to be folded."""
    waiting = {tie for one in fresh.told for tie in one.ties}
    flows = {one.id: one for one in wanted if one.id and one.subject not in waiting}
    if not flows or not inquiry.cut.is_now or any(one.problem is not None for one in fresh.told):
        return {}
    over = _over(inquiry, flows, {one.id: one for one in mine})
    events = _events(inquiry, list(over))
    found = {}
    for id, (name, state, booked) in over.items():
        if ordered := in_story_order(events.get(id, ())):
            declaring = declaring_in(inquiry, ordered) or ordered[:1]
            lane = inquiry.model.lanes[_ending(inquiry, flows[id])]
            tone = "bad" if state.is_failure else "held" if state.is_timeout else "ok"
            title = state_title(inquiry, lane, name)
            found[flows[id]] = Settled(flows[id], name, title, tone, ordered[0], declaring, booked)
    return found


def _ending(inquiry: Inquiry, known: Known) -> str:
    """The lane whose state is the flow's."""
    return inquiry.model.kinds[known.subject.kind].ends_with or ""


def _over(
    inquiry: Inquiry, flows: Mapping[int, Known], mine: Mapping[int, Holding]
) -> dict[int, tuple[str, State, list[Booked]]]:
    """The final state of each flow that is over, and what it booked in places of the asker's."""
    keys = [known.subject.key for known in flows.values()]
    kinds = frozenset((one.place.book, one.place.kind) for one in mine.values())
    parameters = {"keys": keys, "places": list(mine), "meanings": moving_types(inquiry.model, kinds)}
    rows = inquiry.rows("answer_settled", {"flows": list(flows), **parameters})
    found: dict[int, tuple[str, State, list[Booked]]] = {}
    for id, name, place_id, units, total in rows:
        lane = inquiry.model.lanes.get(_ending(inquiry, flows[id]))
        state = lane.states.get(name) if lane else None
        if state is None or not state.is_final:
            continue
        _, _, booked = found.setdefault(id, (name, state, []))
        if place_id is not None:
            at = mine[place_id]
            booked.append(Booked(at.place, at.currency, int(units), None if total is None else int(total)))
    return found


def _events(inquiry: Inquiry, flows: Sequence[int]) -> dict[int, list[EventRow]]:
    found: dict[int, list[EventRow]] = {}
    if flows:
        parameters = {"flows": list(flows), "meanings": declaring_types(inquiry.model)}
        for row in inquiry.rows("answer_settled_events", parameters):
            found.setdefault(row[0], []).append(EventRow(*row[1:]))
    return found
