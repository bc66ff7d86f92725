"""How a flow conducted itself, event by event: the quick look that tells whether any rule but those of conservation can
have anything to say, and the changes of its reservations for those that have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from audit.findings.flowkind import FlowKind
from audit.findings.story import At, Reserved, Story
from audit.model.meaning import Duration, Model

Row = tuple[Any, ...]  # of flow_moves.sql


def behaves(model: Model, about: FlowKind, story: Story, moves: Sequence[Row], ats: Mapping[int, At]) -> bool:
    """Whether no rule can have anything to say. `ats`: its places, those of other flows left out."""
    return _numbers_fit(about, story, moves) and _money_fits(model, about, story, moves, ats)


def _numbers_fit(about: FlowKind, story: Story, moves: Sequence[Row]) -> bool:
    """Nothing took effect twice, and nothing that failed had to be undone."""
    if about.undone_by and story.ended is not None and story.ended.is_failure:
        return all(row[9] not in about.undone_by for row in moves)
    if not about.once:
        return True
    events = {row[2]: about.once[row[9]] for row in moves if row[9] in about.once}
    return len(set(events.values())) == len(events)


def _money_fits(model: Model, about: FlowKind, story: Story, moves: Sequence[Row], ats: Mapping[int, At]) -> bool:
    """At every time the money was where the flow's state allows it, nothing was taken that was not reserved, nothing
    stayed reserved for too long, and in the end the other books say the same."""
    nets: dict[int, int] = {}
    reserved: dict[int, int] = {}
    state, last, latest_else = "", len(moves) - 1, -1
    for number, row in enumerate(moves):
        state = about.states.get(row[9], state)
        at = ats.get(row[3])
        if at is not None:
            before = nets.get(row[3], 0)
            after = nets[row[3]] = before + int(row[8])
            if at.book != story.book:
                latest_else = row[1]
            if (at.book, at.kind) in about.reserves:
                limit = about.reserves[(at.book, at.kind)]
                if after < 0 or (limit is not None and _is_too_long(model, limit, reserved, row, before, after)):
                    return False
        allowed = about.pairs.get(state)
        if allowed and (number == last or moves[number + 1][1] != row[1]) and _are_astray(nets, ats, allowed):
            return False
    has_left = not any(reserved.values())
    return has_left and _adds_up(story, nets, ats, latest_else)


def _is_too_long(
    model: Model, limit: Duration, reserved: dict[int, int], row: Row, before: int, after: int
) -> bool:
    """Whether a reservation ended after its time. `reserved`: since when they last."""
    if before <= 0 < after:
        reserved[row[3]] = row[1]
    elif after <= 0 < before:
        return bool(row[1] > model.due(reserved.pop(row[3]), limit))
    return False


def _are_astray(nets: Mapping[int, int], ats: Mapping[int, At], allowed: Mapping[str, frozenset[str]]) -> bool:
    for place_id, units in nets.items():
        if units > 0:
            at = ats[place_id]
            if at.book in allowed and at.kind not in allowed[at.book]:
                return True
    return False


def _adds_up(story: Story, nets: Mapping[int, int], ats: Mapping[int, At], latest_else: int) -> bool:
    """Whether the other books come to the declared amount, if it is time that they do."""
    if story.declared is None or story.settled_by is None or story.ended is None or story.ended.is_failure:
        return True
    if latest_else > story.settled_by:
        return False
    units, currency = story.declared
    sums: dict[str, int] = {}
    for place_id, net in nets.items():
        at = ats[place_id]
        if at.book != story.book and at.currency == currency and at.rests:
            sums[at.book] = sums.get(at.book, 0) + max(net, 0)
    return all(one == units for one in sums.values())


def reservations(
    model: Model, about: FlowKind, moves: Sequence[Row], ats: Mapping[int, At]
) -> Iterator[Reserved]:
    """What each event did to the flow's reservations, in story order."""
    nets: dict[int, int] = {}
    for position, rows in groupby(moves, key=itemgetter(2)):
        before = dict(nets)
        recorded = None
        for row in rows:
            at, recorded = ats.get(row[3]), row[1]
            if at is not None and (at.book, at.kind) in about.reserves:
                nets[row[3]] = nets.get(row[3], 0) + int(row[8])
        for place_id, units in nets.items():
            had, at = before.get(place_id, 0), ats[place_id]
            if units != had and recorded is not None:
                limit = about.reserves[(at.book, at.kind)] if had <= 0 < units else None
                yield Reserved(recorded, position, at, had, units, model.due(recorded, limit) if limit else None)
