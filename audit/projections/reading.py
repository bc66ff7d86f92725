"""The first half of a fold: each released event is read through the model, in its stream's order, and its names are
gathered, so that all of a batch's names get their identifiers in one statement before the second half makes rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from audit.log.logged import COLLISION, EVENT, NOT_READ, Logged
from audit.model.expecting import CORRELATION, roles_of
from audit.model.fields import Known
from audit.model.meaning import Asserted, EventMeaning, Lane, Model, Never, Reading
from audit.projections.memory import Memory
from audit.projections.naming import PlaceName, SubjectName

SHOWN_MAX = 100  # characters of a value in a finding

Ties = Sequence[SubjectName]


class Work(msgspec.Struct, gc=False):
    """One event with what it means. `lane` None: no lane has its stream. `trouble`: why it is not understood."""

    event: Logged
    lane: Lane | None
    subject: SubjectName
    meaning: EventMeaning | None
    reading: Reading | None
    ties: Ties
    trouble: tuple[str, str] | None = None  # rule, sentence
    asserted: Sequence[Asserted] = ()
    broken: Mapping[str, tuple[str, str]] = {}  # nevers that are true after it: what they say, and with which values
    lacks: str | None = None  # of the reasons of a correction

    @property
    def is_nobodys(self) -> bool:
        """Whether nothing tells whom the event may touch: neither a stream that can be read, nor a correlation."""
        event = self.event
        return self.lane is None and not event.correlation and (event.status in NOT_READ or not event.stream)

    def let_go(self) -> None:
        """Once it is folded: what the event says is in the rows, which may be four times as many as events."""
        self.event.data = self.reading = None
        self.asserted, self.broken = (), {}


@dataclass(slots=True)
class Reader:
    """Reads events through the model. `sources` names each source identifier."""

    model: Model
    sources: Mapping[int, str]
    _correlated: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        roles = roles_of(self.model).get(CORRELATION)
        self._correlated = roles.numbers if roles is not None else frozenset()

    def read(self, event: Logged, memory: Memory) -> Work:
        """What `event` means; the stream's ties and remembered fields in `memory` move on with it."""
        route = self.model.lane_of(event.stream) if event.stream else None
        if route is None:
            subject = ("stream", event.stream or self.sources[event.source_id])
            trouble = self._trouble(event, None)
            if trouble[0] == "unknown_event" and self.model.is_derived(event.stream):
                return Work(event, None, subject, None, None, (subject,))
            return Work(event, None, subject, None, None, (subject,), trouble)
        lane, key = route
        subject = (lane.name, key)
        meaning = lane.events.get(event.type)
        if event.kind != EVENT or event.status or meaning is None or event.data is None:
            return Work(event, lane, subject, meaning, None, self._ties_unread(event, lane, subject, meaning, memory),
                        self._trouble(event, lane))
        reading = meaning.read(event, event.data, memory.inherited)
        if reading.problem is not None:
            ties = self._merged(reading.ties or (subject,), memory.ties)
            return Work(event, lane, subject, meaning, None, ties, ("unreadable", reading.problem))
        ties = self._merged(reading.ties, memory.ties)
        if meaning.number in self._correlated and event.correlation:
            ties = [*ties, (CORRELATION, event.correlation)]
        if lane.inherits:
            _inherit(memory, lane.inherits, reading.ties)
        if reading.sets:
            for name, value in reading.sets.items():
                memory.inherited["set:" + name] = value
        work = Work(event, lane, subject, meaning, reading, ties)
        if meaning.asserted is not None:
            work.asserted = meaning.asserted(event, event.data, memory.inherited)
        if meaning.unreasoned is not None:
            work.lacks = meaning.unreasoned(event, event.data)
        if lane.nevers:
            nevers = meaning.nevers if lane.knows_order_within_time else lane.nevers
            work.broken = _broken(nevers, lane, memory.inherited)
        return work

    @staticmethod
    def _merged(own: Ties, inherited: Ties) -> Ties:
        for tie in inherited:
            if tie not in own:
                own = [*own, tie]
        return own

    def _ties_unread(
        self, event: Logged, lane: Lane, subject: SubjectName, meaning: EventMeaning | None, memory: Memory
    ) -> Ties:
        """An event that is not understood may touch what its stream and its correlation touch; one that collides with
        another, what its payload names too."""
        own = [subject]
        if event.kind == COLLISION and meaning is not None and event.data is not None:
            named = meaning.read(event, event.data, memory.inherited).ties
            own += [tie for tie in named if tie != subject]
        if event.correlation:
            own += [tie for kind in lane.correlates if (tie := (kind, event.correlation)) not in own]
        return self._merged(own, memory.ties)

    @staticmethod
    def _trouble(event: Logged, lane: Lane | None) -> tuple[str, str]:
        if event.kind == 1:
            return ("redelivery", "")
        if event.kind == 2:
            return ("id_collision", "")
        if event.problem is not None:
            return ("unreadable", event.problem)
        return ("unknown_event", "no lane of the model has this stream" if lane is None else "")


def _broken(nevers: Sequence[Never], lane: Lane, memory: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Which of them are true of what the stream remembers. What was set is never personal (`model check`)."""
    if not nevers:
        return {}
    starts = {name: field.starts for name, field in lane.fields.items() if field.starts is not None}
    known = Known({}, memory, starts)
    return {never.name: (never.that, _values(never, known)) for never in nevers if never.holds(known) is True}


def _values(never: Never, known: Known) -> str:
    return ", ".join(f"{name} = {str(known.get(name))[:SHOWN_MAX]}" for name in sorted(never.names))


def _inherit(memory: Memory, kinds: Sequence[str], ties: Ties) -> None:
    for tie in ties:
        if tie[0] in kinds:
            memory.inherited[tie[0]] = tie[1]
            if tie not in memory.ties:
                memory.ties.append(tie)


def subjects_in(works: Iterable[Work]) -> set[SubjectName]:
    wanted: set[SubjectName] = set()
    for work in works:
        wanted.update(work.ties)
    return wanted


def places_in(works: Iterable[Work]) -> set[PlaceName]:
    wanted: set[PlaceName] = set()
    for work in works:
        if work.reading is not None:
            for m in work.reading.movements:
                wanted.add((m.book, m.from_kind, m.from_key, m.currency))
                wanted.add((m.book, m.to_kind, m.to_key, m.currency))
    return wanted
