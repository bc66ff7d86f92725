"""What was expected and what came of it, by plain loops over all events of a key: apart from the engine's matching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.model.meaning import Expectation, Model
from tests.projections.oracle import Event

SECOND = 1_000_000


@dataclass(frozen=True)
class Told:
    """One event of a key, in story order."""

    event: Event
    name: tuple[str, str]  # lane, type


@dataclass(frozen=True)
class Outcome:
    """`calls`: (expectation, event) -> due, the event that met it, how many reactions it has. `findings`: (rule,
    opening event, expectation) -> whether it is resolved."""

    calls: Mapping[tuple[int, str], tuple[int, str | None, int]]
    findings: Mapping[tuple[str, str, int], bool]


def outcome_of(model: Model, keys: Mapping[tuple[str, str], Sequence[Told]], watermark: int) -> Outcome:
    calls: dict[tuple[int, str], tuple[int, str | None, int]] = {}
    findings: dict[tuple[str, str, int], bool] = {}
    for (kind, _), told in keys.items():
        mine = [(number, one) for number, one in enumerate(model.expectations) if one.by == kind]
        is_flow = kind in model.kinds and model.kinds[kind].is_flow
        homes = {number: _homes(model, one, told, is_flow) for number, one in mine}
        surplus = {r for number, one in mine for r in _surplus(one, homes[number])}
        for number, one in mine:
            for c in [c for c, t in enumerate(told) if t.name == one.after]:
                own = [r for r in sorted(homes[number]) if homes[number][r] == c]
                also = [r for r in sorted(homes[number]) if r > c and homes[number][r] < c] if is_flow else []
                met = own[0] if own else also[0] if also else None
                call, due = told[c].event, model.due(told[c].event.recorded, one.within)
                calls[number, call.id] = (due, None if met is None else told[met].event.id, len(own))
                if c in surplus:
                    continue
                if met is None and watermark >= due:
                    findings["missing_reaction", call.id, number] = False
                if met is not None and told[met].event.recorded > due:
                    findings["missing_reaction", call.id, number] = True
                    findings["late_reaction", told[met].event.id, number] = True
            for r in _surplus(one, homes[number]):
                findings["duplicate_reaction", told[r].event.id, number] = False
    return Outcome(calls, findings)


def _homes(model: Model, one: Expectation, told: Sequence[Told], is_flow: bool) -> dict[int, int]:
    """By reaction the call that it belongs to; both are places in `told`."""
    calls = [n for n, t in enumerate(told) if t.name == one.after]
    reactions = [n for n, t in enumerate(told) if t.name in one.one_of]
    homes: dict[int, int] = {}
    for r in reactions:
        for c in calls:
            is_call = is_flow or told[c].event.recorded - told[r].event.recorded <= SECOND
            if told[r].event.cause == told[c].event.id and r != c and is_call:
                homes[r] = c
    for r in reactions:
        before = [c for c in calls if c < r]
        if r in homes or not calls:
            continue
        if not before:
            if calls[0] != r and told[calls[0]].event.recorded - told[r].event.recorded <= SECOND:
                homes[r] = calls[0]
            continue
        unmet = [c for c in before if c not in homes.values()]
        in_time = [c for c in unmet
                   if is_flow or model.due(told[c].event.recorded, one.within) >= told[r].event.recorded]  # fmt: skip
        room = [c for c in before if one.at_most is not None and [*homes.values()].count(c) < one.at_most]
        homes[r] = in_time[0] if in_time else unmet[-1] if unmet else room[-1] if room else before[-1]
    return homes


def _surplus(one: Expectation, homes: Mapping[int, int]) -> list[int]:
    if one.at_most is None:
        return []
    return [r for c in set(homes.values()) for r in [r for r in sorted(homes) if homes[r] == c][one.at_most :]]
