"""From an event back to the request that began it: by the causes that events name, else by their correlation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from audit.answers.inquiry import Inquiry
from audit.answers.reading.events import EventRow
from audit.answers.reading.names import flow_kinds
from audit.answers.reading.stories import in_story_order
from audit.answers.shapes import Ends
from audit.log.logged import EVENT
from audit.log.opened import Payload, open_payloads
from audit.model.paths import text_of
from audit.values import Clock

CHAIN_MAX = 1000  # events of one chain
ROUNDS_MAX = 2 * CHAIN_MAX
BEFORE_MAX = 50  # events of one recorded time among which the one before is sought


@dataclass(frozen=True, slots=True)
class Chain:
    """`links` are the event itself, then its causes; each with whether it was inferred. `missing` is the identifier
    that the last one names and no source has."""

    links: tuple[tuple[EventRow, bool], ...]
    ends: Ends
    missing: str | None = None


def causes_of(inquiry: Inquiry, events: Iterable[EventRow], story: Sequence[EventRow] = ()) -> dict[int, Chain]:
    """The chain of each event, by position. `story` are events in story order that need not be read again."""
    search = _Search(inquiry, story)
    starts = {row.position: row for row in events}
    chains = {position: search.chain(row) for position, row in starts.items()}
    for _ in range(ROUNDS_MAX):
        if not search.fetch():
            break
        chains = {position: search.chain(row) for position, row in starts.items()}
    return chains


def _in_a_circle(links: Sequence[tuple[EventRow, bool]]) -> Chain:
    """Causes that lead back to themselves. Where one of them was only inferred, the guess was wrong: an effect may have
    been recorded before its cause, and what names no cause is the root."""
    guess = max((number for number, (_, is_inferred) in enumerate(links) if is_inferred), default=None)
    return Chain(tuple(links), Ends.CYCLE) if guess is None else Chain(tuple(links[:guess]), Ends.ROOT)


@dataclass(slots=True)
class _Search:
    """What is known of causes so far, and what a chain had to stop at because it is not known yet."""

    inquiry: Inquiry
    story: Sequence[EventRow]
    by_id: dict[str, dict[int, EventRow]] = field(default_factory=dict)  # identifier -> position -> event
    before: dict[int, EventRow | None] = field(default_factory=dict)  # position -> the one before in its correlation
    wanted_ids: set[str] = field(default_factory=set)
    wanted_before: set[int] = field(default_factory=set)
    made_from: dict[int, str | None] = field(default_factory=dict)  # position in a derived stream -> identifier
    wanted_made: dict[int, str] = field(default_factory=dict)  # position -> stream

    def __post_init__(self) -> None:
        latest: dict[str, EventRow] = {}
        for row in self.story:
            self._know(row)
            if row.correlation:
                self.before[row.position] = latest.get(row.correlation)
                latest[row.correlation] = row

    def chain(self, start: EventRow) -> Chain:
        links, seen, row = [(start, False)], {start.position}, start
        while len(links) < CHAIN_MAX:
            cause, ends = self._cause(row)
            if cause is None:
                return Chain(tuple(links), ends, self._names(row) if ends is Ends.UNKNOWN else None)
            if cause.position in seen:
                return _in_a_circle(links)
            links.append((cause, self._names(row) is None))
            seen.add(cause.position)
            row = cause
        return Chain(tuple(links), Ends.CUT)

    def fetch(self) -> bool:
        """Read what chains had to stop at, in at most four statements; False: there was nothing."""
        ids, positions, made = sorted(self.wanted_ids), sorted(self.wanted_before), self.wanted_made
        self.wanted_ids, self.wanted_before, self.wanted_made = set(), set(), {}
        if ids:
            for row in self.inquiry.rows("answer_ancestors", {"ids": ids}):
                self._know(EventRow(*row))
            for identifier in ids:
                self.by_id.setdefault(identifier, {})
        if positions:
            self._read_before(positions)
        payloads = open_payloads(self.inquiry.connection, list(made))
        self.made_from |= {at: self._origin(stream, payloads.get(at)) for at, stream in made.items()}
        return bool(ids or positions or made)

    def _cause(self, row: EventRow) -> tuple[EventRow | None, Ends]:
        named = self._names(row)
        cause = self._named(row, named) if named else self._inferred(row)
        if cause is None:
            return None, Ends.UNKNOWN if named else Ends.ROOT
        return (cause, Ends.ROOT) if self._was_known(cause) else (None, Ends.LATER)

    def _was_known(self, cause: EventRow) -> bool:
        """Of one time, a cause is told before what it causes, whatever its source."""
        cut = self.inquiry.cut
        return cut.time is None or (cause.recorded if cut.clock is Clock.RECORDED else cause.occurred) <= cut.time

    def _names(self, row: EventRow) -> str | None:
        """The identifier of its cause: what it bears or, of an event of a derived stream, what it was made from."""
        if row.causation or self.inquiry.lane_of(row.stream) or not self.inquiry.model.is_derived(row.stream):
            return row.causation
        if row.position not in self.made_from:
            self.wanted_made[row.position] = row.stream
        return self.made_from.get(row.position)

    def _origin(self, stream: str, payload: Payload | None) -> str | None:
        """Of several events that it was made from, the last that it names."""
        path = next(one.from_field for one in self.inquiry.model.derived if one.matches(stream))
        value: Any = payload.data if payload else None
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        return text_of(value[-1] if isinstance(value, list) and value else value)

    def _named(self, row: EventRow, identifier: str) -> EventRow | None:
        """The event of that identifier: its own source's, else one of its correlation, else the first."""
        found = self.by_id.get(identifier)
        if found is None:
            self.wanted_ids.add(identifier)
            return None
        near = sorted(
            found.values(),
            key=lambda one: (one.source_id != row.source_id, one.correlation != row.correlation, one.key),
        )
        return near[0] if near else None

    def _inferred(self, row: EventRow) -> EventRow | None:
        if row.correlation and row.position not in self.before:
            self.wanted_before.add(row.position)
        return self.before.get(row.position)

    def _know(self, row: EventRow) -> None:
        if row.kind == EVENT:
            self.by_id.setdefault(row.id, {})[row.position] = row

    def _read_before(self, positions: Sequence[int]) -> None:
        """The last events of each one's correlation up to its time, put in story order, tell which came before."""
        kinds = sorted(
            {kind for lane in self.inquiry.model.lanes.values() for kind in lane.correlates}
            | set(flow_kinds(self.inquiry.model))
        )
        parameters = {"positions": list(positions), "kinds": kinds, "limit": BEFORE_MAX}
        near: dict[int, dict[int, EventRow]] = {position: {} for position in positions}
        for asked, *row in self.inquiry.rows("answer_same_correlation", parameters):
            near[asked][row[0]] = EventRow(*row)
        for asked, rows in near.items():
            self.before.setdefault(asked, None)
            ordered = in_story_order(row for row in rows.values() if row.kind == EVENT or row.position == asked)
            for earlier, later in pairwise(ordered[-BEFORE_MAX:]):
                self.before[later.position] = earlier
            if ordered and len(ordered) < BEFORE_MAX:
                self.before[ordered[0].position] = None
