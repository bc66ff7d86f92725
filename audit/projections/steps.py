"""A step is judged when it is over: a place may dip below zero between the events of one append, but not after it.

A step can be judged again when more of it arrives; what an earlier look at it said is then taken back or repeated, so
that the result does not depend on where batches were cut.
"""

from __future__ import annotations

from audit.projections.memory import Holding, Memory, Negative
from audit.projections.signs import Sign


def begin_step(memory: Memory, step: str) -> None:
    """The events of another append begin: from here on, what is negative counts as negative before."""
    memory.step = step
    if memory.touched:
        memory.touched = {}
    if memory.negative or memory.negative_before:
        memory.negative_before = dict(memory.negative)


def touch(memory: Memory, place_id: int, event: Negative) -> None:
    """`event` moved a place that may not be negative; the step's first such event speaks for the step."""
    memory.touched.setdefault(place_id, event)


def judge_step(memory: Memory) -> list[Sign]:
    """What the step, as far as it is known, did to places that may not be negative."""
    signs = []
    for place_id, event in memory.touched.items():
        holding = memory.holdings[place_id]
        units = holding.units
        before = memory.negative_before.get(place_id)
        now = memory.negative.get(place_id)
        if units >= 0 and before is None and now is None:
            continue
        if event.because is None and memory.illegal:
            event.because = _illegal(memory, event.recorded)
        signs.append(_sign(memory, holding, event, before))
        if units < 0:
            memory.negative[place_id] = before or _with_units(event, units)
        else:
            memory.negative.pop(place_id, None)
    return signs


def _with_units(event: Negative, units: int) -> Negative:
    """The event as it opens a finding; an illegal one of its step is the cause."""
    return Negative(event.position, event.event_id, event.recorded, units, event.because)


def _illegal(memory: Memory, recorded: int) -> tuple[str, str] | None:
    return next(((rule, identity) for rule, identity, _, at in memory.illegal if at == recorded), None)


def _sign(memory: Memory, holding: Holding, event: Negative, before: Negative | None) -> Sign:
    opening = before or _with_units(event, holding.units)
    is_over = holding.units >= 0
    return Sign(
        rule="negative_place",
        subject_id=memory.subject_id,
        subject=memory.subject,
        opened_at=opening.recorded,
        opened_by=opening.position,
        opened_id=opening.event_id,
        evidence=[opening.position],
        numbers={"place": holding.place, "units": str(opening.units), "currency": holding.currency},
        money=[(-opening.units, holding.currency)],
        detail=f"{holding.place}/{holding.currency}",
        resolved_at=event.recorded if is_over and before else None,
        resolved_by=event.position if is_over and before else None,
        withdrawn=is_over and before is None,
        because=None if opening.because is None else (opening.because[0], memory.subject, opening.because[1], ""),
    )
