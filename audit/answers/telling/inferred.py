"""What corrections that name no event may put right, wherever it stands: what moved the same place of one owner by as
much the other way before. The money alone proves nothing, so these are candidates, however few they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from audit.answers.inquiry import Inquiry, Question
from audit.answers.reading.movements import Moved
from audit.answers.reading.names import place_kind
from audit.values import EventRef

NEWEST = 2_000  # movements of a place before the correction that are looked through
CANDIDATES = 6  # that are told of one event; that there are more is said


class Inferred(NamedTuple):
    """`position` is told; `others` may be what it puts right, or (`is_by`) may put it right. `has_more`: not all that
    fit are among them, or not all was looked through."""

    position: int
    is_by: bool
    others: Sequence[EventRef]
    has_more: bool


def inferred(
    inquiry: Inquiry, positions: Sequence[int], moved: Mapping[int, Sequence[Moved]], nameless: Sequence[int]
) -> list[Inferred]:
    """Of events told; `nameless`: those among them that are corrections and name none."""
    forward = _before(inquiry, {one: _own_sides(inquiry, moved.get(one, ())) for one in nameless})
    return [*forward, *_after(inquiry, positions)]


def nameless_asked(inquiry: Inquiry, positions: Sequence[int]) -> list[Question]:
    """What is asked of any events that are told; nothing where the model has no such corrections."""
    model = inquiry.model
    owned = [(one.book, one.name, one.owner) for one in model.places.values() if one.owner is not None]
    if not (model.nameless and positions and owned):
        return []
    books, kinds, owners = map(list, zip(*owned, strict=True))
    asked = {"books": books, "kinds": kinds, "owners": owners, "limit": CANDIDATES + 1}
    return [Question("answer_nameless", {"positions": sorted(positions), **asked})]


def _after(inquiry: Inquiry, positions: Sequence[int]) -> list[Inferred]:
    fit: dict[int, list[EventRef]] = {}
    for one in nameless_asked(inquiry, positions):
        for what, position, source, event, *clocks in inquiry.answer(one):
            if inquiry.cut.counts(*clocks):
                fit.setdefault(what, []).append(EventRef(source, event, position))
    return [Inferred(one, True, refs[:CANDIDATES], len(refs) > CANDIDATES) for one, refs in fit.items()]


def _before(inquiry: Inquiry, sides: Mapping[int, Sequence[tuple[int, int]]]) -> list[Inferred]:
    wanted = [(one, place, -units) for one, its in sides.items() for place, units in its]
    if not wanted:
        return []
    asked = {
        "positions": [one for one, _, _ in wanted],
        "places": [place for _, place, _ in wanted],
        "amounts": [units for _, _, units in wanted],
        "newest": NEWEST,
        "limit": CANDIDATES + 1,
    }
    fit: dict[int, dict[EventRef, None]] = {}  # by several of its places perhaps
    cut_short: set[int] = set()
    for one, position, source, event, is_long, *clocks in inquiry.rows("answer_mirrored", asked):
        if inquiry.cut.counts(*clocks):
            fit.setdefault(one, {})[EventRef(source, event, position)] = None
        if is_long:
            cut_short.add(one)
    return [
        Inferred(one, False, list(refs)[:CANDIDATES], len(refs) > CANDIDATES or one in cut_short)
        for one, refs in fit.items()
    ]


def _own_sides(inquiry: Inquiry, moved: Sequence[Moved]) -> list[tuple[int, int]]:
    """The places of one owner that were moved (those that are folded), and by how much: not what owners share."""
    return [
        (place_id, units)
        for one in moved
        for place, place_id, units in one.sides
        if place_id and units and place_kind(inquiry.model, place).owner is not None
    ]
