"""What the console says that a trail's events amount to: the states of streams and the balances of their own places,
of those streams that the trail holds from their beginning. Whoever checks the trail folds its events again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from audit.answers.inquiry import Inquiry
from audit.answers.shapes import Where
from audit.trails.canonical import canonical

STREAMS_AT_ONCE = 500
POSITIONS_AT_ONCE = 5_000


@dataclass(slots=True)
class _Stream:
    source: str
    name: str
    events: int = 0
    versions: int = 0
    upto: int = 0

    @property
    def is_ordered_one_way(self) -> bool:
        return self.versions in (0, self.events)


def derived_lines(inquiry: Inquiry, positions: Sequence[int], unfolded: frozenset[int]) -> Iterator[bytes]:
    """One line a stream; `positions` are the trail's entries, ascending. What is not folded yet does not count."""
    streams: dict[int, _Stream] = {}
    for first in range(0, len(positions), POSITIONS_AT_ONCE):
        page = [at for at in positions[first : first + POSITIONS_AT_ONCE] if at not in unfolded]
        for id, source, name, events, upto, versions in inquiry.rows("trail_streams", [page]):
            found = streams.setdefault(id, _Stream(source, name))
            found.events, found.versions = found.events + events, found.versions + versions
            found.upto = max(found.upto, upto or 0)
    ids = sorted(id for id, stream in streams.items() if stream.events and stream.is_ordered_one_way)
    for first in range(0, len(ids), STREAMS_AT_ONCE):
        yield from _lines(inquiry, {id: streams[id] for id in ids[first : first + STREAMS_AT_ONCE]})


def nets_of(inquiry: Inquiry, where: Where) -> Iterator[bytes]:
    """Of a flow, one line: where its money is and where it came from, which all its events together must give."""
    subject = where.subject.subject
    kind = inquiry.model.kinds.get(subject.kind)
    if kind is None or not kind.is_flow or not where.complete:
        return
    places = [
        {
            "book": line.place.book,
            "place": str(line.place),
            "currency": line.money.currency,
            "units": str(line.money.units),
        }
        for line in (*where.places, *where.came_from)
        if line.money.units
    ]
    yield canonical({"flow": str(subject), "book": kind.book, "places": places}) + b"\n"


def _lines(inquiry: Inquiry, streams: dict[int, _Stream]) -> Iterator[bytes]:
    bounds = [list(streams), [stream.upto for stream in streams.values()]]
    whole = {id for id, events in inquiry.rows("trail_whole", bounds) if events == streams[id].events}
    bounds = [[id for id in streams if id in whole], [streams[id].upto for id in streams if id in whole]]
    states: dict[int, list[Any]] = defaultdict(list)
    balances: dict[int, list[Any]] = defaultdict(list)
    for id, item, state, position in inquiry.rows("trail_states", bounds):
        states[id].append({"item": item, "state": state, "i": str(position)})
    for id, book, kind, key, currency, units, position in inquiry.rows("trail_balances", bounds):
        place = f"{kind}:{key}" if key else kind
        balances[id].append(
            {"book": book, "place": place, "currency": currency, "units": str(int(units)), "i": str(position)}
        )
    for id, stream in streams.items():
        if id in states or id in balances:
            line = {"source": stream.source, "stream": stream.name, "states": states[id], "balances": balances[id]}
            yield canonical(line) + b"\n"
