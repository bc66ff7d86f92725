"""What the rules about flows find in a history, by plain passes over each flow's events: apart from the engine's
stories, its quick look and its memory. Written from docs/reference/findings.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from audit.model.meaning import Facts, Model, Reading
from tests.projections.oracle import Place
from tests.projections.oracle_reactions import SECOND, Told

KIND = "payment"
RULES = (
    "transfer_not_conserved", "residue_at_end", "reservation_leak", "unmatched_resolution", "double_effect",
    "half_compensation", "amount_drift",
)  # fmt: skip
Found = Counter[tuple[str, str, int, bool]]  # rule, flow, when it opened (microseconds), whether it is resolved


@dataclass(frozen=True)
class Step:
    """One event of a flow, with what it did to the flow's money. `nets`: where the money is after it."""

    told: Told
    reading: Reading
    before: Mapping[Place, int]
    nets: Mapping[Place, int]

    @property
    def at(self) -> int:
        return self.told.event.recorded


@dataclass(frozen=True)
class Ended:
    at: int
    due: int
    is_failure: bool


def flows_found(model: Model, keys: Mapping[tuple[str, str], Sequence[Told]], watermark: int) -> Found:
    found: Found = Counter()
    for (kind, key), told in keys.items():
        if kind != KIND:
            continue
        steps = [*_steps(model, key, told)]
        end = _end(model, steps)
        signs = [
            *(("transfer_not_conserved", *one) for one in _not_conserved(model, steps, watermark)),
            *(("reservation_leak", *one) for one in _leaks(model, steps, watermark)),
            *(("unmatched_resolution", *one) for one in _unmatched(steps)),
            *(("double_effect", *one) for one in _more_than_reserved(steps)),
            *(("double_effect", *one) for one in _once_more(model, steps)),
        ]
        if end is not None and end.due <= watermark:
            signs += [("residue_at_end", *one) for one in _residue(steps, end)]
            signs += [("half_compensation", *one) for one in _not_undone(model, steps, end)]
            signs += [("amount_drift", *one) for one in _drift(model, steps, end)]
        found.update((rule, key, at, is_over) for rule, at, is_over in signs)
    return found


def _steps(model: Model, key: str, told: Sequence[Told]) -> Iterator[Step]:
    nets: dict[Place, int] = {}
    for one in told:
        event = one.event
        meaning = model.meaning(event.stream, event.type)
        assert meaning is not None and meaning[2] is not None
        facts = Facts(event.source, event.stream, event.type, event.id, event.version, event.occurred, event.recorded,
                      None, None)  # fmt: skip
        reading = meaning[2].read(facts, event.data, {})
        before = dict(nets)
        for moved in reading.movements:
            for kind, place, units in ((moved.from_kind, moved.from_key, -moved.units),
                                       (moved.to_kind, moved.to_key, moved.units)):  # fmt: skip
                if kind != "transit" or place == key:  # another flow's transit is not this one's
                    at = (moved.book, kind, place, moved.currency)
                    nets[at] = nets.get(at, 0) + units
        yield Step(one, reading, before, dict(nets))


def _end(model: Model, steps: Sequence[Step]) -> Ended | None:
    own = [step for step in steps if step.told.name[0] == "payment" and step.reading.to is not None]
    if not own:
        return None
    state = model.lanes["payment"].states[own[-1].reading.to or ""]
    within = model.kinds[KIND].settles_within
    assert within is not None
    return Ended(own[-1].at, model.due(own[-1].at, within), state.is_failure) if state.is_final else None


def _declared(steps: Sequence[Step]) -> tuple[int, str] | None:
    return next((step.reading.declared for step in steps if step.reading.declared is not None), None)


def _ends_of_times(steps: Sequence[Step]) -> list[Step]:
    return [list(group)[-1] for _, group in groupby(steps, key=lambda step: step.at)]


def _not_conserved(model: Model, steps: Sequence[Step], watermark: int) -> Iterator[tuple[int, bool]]:
    declared = _declared(steps)
    wrong_since = None
    for step in _ends_of_times(steps):
        custody = {place: units for place, units in step.nets.items() if place[0] == "custody"}
        held = sum(units for units in custody.values() if units > 0)
        is_wrong = any(units < 0 and place[1] == "transit" for place, units in custody.items()) or (
            declared is not None and held > 0 and held != declared[0]
        )
        if is_wrong and wrong_since is None:
            wrong_since = step.at
        elif not is_wrong and wrong_since is not None:
            if step.at - wrong_since > SECOND:
                yield wrong_since, True
            wrong_since = None
    if wrong_since is not None and watermark - wrong_since > SECOND:
        yield wrong_since, False


def _reserving(steps: Sequence[Step]) -> Iterator[tuple[int, Step, Place, int, int]]:
    """What each event did to what the flow has in a reservation: before and after."""
    for number, step in enumerate(steps):
        for place in {*step.before, *step.nets}:
            if place[1] == "reserved" and step.before.get(place, 0) != step.nets[place]:
                yield number, step, place, step.before.get(place, 0), step.nets[place]


def _later(steps: Sequence[Step], number: int) -> Sequence[Step]:
    return steps[number + 1 :]


def _leaks(model: Model, steps: Sequence[Step], watermark: int) -> Iterator[tuple[int, bool]]:
    within = model.places[("ledger", "reserved")].within
    if within is None:
        return
    for number, step, place, before, after in _reserving(steps):
        if before <= 0 < after:
            due = model.due(step.at, within)
            left = next((one.at for one in _later(steps, number) if one.nets[place] <= 0), None)
            if due <= watermark and (left is None or left > due):
                yield due, left is not None


def _unmatched(steps: Sequence[Step]) -> Iterator[tuple[int, bool]]:
    for number, step, place, before, after in _reserving(steps):
        if after < before <= 0:
            yield step.at, any(one.nets[place] >= 0 for one in _later(steps, number))


def _more_than_reserved(steps: Sequence[Step]) -> Iterator[tuple[int, bool]]:
    for _, step, _, before, after in _reserving(steps):
        if after < 0 < before:
            yield step.at, False


def _once_more(model: Model, steps: Sequence[Step]) -> Iterator[tuple[int, bool]]:
    """Labels are taken from the model's text: what undoes an event takes its label back."""
    done: set[str] = set()
    for number, step in enumerate(steps):
        done -= {label for label, undoing in _labels(model).values() if step.told.name in undoing}
        if step.told.name in _labels(model):
            label, undoing = _labels(model)[step.told.name]
            if label in done:
                yield step.at, any(one.told.name in undoing and one.at > step.at for one in _later(steps, number))
            done.add(label)


def _labels(model: Model) -> dict[tuple[str, str], tuple[str, Sequence[tuple[str, str]]]]:
    return {(lane.name, type_): (meaning.once, meaning.undone_by) for lane in model.lanes.values()
            for type_, meaning in lane.events.items() if meaning.once is not None}  # fmt: skip


def _residue(steps: Sequence[Step], end: Ended) -> Iterator[tuple[int, bool]]:
    def is_left(nets: Mapping[Place, int]) -> bool:
        return any(units and place[1] in ("reserved", "transit") for place, units in nets.items())

    times = _ends_of_times(steps)
    if is_left([step for step in times if step.at <= end.due][-1].nets):
        yield end.due, any(not is_left(step.nets) for step in times if step.at > end.due)


def _not_undone(model: Model, steps: Sequence[Step], end: Ended) -> Iterator[tuple[int, bool]]:
    """Each undoing is for the latest step before it that it can undo, else (clocks differ) for the latest of all."""
    if not end.is_failure:
        return
    to_undo = {(lane.name, type_): meaning.undone_by for lane in model.lanes.values()
               for type_, meaning in lane.events.items() if meaning.undone_by}  # fmt: skip
    left = [step for step in steps if step.told.name in to_undo]
    for step in [step for step in steps if step.at <= end.due]:
        can = [one for one in left if step.told.name in to_undo[one.told.name]]
        before = [one for one in can if one.at <= step.at]
        if can:
            left.remove((before or can)[-1])
    for one in left:
        yield end.due, any(step.at > end.due and step.told.name in to_undo[one.told.name] for step in steps)


def _drift(model: Model, steps: Sequence[Step], end: Ended) -> Iterator[tuple[int, bool]]:
    """What reached places of the ledger where it may rest: outside, and the account itself."""
    declared = _declared(steps)
    if end.is_failure or declared is None:
        return

    def is_explained(upto: int) -> bool:
        found = (model.lanes[step.told.name[0]].events[step.told.name[1]] for step in steps if step.at <= upto)
        return any(one.is_correction or one.is_compensation for one in found)

    def booked(nets: Mapping[Place, int]) -> int | None:
        own = [units for place, units in nets.items() if place[0] == "ledger" and place[1] != "reserved"
               and place[3] == declared[1]]  # fmt: skip
        return sum(units for units in own if units > 0) if own else None

    times = _ends_of_times(steps)
    now = booked([step for step in times if step.at <= end.due][-1].nets)
    if now is not None and now != declared[0] and not is_explained(end.due):
        later = [step for step in times if step.at > end.due]
        yield end.due, any(booked(step.nets) == declared[0] or is_explained(step.at) for step in later)
