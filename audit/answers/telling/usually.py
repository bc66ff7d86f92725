"""What others at the same step usually take, and how many of them wait there too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from audit.answers.inquiry import Inquiry
from audit.answers.reading.cut import END
from audit.answers.reading.events import events_at
from audit.answers.reading.names import Known, declared_kinds, flow_kinds, linked
from audit.answers.reading.standing import of_waits
from audit.answers.shapes import StateLine, Usual, Waiting
from audit.answers.telling.waiting import awaited, expected
from audit.projections.durations import quantile
from audit.values import Clock

Step = TypeVar("Step")

FLOWS_MAX = 5  # of one lane's aggregate
EXPECTED_MAX = 200


def awaited_of(
    inquiry: Inquiry, asked: Known, states: Sequence[StateLine]
) -> tuple[tuple[Waiting, ...], bool]:
    """Of what is no flow: its states' times, and the unmet expectations that events of its own have called for; and
    whether these are all."""
    subjects, lane, is_all = [asked.id], asked.subject.kind, True
    if lane not in declared_kinds(inquiry.model):
        flows = linked(inquiry.connection, asked.id, flow_kinds(inquiry.model), FLOWS_MAX + 1)
        subjects, is_all = subjects + [id for id, _, _ in flows[:FLOWS_MAX]], len(flows) <= FLOWS_MAX
    parameters = {"moment": inquiry.cut.time or END, "subjects": subjects, "limit": EXPECTED_MAX + 1}
    unmet = inquiry.rows("answer_unmet", parameters, **of_waits(inquiry.cut))
    is_all = is_all and len(unmet) <= EXPECTED_MAX
    called = {(row[0], row[1]) for row in unmet[:EXPECTED_MAX]}
    rows = events_at(inquiry, [position for _, position in called])
    found = []
    for number, position in called:
        place = inquiry.lane_of(rows[position].stream)
        is_own = place is not None and (place[0].name, place[1]) == (lane, asked.subject.key)
        if is_own or len(subjects) == 1:
            found.append(expected(inquiry, rows[position], number))
    asked_after = {one.after.position for one in found}
    found += [one for one in awaited(inquiry, (), {}, states) if one.after.position not in asked_after]
    return tuple(sorted(found, key=lambda one: (one.due, one.after.position))), is_all


def with_others(inquiry: Inquiry, waiting: Sequence[Waiting]) -> tuple[Waiting, ...]:
    """Each with what is usual and how many others wait (None: not known), in at most four statements."""
    numbers = sorted({one.expectation for one in waiting if one.expectation is not None})
    states = sorted({_step(one.state) for one in waiting if one.expectation is None and one.state is not None})
    if not numbers and not states:
        return tuple(waiting)
    usual, others = _of_expectations(inquiry, numbers) if numbers else ({}, {})
    usual_in, others_in = _of_states(inquiry, states) if states else ({}, {})
    is_known = inquiry.cut.is_now or inquiry.cut.clock is Clock.RECORDED  # calls are kept by the recorded clock alone
    found = []
    for one in waiting:
        if one.expectation is not None:
            others_waiting = max(0, others.get(one.expectation, 0) - 1) if is_known else None
            found.append(replace(one, usual=usual.get(one.expectation), others_waiting=others_waiting))
        elif one.state is not None:
            step = _step(one.state)
            # how many were in a state in the past is not counted: unknown, which is not 0
            others_waiting = max(0, others_in.get(step, 0) - 1) if inquiry.cut.is_now else None
            found.append(replace(one, usual=usual_in.get(step), others_waiting=others_waiting))
    return tuple(found)


def _step(state: StateLine) -> tuple[str, str]:
    return state.lane, state.state


def _of_expectations(inquiry: Inquiry, numbers: Sequence[int]) -> tuple[dict[int, Usual], dict[int, int]]:
    usual = _histograms((row[0], row[1], row[2]) for row in inquiry.rows("answer_usual", [numbers]))
    name = "answer_waiting_now" if inquiry.cut.is_now else "answer_waiting_then"
    rows = inquiry.rows(name, {"expectations": numbers, "time": inquiry.cut.time})
    return usual, {number: count for number, count in rows}


def _of_states(
    inquiry: Inquiry, states: Sequence[tuple[str, str]]
) -> tuple[dict[tuple[str, str], Usual], dict[tuple[str, str], int]]:
    columns = [[lane for lane, _ in states], [state for _, state in states]]
    usual = _histograms(((row[0], row[1]), row[2], row[3]) for row in inquiry.rows("answer_usual_states", columns))
    rows = inquiry.rows("answer_in_state", columns) if inquiry.cut.is_now else ()
    return usual, {(lane, state): count for lane, state, count in rows}


def _histograms(rows: Iterable[tuple[Step, int, int]]) -> dict[Step, Usual]:
    counts: dict[Step, dict[int, int]] = {}
    for step, bucket, count in rows:
        counts.setdefault(step, {})[bucket] = count
    return {step: usual for step, one in counts.items() if (usual := _usual(one)) is not None}


def _usual(counts: dict[int, int]) -> Usual | None:
    middle, most = quantile(counts, 0.5), quantile(counts, 0.99)
    if middle is None or most is None:
        return None
    return Usual(Decimal(middle).scaleb(-6), Decimal(most).scaleb(-6), sum(counts.values()))
