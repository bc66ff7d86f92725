"""Which event was the reaction to which: a subject's calls matched with what followed them. Pure.

A reaction belongs to the call that its causation names; else to the oldest call before it that is unmet and not
overdue, else to the latest overdue one, else it is one more for a call that is met. A flow is one thing: there a
reaction belongs to the oldest unmet call and meets those between as well. A reaction too many need not be met.
Services' clocks differ: a reaction may be recorded a little before the first call.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import deque
from collections.abc import Callable, Mapping, Sequence

import msgspec

from audit.model.expecting import Roles
from audit.model.meaning import Duration, Expectation

SKEW_MICROS = 1_000_000

Due = Callable[[int, Duration], int]


class Happening(msgspec.Struct, gc=False, array_like=True):
    """An event that plays a part: its recorded time, position and the number of its type."""

    recorded: int
    position: int
    meaning: int


class Call(msgspec.Struct, array_like=True):
    """An event after which a reaction must follow until `due`; those that belong to it, in story order, and the one
    that met it, which may belong to an earlier call of its flow. `is_surplus`: the event is one reaction too many.
    Of a call that was carried on (carrying.py): how many `more` reactions it has, and with how many it was `told`."""

    expectation: int
    after: Happening
    due: int
    reactions: list[Happening] = []
    met: Happening | None = None
    is_surplus: bool = False
    more: int = 0
    told: int | None = None

    @property
    def is_late(self) -> bool:
        return self.met is not None and self.met.recorded > self.due

    @property
    def count(self) -> int:
        return len(self.reactions) + self.more


class Carried(msgspec.Struct, array_like=True):
    """What is left of a history up to `until` for what comes after it: calls that may get one more reaction, in story
    order, and (expectation, position of a call beyond it, its reactions up to it)."""

    until: int
    calls: list[Call]
    ahead: list[tuple[int, int, list[Happening]]]


class TooFarBack(Exception):
    """A reaction may belong to a call that was not carried on: the whole history is to be matched."""


class Matched(msgspec.Struct):
    """`is_clear` False: which reaction is whose rests on causes, and none were given."""

    calls: list[Call]
    is_clear: bool


def matched(
    expectations: Sequence[Expectation],
    roles: Roles,
    happenings: Sequence[Happening],
    due: Due,
    is_flow: bool,
    causes: Mapping[int, int] | None = None,
    carried: Carried | None = None,
) -> Matched:
    """The calls among `happenings`, which stand in story order, and those that are carried on. `causes`: by an event's
    position, that of its cause."""
    calls: dict[int, list[Call]] = {}
    reactions: dict[int, list[tuple[int, Happening]]] = {}
    starts: dict[int, list[int]] = {}
    ahead: dict[tuple[int, int], list[Happening]] = {}
    if carried is not None:
        ahead = {(number, position): list(came) for number, position, came in carried.ahead}
        for call in carried.calls:
            calls.setdefault(call.expectation, []).append(call)
            starts.setdefault(call.expectation, []).append(-1)
    for index, one in enumerate(happenings):
        for number in roles.calls.get(one.meaning, ()):
            within = expectations[number].within
            before = ahead.get((number, one.position), [])
            calls.setdefault(number, []).append(Call(number, one, due(one.recorded, within), before))
            starts.setdefault(number, []).append(index)
        for number in roles.reactions.get(one.meaning, ()):
            reactions.setdefault(number, []).append((index, one))
    is_clear = True
    for number, of_one in calls.items():
        came = reactions.get(number, [])
        if carried is None and len(of_one) == 1 and (not came or came[0][0] > starts[number][0]):
            of_one[0].reactions = [one for _, one in came]
            of_one[0].met = came[0][1] if came else None
        elif came or carried is not None:
            is_clear = False
            past = [one for call in of_one for one in call.reactions]
            order = {one.position: index for index, one in enumerate(past, -len(past))}
            rest = _assign_by_cause(of_one, came, causes or {}, is_flow)
            _assign_in_order(expectations[number].at_most, of_one, starts[number], rest, is_flow)
            _meet(of_one, starts[number], order | {one.position: index for index, one in came}, is_flow)
    found = [call for number in sorted(calls) for call in calls[number]]
    too_many = {one.position for call in found for one in surplus(expectations, call)}
    if too_many:
        for call in found:
            call.is_surplus = call.is_surplus or call.after.position in too_many
    return Matched(found, is_clear or causes is not None)


def surplus(expectations: Sequence[Expectation], call: Call) -> Sequence[Happening]:
    """The reactions of a call beyond those that the model allows."""
    at_most = expectations[call.expectation].at_most
    return call.reactions[at_most:] if at_most is not None else ()


def _meet(calls: Sequence[Call], starts: Sequence[int], order: Mapping[int, int], is_flow: bool) -> None:
    """`order`: where each reaction stands."""
    before: list[int] = []  # where the reactions to earlier calls of a flow stand, in order
    by_index = {index: one for call in calls for one in call.reactions for index in [order[one.position]]}
    for call, start in zip(calls, starts, strict=True):
        call.reactions.sort(key=lambda one: order[one.position])
        own = [order[one.position] for one in call.reactions]
        later = bisect_right(before, start) if is_flow else len(before)
        answers = own or before[later : later + 1]
        call.met = by_index[answers[0]] if answers else None
        for index in own if is_flow else ():
            insort(before, index)


def _assign_by_cause(
    calls: Sequence[Call], reactions: Sequence[tuple[int, Happening]], causes: Mapping[int, int], is_flow: bool
) -> list[tuple[int, Happening]]:
    """Gives those that name no call. What is recorded later than clocks differ was no call yet, but in a flow."""
    by_position = {call.after.position: call for call in calls}
    rest = []
    for index, one in reactions:
        caused_by = by_position.get(causes.get(one.position, one.position))
        is_before = caused_by is not None and (is_flow or caused_by.after.recorded - one.recorded <= SKEW_MICROS)
        if caused_by is not None and is_before and caused_by.after is not one:
            caused_by.reactions.append(one)
        else:
            rest.append((index, one))
    return rest


def _assign_in_order(
    at_most: int | None,
    calls: Sequence[Call],
    starts: Sequence[int],
    reactions: Sequence[tuple[int, Happening]],
    is_flow: bool,
) -> None:
    before: list[Call] = []
    roomy: list[Call] = []  # those of them that may have one more reaction, as far as it is known
    waiting: deque[Call] = deque()
    overdue: list[Call] = []
    for index, one in reactions:
        while len(before) < len(calls) and starts[len(before)] < index:
            call = calls[len(before)]
            before.append(call)
            roomy.append(call)
            if not call.reactions:
                waiting.append(call)
        if not before:
            if calls[0].after.recorded - one.recorded <= SKEW_MICROS and calls[0].after is not one:
                calls[0].reactions.append(one)
            continue
        while not is_flow and waiting and waiting[0].due < one.recorded:
            overdue.append(waiting.popleft())
        call = waiting.popleft() if waiting else overdue.pop() if overdue else _with_room(at_most, before, roomy)
        call.reactions.append(one)


def _with_room(at_most: int | None, calls: Sequence[Call], roomy: list[Call]) -> Call:
    """All calls are met: the latest that may have one more reaction, else the latest. Who is full remains so."""
    while at_most is not None and roomy and len(roomy[-1].reactions) >= at_most:
        roomy.pop()
    found = roomy[-1] if at_most is not None and roomy else calls[-1]
    if at_most is not None and at_most > 1:
        carried = [call for call in calls if call.told is not None]
        if carried and (not roomy or (found.told is not None and found is not carried[-1])):
            raise TooFarBack
    return found
