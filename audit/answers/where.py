"""Where the money is, to the last minor unit, since when, and by which event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from audit.answers.inquiry import Inquiry, Question
from audit.answers.reading.flows import Flow, held_and_owed, is_conserved, load_flow
from audit.answers.reading.ledger import holdings, lines, own_places, with_unfolded
from audit.answers.reading.movements import Net
from audit.answers.reading.names import (
    PLACE,
    Known,
    declared_kinds,
    flow_kinds,
    known,
    link_of,
    linked_asked,
    place_kind,
    place_title,
)
from audit.answers.reading.onitsway import lines_under_way, open_flows
from audit.answers.reading.parts import in_parts
from audit.answers.reading.places import parse_place, places_at
from audit.answers.reading.states import states_of
from audit.answers.reading.unfolded import Unfolded, unfolded
from audit.answers.reading.withheld import holders
from audit.answers.shapes import Link, PlaceLine, StateLine, Where
from audit.answers.what import latest_telling, not_understood
from audit.answers.words import word
from audit.errors import UnknownSubject
from audit.model.places import UNEXPLAINED
from audit.values import EventRef, Place, Subject

ACCOUNTS_MAX = 200  # of one customer


def where(inquiry: Inquiry, subject: Subject) -> Where:
    """Raises UnknownSubject. A subject of a kind without a book has no places: its state is the answer."""
    if subject.kind == PLACE:
        return of_place(inquiry, parse_place(subject.key))
    fresh = unfolded(inquiry)
    asked = known(inquiry, subject, fresh)
    kind = inquiry.model.kinds.get(subject.kind)
    if kind is not None and kind.is_flow:
        return of_flow(load_flow(inquiry, asked, fresh))
    return of_holder(inquiry, asked, fresh)


def of_flow(flow: Flow) -> Where:
    """Of a transfer: the custody places that hold its money; what the ledger holds for it stands beside."""
    inquiry, missed = flow.inquiry, flow.not_understood()
    at = inquiry.as_of(flow.is_final())
    held, owed, beside = held_and_owed(flow)
    states = tuple(flow.states())
    return Where(
        subject=link_of(inquiry, flow.known.subject, flow.known.id),
        at=at,
        model=inquiry.model.hash,
        places=flow.lines(held),
        on_its_way=(),
        came_from=flow.lines(owed),
        ledger=flow.lines([*beside, *_other_amounts(flow, states)]),
        conserved=is_conserved(flow, flow.nets()),
        complete=not (missed or at.unattributed),
        not_understood=missed,
        tells=in_parts(flow) or flow.tells() or state_in_words(inquiry, flow.known.subject, states, bool(missed)),
        states=states,
    )


def _other_amounts(flow: Flow, states: Sequence[StateLine]) -> list[Net]:
    """What another book has as gone to where the flow's own book has another amount: it is the only trace of it."""
    declared, nets = flow.declared(), flow.nets()
    if declared is None or not (states and states[0].is_final):
        return []
    own = [net.units for net in nets if net.place.book == flow.kind.book and net.units > 0]
    known = {declared.units, sum(own), *own}
    return [
        net
        for net in nets
        if net.place.book != flow.kind.book
        and net.units > 0
        and net.currency == declared.currency
        and place_kind(flow.inquiry.model, net.place).is_source
        and net.units not in known
    ]


def of_place(inquiry: Inquiry, asked: Place) -> Where:
    """Of a place itself: what it holds in each currency, and which event last changed it."""
    fresh = unfolded(inquiry)
    found = lines(inquiry, with_unfolded(inquiry, places_at(inquiry, asked), [asked], fresh))
    missed = _missed_at(inquiry, asked, fresh)
    subject = Subject(PLACE, f"{asked.book}/{asked}")
    at = inquiry.as_of(all(line.is_final for line in found))
    return Where(
        subject=Link(subject, place_title(inquiry, asked), inquiry.text(inquiry.model.books.get(asked.book, {}))),
        at=at,
        model=inquiry.model.hash,
        places=found,
        on_its_way=(),
        came_from=(),
        ledger=(),
        conserved=_is_conserved(inquiry, found),
        complete=_is_place_complete(inquiry, asked, missed) and not at.unattributed,
        not_understood=missed,
        tells=inquiry.text(place_kind(inquiry.model, asked).tells),
        states=(),
    )


def _missed_at(inquiry: Inquiry, asked: Place, fresh: Unfolded) -> tuple[EventRef, ...]:
    """What is not understood of the subject whose place it is."""
    kind = place_kind(inquiry.model, asked).subject
    try:
        return not_understood(inquiry, known(inquiry, Subject(kind, asked.key), fresh), fresh) if kind else ()
    except UnknownSubject:
        return ()


def _is_place_complete(inquiry: Inquiry, asked: Place, missed: tuple[EventRef, ...]) -> bool:
    """A shared place may have been touched by any event of the bank that is not understood."""
    if place_kind(inquiry.model, asked).subject:
        return not missed
    return not next((value for name, value in inquiry.rows("answer_counts") if name == "not_understood"), 0)


def of_holder(inquiry: Inquiry, asked: Known, fresh: Unfolded) -> Where:
    """Of an account or customer: what its ledger places hold, and separately what open flows have on its way."""
    places, is_final = places_held(inquiry, asked, fresh)
    flows = open_flows(inquiry, asked, fresh)
    under_way = lines_under_way(inquiry, flows)
    missed = missed_of_holder(inquiry, asked, fresh, flows)
    states = tuple(states_of(inquiry, asked, fresh))
    at = inquiry.as_of(is_final and all(line.is_final for line in under_way))
    return Where(
        subject=link_of(inquiry, asked.subject, asked.id),
        at=at,
        model=inquiry.model.hash,
        places=places,
        on_its_way=under_way,
        came_from=(),
        ledger=(),
        conserved=_is_conserved(inquiry, places),
        complete=not (missed or at.unattributed),
        not_understood=missed,
        tells=tells_of(inquiry, asked, fresh, states, bool(missed)),
        states=states,
    )


def missed_of_holder(inquiry: Inquiry, asked: Known, fresh: Unfolded, flows: Sequence[Flow]) -> tuple[EventRef, ...]:
    """What is not understood of the subject, of the accounts whose money it is answered with, and of open flows."""
    is_own = own_places(inquiry, asked.subject.kind, asked.subject.key)
    accounts = [] if is_own else accounts_of(inquiry, asked, fresh)
    return with_flows(not_understood(inquiry, asked, fresh, accounts), flows)


def with_flows(missed: Iterable[EventRef], flows: Iterable[Flow]) -> tuple[EventRef, ...]:
    """What an answer that rests on flows misses with them."""
    return tuple(dict.fromkeys([*missed, *(ref for flow in flows for ref in flow.not_understood())]))


def places_held(inquiry: Inquiry, asked: Known, fresh: Unfolded) -> tuple[tuple[PlaceLine, ...], bool]:
    """A subject's ledger places, or those of the subjects (a customer's accounts) that it holds."""
    own = own_places(inquiry, asked.subject.kind, asked.subject.key)
    if not own:
        for holder in accounts_of(inquiry, asked, fresh):
            own += own_places(inquiry, holder.subject.kind, holder.subject.key)
    found = lines(inquiry, holdings(inquiry, own, fresh))
    return found, all(line.is_final for line in found)


def accounts_of(inquiry: Inquiry, asked: Known, fresh: Unfolded) -> list[Known]:
    """The subjects with ledger places that stood in one event with this one."""
    kinds = holders(inquiry.model)
    found = {Subject(kind, key): id for id, kind, key, _ in inquiry.answer(accounts_asked(inquiry, asked))}
    for one in fresh.told_of(asked.subject):
        for tie in one.ties:
            if tie.kind in kinds:
                found.setdefault(tie, 0)
    return [Known(subject, id) for subject, id in sorted(found.items())]


def accounts_asked(inquiry: Inquiry, asked: Known) -> Question:
    """What `accounts_of` asks."""
    return linked_asked(asked.id, holders(inquiry.model), ACCOUNTS_MAX, inquiry.cut.parameters()["recorded"])


def tells_of(
    inquiry: Inquiry, asked: Known, fresh: Unfolded, states: tuple[StateLine, ...], is_incomplete: bool
) -> str:
    """The newest telling event of its own streams; without one, its state in words."""
    lanes = {asked.subject.kind, *declared_kinds(inquiry.model)} - set(flow_kinds(inquiry.model))
    told = latest_telling(inquiry, asked, fresh, lanes)
    return told or state_in_words(inquiry, asked.subject, states, is_incomplete)


def state_in_words(inquiry: Inquiry, subject: Subject, states: tuple[StateLine, ...], is_incomplete: bool) -> str:
    """What was not understood is no fact: without a state, nothing certain can be said then."""
    if not states:
        return word(inquiry.language, "cannot_say" if is_incomplete else "nothing_happened")
    title = link_of(inquiry, subject).title
    return word(inquiry.language, "state_is", subject=title, state=", ".join(dict.fromkeys(s.title for s in states)))


def _is_conserved(inquiry: Inquiry, places: tuple[PlaceLine, ...]) -> bool:
    """Every movement has two sides by construction; what stands in the unexplained is not conserved."""
    return not any(line.place.kind == UNEXPLAINED and line.money.units for line in places)
