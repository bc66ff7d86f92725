"""Payments that are over, told from what the read model keeps of them: a list's rows need no whole stories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.answers.inquiry import Inquiry, Question
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
    inquiry: Inquiry,
    wanted: Sequence[Known],
    mine: Sequence[Holding],
    fresh: Unfolded,
    then: Sequence[Question] = (),
) -> dict[Known, Settled]:
    """Those of the flows that are over now beyond doubt: in a final state, with nothing that waits to be folded. `then`
    is what the page asks next."""
    waiting = {tie for one in fresh.told for tie in one.ties}
    flows = {one.id: one for one in wanted if one.id and one.subject not in waiting}
    if not flows or not inquiry.cut.is_now or any(one.problem is not None for one in fresh.told):
        inquiry.send_ahead(*then)
        return {}
    mine_by_id, events_asked = {one.id: one for one in mine}, _events_asked(inquiry, flows)
    inquiry.send_ahead(_over_asked(inquiry, flows, mine_by_id), events_asked)
    inquiry.send_ahead(*then)
    over = _over(inquiry, flows, mine_by_id)
    events = _events(inquiry, events_asked)
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
    found: dict[int, tuple[str, State, list[Booked]]] = {}
    for id, name, place_id, units, total in inquiry.answer(_over_asked(inquiry, flows, mine)):
        lane = inquiry.model.lanes.get(_ending(inquiry, flows[id]))
        state = lane.states.get(name) if lane else None
        if state is None or not state.is_final:
            continue
        _, _, booked = found.setdefault(id, (name, state, []))
        if place_id is not None:
            at = mine[place_id]
            booked.append(Booked(at.place, at.currency, int(units), None if total is None else int(total)))
    return found


def _over_asked(inquiry: Inquiry, flows: Mapping[int, Known], mine: Mapping[int, Holding]) -> Question:
    keys = [known.subject.key for known in flows.values()]
    kinds = frozenset((one.place.book, one.place.kind) for one in mine.values())
    parameters = {"keys": keys, "places": list(mine), "meanings": moving_types(inquiry.model, kinds)}
    return Question("answer_settled", {"flows": list(flows), **parameters})


def _events(inquiry: Inquiry, asked: Question) -> dict[int, list[EventRow]]:
    found: dict[int, list[EventRow]] = {}
    for row in inquiry.answer(asked):
        found.setdefault(row[0], []).append(EventRow(*row[1:]))
    return found


def _events_asked(inquiry: Inquiry, flows: Mapping[int, Known]) -> Question:
    """Of them all, before it is known which are over: nearly all are."""
    return Question("answer_settled_events", {"flows": list(flows), "meanings": declaring_types(inquiry.model)})
