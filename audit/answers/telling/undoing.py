"""Corrections and compensations linked both ways with what they undo, and what remains when both are taken together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from audit.answers.inquiry import Inquiry
from audit.answers.reading.events import Told
from audit.answers.reading.movements import Moved, movements
from audit.answers.reading.names import money, place_title
from audit.answers.reading.unfolded import Unfolded
from audit.answers.shapes import Cause, EventLine, Remainder
from audit.answers.telling.inferred import Inferred, inferred
from audit.model.paths import text_of
from audit.values import EventRef, Place


class Elsewhere(NamedTuple):
    """An event of another part, or of another's story, and `of` which event told (its position): it puts that one right
    (`is_by`), or is what that one puts right."""

    of: int
    is_by: bool
    ref: EventRef
    moved: Sequence[Moved]


class Undoing(NamedTuple):
    """`by` undoes `what`; None: the event of this identifier is not among those told, or of another source.
    `is_declared`: the event names none, and the model says so."""

    by: Told
    what: Told | None
    named: str = ""
    is_declared: bool = False


def linked_with_undone(
    inquiry: Inquiry,
    told: Sequence[Told],
    lines: Sequence[EventLine],
    moved: Mapping[int, Sequence[Moved]],
    elsewhere: Sequence[Elsewhere],
    guessed: Sequence[Inferred] = (),
) -> list[EventLine]:
    """The lines of these events, in story order, each told what it undoes, what undid it, and what remains of both."""
    found = undoings(told, moved)
    said = {one.by.row.position for one in found if one.named or one.is_declared}
    nameless = {one.row.position for one in told if _undoes(one)} - said
    if not (found or elsewhere or nameless or guessed):
        return list(lines)
    numbers = {line.ref.position: line.number for line in lines}
    made = {line.ref.position: line for line in lines}
    made |= {position: replace(made[position], names_no_event=True) for position in nameless}
    undone: dict[int, list[tuple[Cause, Sequence[Moved]]]] = {}
    for other in (one for one in elsewhere if one.is_by):
        undone.setdefault(other.of, []).append((Cause(other.ref, None), other.moved))
    for one in found:
        by, own = one.by.row.position, moved.get(one.by.row.position, ())
        named = [(other.ref, other.moved) for other in elsewhere if other.of == by and not other.is_by]
        for ref, its in [(one.what.ref, moved.get(one.what.row.position, ()))] if one.what else named:
            undoes = (*made[by].undoes, Cause(ref, numbers.get(ref.position)))
            made[by] = replace(made[by], undoes=undoes, remains=_remains(inquiry, [*its, *own]))
            if ref.position in made:
                undone.setdefault(ref.position, []).append((Cause(one.by.ref, numbers[by]), own))
    for what, its_undoing in undone.items():
        its_undoing.sort(key=lambda pair: pair[0].event.position)
        every = [*moved.get(what, ()), *(move for _, moves in its_undoing for move in moves)]
        undone_by = tuple(cause for cause, _ in its_undoing)
        made[what] = replace(made[what], undone_by=undone_by, remains=_remains(inquiry, every))
    for guess in guessed:
        links = tuple(Cause(one, numbers.get(one.position)) for one in guess.others)
        line = made[guess.position]
        if guess.is_by:
            made[guess.position] = replace(line, may_be_undone_by=links, may_be_undone_by_more=guess.has_more)
        else:
            made[guess.position] = replace(line, may_undo=links, may_undo_more=guess.has_more)
    return [made[line.ref.position] for line in lines]


def guessed_elsewhere(inquiry: Inquiry, told: Sequence[Told], moved: Mapping[int, Sequence[Moved]]) -> list[Inferred]:
    """What corrections that name no event may put right, here and elsewhere."""
    if not inquiry.model.nameless:
        return []
    by = {one.by.row.position for one in undoings(told, moved)}
    nameless = [one.row.position for one in told if _undoes(one) and one.meaning and one.meaning.is_correction
                and one.row.position not in by]  # fmt: skip
    return inferred(inquiry, [one.row.position for one in told], moved, nameless)


def standing_elsewhere(
    inquiry: Inquiry, told: Sequence[Told], corrected: Collection[str], unfolded: Unfolded
) -> list[Elsewhere]:
    """Corrections of these events that are not among them, and what corrections among them put right elsewhere.
    `corrected` are the identifiers that some correction names."""
    here = {(one.row.id, one.row.source_id): one.row.position for one in told}
    positions = set(here.values())
    naming = [(one.row.position, name, one.row.source_id) for one in told if (name := _named(one))]
    naming = [one for one in naming if one[1:] not in here]
    by, named, sources = map(list, zip(*naming, strict=True)) if naming else ([], [], [])
    parameters = {"told": sorted(corrected), "by": by, "named": named, "sources": sources}
    rows = inquiry.rows("answer_corrections", parameters) if corrected or naming else []
    rows = [row for row in rows if row[0] in positions and not (row[1] and row[2] in positions)]
    rows = [row for row in rows if inquiry.cut.counts(*row[5:])]
    moved = movements(inquiry, sorted({row[2] for row in rows}), unfolded) if rows else {}
    found = [Elsewhere(row[0], row[1], EventRef(row[3], row[4], row[2]), moved.get(row[2], ())) for row in rows]
    return [*found, *_waiting(inquiry, here, unfolded, moved)]


def _waiting(
    inquiry: Inquiry, here: Mapping[tuple[str, int], int], unfolded: Unfolded, moved: Mapping[int, object]
) -> list[Elsewhere]:
    """Corrections that are not folded yet, of events of their own source."""
    fresh = [
        (here[named], one)
        for one in unfolded.told
        if (named := (_named(one), one.row.source_id)) in here
        and one.row.position not in (*here.values(), *moved)
        and inquiry.cut.counts(one.row.recorded, one.row.occurred, *one.row.key[1:])
    ]
    brought = movements(inquiry, [one.row.position for _, one in fresh], unfolded) if fresh else {}
    return [Elsewhere(what, True, one.ref, brought.get(one.row.position, ())) for what, one in fresh]


def undoings(told: Sequence[Told], moved: Mapping[int, Sequence[Moved]]) -> list[Undoing]:
    """Each correction and compensation with the event that it names, else the latest one that the model says it undoes,
    else, of a compensation, the latest one whose money it moves back."""
    by_id = {(one.row.id, one.row.source_id): one for one in told}
    open_: list[Told] = []
    found: list[Undoing] = []
    for one in told:
        named = _named(one)
        if named:
            found.append(Undoing(one, by_id.get((named, one.row.source_id)), named))
        elif _undoes(one):
            back = moved.get(one.row.position, ())
            declared = next((e for e in reversed(open_) if _is_declared(e, one)), None)
            is_seen = one.meaning is not None and not one.meaning.is_correction  # those may put right what is not told
            mirrored = (e for e in reversed(open_) if is_seen and _moves_back(moved.get(e.row.position, ()), back))
            what = declared or next(mirrored, None)
            if what is not None:
                open_.remove(what)
                found.append(Undoing(one, what, is_declared=declared is not None))
        open_.append(one)
    return found


def _undoes(one: Told) -> bool:
    return one.problem is None and bool(one.meaning and (one.meaning.is_compensation or one.meaning.is_correction))


def _named(one: Told) -> str:
    """The identifier of the event that it says it puts right."""
    path = one.meaning.corrects if one.meaning else None
    return (text_of(one.at(path)) or "") if path and one.problem is None else ""


def _is_declared(what: Told, by: Told) -> bool:
    """The model says so, and both are of one correlation."""
    if what.meaning is None or by.meaning is None or what.row.correlation != by.row.correlation:
        return False
    return (by.meaning.lane, by.meaning.type) in what.meaning.undone_by


def _moves_back(before: Sequence[Moved], after: Sequence[Moved]) -> bool:
    back = {(one.target, one.source, one.units, one.currency) for one in after}
    return any((one.source, one.target, one.units, one.currency) in back for one in before)


def _remains(inquiry: Inquiry, moved: Sequence[Moved]) -> tuple[Remainder, ...]:
    """What both together moved; nothing: the one takes back the other whole."""
    total: dict[tuple[Place, str], int] = {}
    for one in moved:
        for place, _, units in one.sides:
            total[place, one.currency] = total.get((place, one.currency), 0) + units
    return tuple(
        Remainder(place_title(inquiry, place), money(inquiry.model, units, currency))
        for (place, currency), units in sorted(total.items())
        if units
    )
