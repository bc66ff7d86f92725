"""Corrections that name no event, matched with what they put right wherever it stands: by amount, currency, account and
sign, where only one event fits; else those that do are candidates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from audit.answers.inquiry import Inquiry, Question
from audit.answers.reading.events import Told
from audit.answers.reading.movements import Moved, movements
from audit.answers.reading.names import place_kind
from audit.answers.reading.unfolded import Unfolded
from audit.values import EventRef

NEWEST = 10_000  # movements of a place before the correction that are looked through
CANDIDATES = 6  # that are told; where there are more, which it is is not to be guessed


class Inferred(NamedTuple):
    """`position` is told; `others` may be what it puts right (`is_by` False), or is what puts it right. `moved` is what
    the other moved, where there is but one."""

    position: int
    is_by: bool
    others: Sequence[EventRef]
    moved: Sequence[Moved] = ()


def inferred(
    inquiry: Inquiry,
    told: Sequence[Told],
    moved: Mapping[int, Sequence[Moved]],
    unmatched: Sequence[int],
    matched: Sequence[int],
    unfolded: Unfolded,
) -> list[Inferred]:
    """`unmatched`: the corrections among these events that name none; `matched`: events that something here puts right
    already."""
    if not inquiry.model.nameless:
        return []
    forward = _candidates(inquiry, {one: _own_sides(inquiry, moved.get(one, ())) for one in unmatched})
    single = [refs[0].position for refs in forward.values() if len(refs) == 1]
    brought = movements(inquiry, single, unfolded) if single else {}
    found = [
        Inferred(one, False, refs, brought.get(refs[0].position, ()) if len(refs) == 1 else ())
        for one, refs in forward.items()
    ]
    here = [one for one in told if one.row.position not in matched]
    return [*found, *_backward(inquiry, told, {one.row.position for one in here}, unfolded)]


def nameless_asked(inquiry: Inquiry, positions: Sequence[int]) -> list[Question]:
    """What is asked of any events that are told; nothing where the model has no such corrections."""
    model = inquiry.model
    if not model.nameless or not positions:
        return []
    owned = [(one.book, one.name, one.owner) for one in model.places.values() if one.owner is not None]
    books, kinds, owners = map(list, zip(*owned, strict=True)) if owned else ([], [], [])
    asked = {"positions": sorted(positions), "books": books, "kinds": kinds, "owners": owners}
    return [Question("answer_nameless", asked)]


def _backward(inquiry: Inquiry, told: Sequence[Told], here: Collection[int], unfolded: Unfolded) -> list[Inferred]:
    """Corrections elsewhere for which one of the events `here` is the only one that fits."""
    positions = [one.row.position for one in told]
    rows = [row for one in nameless_asked(inquiry, positions) for row in inquiry.answer(one)]
    rows = [row for row in rows if row[0] not in positions and inquiry.cut.counts(*row[3:])]
    if not rows:
        return []
    brought = movements(inquiry, [row[0] for row in rows], unfolded)
    refs = {row[0]: EventRef(row[1], row[2], row[0]) for row in rows}
    fit = _candidates(inquiry, {one: _own_sides(inquiry, brought.get(one, ())) for one in refs})
    return [
        Inferred(only[0].position, True, [refs[one]], brought.get(one, ()))
        for one, only in fit.items()
        if len(only) == 1 and only[0].position in here
    ]


def _candidates(inquiry: Inquiry, sides: Mapping[int, Sequence[tuple[int, int]]]) -> dict[int, list[EventRef]]:
    """By correction, the events before it that moved one of its places by as much the other way."""
    wanted = [(one, place, -units) for one, its in sides.items() for place, units in its]
    if not wanted:
        return {}
    asked = {
        "positions": [one for one, _, _ in wanted],
        "places": [place for _, place, _ in wanted],
        "amounts": [units for _, _, units in wanted],
        "newest": NEWEST,
        "limit": CANDIDATES,
    }
    found: dict[int, list[EventRef]] = {}
    for one, position, source, event in inquiry.rows("answer_mirrored", asked):
        found.setdefault(one, []).append(EventRef(source, event, position))
    return found


def _own_sides(inquiry: Inquiry, moved: Sequence[Moved]) -> list[tuple[int, int]]:
    """The places of one owner that were moved (those that are folded), and by how much: not what owners share."""
    return [
        (place_id, units)
        for one in moved
        for place, place_id, units in one.sides
        if place_id and units and place_kind(inquiry.model, place).owner is not None
    ]
