"""What events moved, and what of it a flow has in each place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audit.answers.inquiry import Inquiry, Question
from audit.answers.reading.events import EventRow, ref_of
from audit.answers.reading.names import money, place_kind, place_line, place_title
from audit.answers.reading.unfolded import Unfolded
from audit.answers.shapes import Link, MovementLine, PlaceLine
from audit.values import Place, Subject


@dataclass(frozen=True, slots=True)
class Moved:
    """One movement, as folded (or, not folded yet, as read: its places have no identifier of ours then)."""

    position: int
    units: int
    currency: str
    source: Place
    target: Place
    source_id: int = 0
    target_id: int = 0
    source_total: int | None = None  # of all places of the book that the source's owner has, after this side
    target_total: int | None = None

    @property
    def sides(self) -> tuple[tuple[Place, int, int], tuple[Place, int, int]]:
        return (self.source, self.source_id, -self.units), (self.target, self.target_id, self.units)


@dataclass(frozen=True, slots=True)
class Net:
    """What a flow has in a place (negative: came from there), and the event that last changed it."""

    place: Place
    place_id: int
    currency: str
    units: int
    row: EventRow


def movements(inquiry: Inquiry, positions: Sequence[int], unfolded: Unfolded) -> dict[int, list[Moved]]:
    """What these events moved, by position, in one statement."""
    found: dict[int, list[Moved]] = {}
    if positions:
        rows = inquiry.answer(movements_asked(positions))
        for given, taken in zip(rows[::2], rows[1::2], strict=True):
            found.setdefault(given[0], []).append(_moved(given, taken))
    wanted = set(positions)
    for one in unfolded.told:
        position = one.row.position
        if position in wanted and position not in found and one.reading and not one.reading.problem:
            found[position] = [
                Moved(
                    position,
                    m.units,
                    m.currency,
                    Place(m.book, m.from_kind, m.from_key),
                    Place(m.book, m.to_kind, m.to_key),
                )
                for m in one.reading.movements
            ]
    return found


def movements_asked(positions: Sequence[int]) -> Question:
    """What `movements` asks, where there are positions."""
    return Question("answer_movements", [list(positions)])


def _moved(given: tuple[Any, ...], taken: tuple[Any, ...]) -> Moved:
    """The two sides stand next to each other: ordinals 0 and 1, 2 and 3."""
    assert given[0] == taken[0] and given[1] % 2 == 0 and taken[1] == given[1] + 1
    return Moved(
        position=given[0],
        units=int(taken[2]),
        currency=given[7],
        source=Place(given[4], given[5], given[6]),
        target=Place(taken[4], taken[5], taken[6]),
        source_id=given[3],
        target_id=taken[3],
        source_total=None if given[8] is None else int(given[8]),
        target_total=None if taken[8] is None else int(taken[8]),
    )


def nets(inquiry: Inquiry, flow: Subject, rows: Iterable[EventRow], moved: Mapping[int, Sequence[Moved]]) -> list[Net]:
    """What is not zero when these events of a flow (in story order) are over. Another flow's own places are not its."""
    found: dict[tuple[Place, str], Net] = {}
    for row in rows:
        for one in moved.get(row.position, ()):
            for place, place_id, units in one.sides:
                about = place_kind(inquiry.model, place)
                if about.subject == flow.kind and place.key != flow.key:
                    continue
                before = found.get((place, one.currency))
                total = units + (before.units if before else 0)
                found[place, one.currency] = Net(place, place_id, one.currency, total, row)
    return [found[key] for key in sorted(found) if found[key].units]


def net_line(inquiry: Inquiry, net: Net, is_final: bool, flow: Link | None = None) -> PlaceLine:
    """A flow's part of a place, as an answer shows it."""
    amount, event = (net.units, net.currency), ref_of(inquiry, net.row)
    return place_line(inquiry, net.place, net.place_id, amount, net.row.recorded, event, is_final, flow, by_flow=True)


def movement_line(inquiry: Inquiry, moved: Moved) -> MovementLine:
    return MovementLine(
        moved.source,
        moved.target,
        place_title(inquiry, moved.source),
        place_title(inquiry, moved.target),
        money(inquiry.model, moved.units, moved.currency),
        moved.source_id,
        moved.target_id,
    )
