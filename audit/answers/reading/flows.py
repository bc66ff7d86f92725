"""One flow (a transfer, a card payment) as far as it had come at a moment: its events, its money, its states."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from audit.answers.inquiry import Inquiry, Question
from audit.answers.reading.cut import Cut
from audit.answers.reading.events import EventRow, Told, read_events, ref_of
from audit.answers.reading.movements import Moved, Net, movements, net_line, nets
from audit.answers.reading.names import Known, declared_kinds, money, place_kind
from audit.answers.reading.states import Change, changes_of, states_after
from audit.answers.reading.stories import whole_stories
from audit.answers.reading.unfolded import Unfolded
from audit.answers.shapes import PlaceLine, StateLine
from audit.model.meaning import Kind, Model, PlaceKind
from audit.model.places import UNEXPLAINED
from audit.values import Clock, EventRef, Money

DECLARES, NAMES = "declares", "counterparty"  # what the model says of a type
READ_MAX = 500  # events of a flow whose sentences are read at once; money and states rest on all of them


@dataclass(frozen=True)
class Flow:
    """`rows` are all its events in story order; the first `upto` of them had happened at the moment."""

    inquiry: Inquiry
    known: Known
    unfolded: Unfolded
    rows: Sequence[EventRow]
    upto: int
    moved: Mapping[int, Sequence[Moved]]
    changes: Sequence[Change]
    told: Mapping[int, Told]

    @property
    def kind(self) -> Kind:
        return self.inquiry.model.kinds[self.known.subject.kind]

    @property
    def past(self) -> Sequence[EventRow]:
        return self.rows[: self.upto]

    def at_step(self, upto: int) -> Flow:
        """The same flow when it had come to its event number `upto` (from 1), everything measured at that moment."""
        upto = max(0, min(upto, len(self.rows)))
        if not upto:
            return replace(self, upto=0)
        last = self.rows[upto - 1]
        cut = Cut(last.recorded, Clock.RECORDED, last.key, ref_of(self.inquiry, last))
        return replace(self, upto=upto, inquiry=self.inquiry.at(cut))

    def nets(self) -> list[Net]:
        return nets(self.inquiry, self.known.subject, self.past, self.moved)

    def states(self) -> list[StateLine]:
        """Of its own streams; the lane that ends it stands first."""
        found = states_after(self.inquiry, self.past, self.changes)
        return sorted(found, key=lambda line: line.lane != self.kind.ends_with)

    def declared(self) -> Money | None:
        """The first amount that an event declared; None where none did yet."""
        for row in self.past:
            told = self.told.get(row.position)
            if told and told.reading and told.reading.declared:
                units, currency = told.reading.declared
                return money(self.inquiry.model, units, currency)
        return None

    def is_final(self) -> bool:
        finality = self.unfolded.finality
        return all(finality.get(row.position, True) for row in self.past)

    def not_understood(self) -> tuple[EventRef, ...]:
        """Folded ones bear it as a flag; of those that wait, the model is asked."""
        waiting = {one.row.position for one in self.unfolded.told if one.problem is not None}
        missed = (row for row in self.past if row.flags & 8 or row.position in waiting)
        return tuple(ref_of(self.inquiry, row) for row in missed)

    def tells(self) -> str:
        """What the customer may be told: the latest of its events that says something to them."""
        for row in reversed(self.past):
            told = self.told.get(row.position)
            if told and told.tells:
                return told.tells
        return ""

    def lines(self, found: Sequence[Net]) -> tuple[PlaceLine, ...]:
        finality = self.unfolded.finality
        return tuple(net_line(self.inquiry, net, finality.get(net.row.position, True)) for net in found)


def load_flow(inquiry: Inquiry, known: Known, unfolded: Unfolded) -> Flow:
    """The flow with all that is known of it; what counts at the inquiry's moment is `past`."""
    return load_flows(inquiry, [known], unfolded)[0]


def load_flows(inquiry: Inquiry, wanted: Sequence[Known], unfolded: Unfolded, *, briefly: bool = False) -> list[Flow]:
    """Several flows in as many statements as one. `briefly`: of their events only those that declare are read."""
    return load_together(inquiry, wanted, (), unfolded, briefly=briefly).flows


@dataclass(frozen=True, slots=True)
class Together:
    """Flows, and events beside them, that were loaded in the same statements."""

    flows: list[Flow]
    told: Mapping[int, Told]
    moved: Mapping[int, Sequence[Moved]]


def load_together(
    inquiry: Inquiry,
    wanted: Sequence[Known],
    beside: Sequence[EventRow],
    unfolded: Unfolded,
    *,
    briefly: bool,
    only_read: Sequence[EventRow] = (),
    then: Sequence[Question] = (),
) -> Together:
    """`beside` are events that are read in the same statements, and what they moved with them; of others that are
    `only_read` nobody asks what they moved. `then` is what the page asks next: it is answered while events are read."""
    if not wanted and not beside and not only_read:
        return Together([], {}, {})
    stories = whole_stories(inquiry, wanted, unfolded)
    rows = [*beside, *(row for story, _ in stories for row in story)]
    moving = {row.position: None for row in rows if row.flags & 1 or row.flags == 0}
    moved = movements(inquiry, list(moving), unfolded)
    streams = {
        stream
        for known, (story, _) in zip(wanted, stories, strict=True)
        for stream in own_streams(inquiry, known, story)
    }
    changes: dict[int, list[Change]] = {}
    for change in changes_of(inquiry, streams, unfolded):
        changes.setdefault(change.stream_id, []).append(change)
    read = _declaring(inquiry, stories) if briefly else [row for story, _ in stories for row in _bounded(story)]
    unique = list({row.position: row for row in [*beside, *only_read, *read]}.values())
    told = {one.row.position: one for one in read_events(inquiry, unique, unfolded.finality, then)}
    flows = [
        Flow(
            inquiry,
            known,
            unfolded,
            story,
            upto,
            moved,
            [change for stream in own_streams(inquiry, known, story) for change in changes.get(stream, ())],
            told,
        )
        for known, (story, upto) in zip(wanted, stories, strict=True)
    ]
    return Together(flows, told, moved)


def _bounded(story: Sequence[EventRow]) -> Sequence[EventRow]:
    return story if len(story) <= READ_MAX else [*story[: READ_MAX // 2], *story[-READ_MAX // 2 :]]


def _declaring(inquiry: Inquiry, stories: Sequence[tuple[Sequence[EventRow], int]]) -> list[EventRow]:
    """The first event of each story that can declare its amount, else its first; and what names the other side."""
    found: list[EventRow] = []
    for story, _ in stories:
        found += declaring_in(inquiry, story) or story[:1]
    return found


def declaring_in(inquiry: Inquiry, story: Sequence[EventRow]) -> list[EventRow]:
    """The first two events that can declare the amount, and the first of each other stream that names the other side:
    the receiver's account names another than the sender's."""
    declaring = [row for row in story if row.type in _types_with(DECLARES, inquiry, row)][:2]
    naming: dict[int, EventRow] = {}
    for row in story:
        if row.type in _types_with(NAMES, inquiry, row):
            naming.setdefault(row.stream_id, row)
    return [*declaring, *(row for stream, row in naming.items() if stream not in {one.stream_id for one in declaring})]


def declaring_types(model: Model) -> list[int]:
    """The numbers of the types that declare an amount or name the other side."""
    return sorted({*_numbers_with(DECLARES, model), *naming_types(model)})


def naming_types(model: Model) -> list[int]:
    """The numbers of the types that name the other side."""
    return sorted(_numbers_with(NAMES, model))


def _numbers_with(what: str, model: Model) -> set[int]:
    return {
        model.lanes[lane].events[name].number for lane, names in _types_of(what, model).items() for name in names
    }


def moving_types(model: Model, places: frozenset[tuple[str, str]]) -> list[int]:
    """The numbers of the types that can move something into or out of places of these books and kinds."""
    known = _moving_known.get((model.hash, places))
    if known is None:
        lanes = model.document.get("lane", {})
        known = _moving_known[model.hash, places] = [
            number
            for number, one in model.meanings.items()
            if any(
                (move["book"], move[side].partition(":")[0]) in places
                for move in lanes[one.lane]["event"][one.type].get("moves", ())
                for side in ("from", "to")
            )
        ]
    return known


def _types_with(what: str, inquiry: Inquiry, row: EventRow) -> Collection[str]:
    found = inquiry.lane_of(row.stream)
    if found is None:
        return ()
    return _types_of(what, inquiry.model)[found[0].name]


def _types_of(what: str, model: Model) -> Mapping[str, frozenset[str]]:
    """By lane, the types that say `what`; a model never changes, so it is looked through once."""
    known = _types_known.get((what, model.hash))
    if known is None:
        known = _types_known[what, model.hash] = {
            lane: frozenset(name for name, event in told.get("event", {}).items() if what in event)
            for lane, told in model.document.get("lane", {}).items()
        }
    return known


_types_known: dict[tuple[str, str], Mapping[str, frozenset[str]]] = {}
_moving_known: dict[tuple[str, frozenset[tuple[str, str]]], list[int]] = {}


def own_streams(inquiry: Inquiry, known: Known, rows: Sequence[EventRow]) -> set[int]:
    """Streams that are the flow's own: not those of accounts and customers, which live on without it."""
    others = set(declared_kinds(inquiry.model)) - {known.subject.kind}
    return {
        row.stream_id
        for row in rows
        if (found := inquiry.lane_of(row.stream)) is not None and found[0].name not in others
    }


def held_and_owed(flow: Flow) -> tuple[list[Net], list[Net], list[Net]]:
    """Of the flow's book: places that hold its money, places it came from; and what other books hold for it."""
    found, book = flow.nets(), flow.kind.book
    held = [net for net in found if net.place.book == book and net.units > 0]
    owed = [net for net in found if net.place.book == book and net.units < 0]
    beside = [
        net
        for net in found
        if net.place.book != book and _stands_beside(place_kind(flow.inquiry.model, net.place), net.units)
    ]
    return held, owed, beside


def _stands_beside(about: PlaceKind, units: int) -> bool:
    """Money that the other book has for the flow; below zero only where nothing may stay: too much was taken out."""
    return not about.is_source if units > 0 else not about.rests


def is_conserved(flow: Flow, found: Sequence[Net]) -> bool:
    """Whether what its places hold is what it declares, nothing is unexplained and no transit place is below zero."""
    book = [net for net in found if net.place.book == flow.kind.book]
    if any(net.place.kind == UNEXPLAINED for net in found):
        return False
    if any(net.units < 0 and place_kind(flow.inquiry.model, net.place).is_transit for net in book):
        return False
    declared, held = flow.declared(), [net for net in book if net.units > 0]
    if declared is None or not held:
        return True
    return sum(net.units for net in held if net.currency == declared.currency) == declared.units
