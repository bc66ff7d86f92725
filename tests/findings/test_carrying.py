"""Calls and reactions matched bit by bit, from what is carried on: as if the whole history were read each time."""

from __future__ import annotations

import random
from collections.abc import Mapping

from audit.findings.carrying import is_told, left_of
from audit.findings.reactions import SKEW_MICROS, Call, Carried, Happening, TooFarBack, matched
from audit.model.expecting import Roles
from audit.model.meaning import Duration, Expectation

STEPS = (0, 0, 300_000, 700_000, SKEW_MICROS, 1_200_000, 5_000_000, 30_000_000)
TYPES = (1, 2, 3, 4)
Cell = tuple[int, int]  # expectation, position of the call
State = tuple[int, int, int | None, bool]  # due, reactions, met by, is surplus


def due(recorded: int, within: Duration) -> int:
    return recorded + (within.seconds or 0) * 1_000_000


def cell(call: Call) -> Cell:
    return call.expectation, call.after.position


def state(call: Call) -> State:
    return call.due, call.count, None if call.met is None else call.met.position, call.is_surplus


class History:
    """Three expectations over four types, events as close together as may be, some naming another as their cause."""

    def __init__(self, chance: random.Random) -> None:
        allowed = [(chance.choice((1, 3, 20)), chance.choice((None, 1, 1, 2, 3))) for _ in range(3)]
        self.expectations = [Expectation(("", ""), (), Duration(seconds), "", n) for seconds, n in allowed]
        self.roles = Roles()
        for number in range(3):
            self.roles.calls.setdefault(chance.choice(TYPES), []).append(number)
            for type_ in chance.sample(TYPES, chance.choice((1, 2))):
                self.roles.reactions.setdefault(type_, []).append(number)
        now, self.events = 0, list[Happening]()
        for position in range(1, chance.randint(2, 40)):
            now += chance.choice(STEPS)
            self.events.append(Happening(now, position, chance.choice(TYPES)))
        often, far = chance.choice((0, 0.2, 0.8)), chance.choice((3, 40))
        named = {one.position: chance.choice(self.events[max(0, n - far) : n + 2]).position
                 for n, one in enumerate(self.events) if chance.random() < often}  # fmt: skip
        self.causes = {position: cause for position, cause in named.items() if position != cause}

    def whole(self, watermark: int) -> list[Call]:
        known = [one for one in self.events if one.recorded <= watermark]
        return matched(self.expectations, self.roles, known, due, False, self._causes(known)).calls

    def from_carried(self, carried: Carried, watermark: int, before: Mapping[Cell, State]) -> list[Call] | None:
        """None: it is to be matched whole."""
        known = [one for one in self.events if carried.until < one.recorded <= watermark]
        near = {(n, one.position) for one in known for n in self.roles.calls.get(one.meaning, ())}
        near |= {cell(call) for call in carried.calls if not call.count}
        causes = self._causes(known, [call.after for call in carried.calls])
        for one in known:
            named = {(n, self.causes.get(one.position, 0)) for n in self.roles.reactions.get(one.meaning, ())}
            if named & before.keys() - near:
                return None
        try:
            return matched(self.expectations, self.roles, known, due, False, causes, carried).calls
        except TooFarBack:
            return None

    def _causes(self, known: list[Happening], also: list[Happening] | None = None) -> dict[int, int]:
        here = {one.position for one in [*known, *(also or ())]}
        return {one.position: self.causes[one.position] for one in known if self.causes.get(one.position) in here}


def test_what_is_carried_on_gives_what_the_whole_gives() -> None:
    went_on = 0
    for seed in range(250):
        chance = random.Random(seed)
        history = History(chance)
        carried: Carried | None = None
        kept, watermark = dict[Cell, State](), 0
        while watermark <= history.events[-1].recorded:
            watermark += chance.choice((1, 400_000, SKEW_MICROS, 3_000_000, 40_000_000))
            whole = history.whole(watermark)
            calls: list[Call] | None = None
            if carried is not None:
                calls = history.from_carried(carried, watermark, kept)
            if calls is not None and carried is not None:
                went_on += 1
                told = {cell(call): state(call) for call in calls if is_told(call, carried.until)}
                assert {key: kept[key] for key in told} == told, seed
                kept |= {cell(call): state(call) for call in calls}
                assert kept == {cell(call): state(call) for call in whole}, (seed, watermark)
            kept = {cell(call): state(call) for call in whole}
            carried = left_of(history.expectations, whole if calls is None else calls, watermark)
    assert went_on > 1_500
