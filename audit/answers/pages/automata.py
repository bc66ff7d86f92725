"""Each lane as an automaton: how many are in each state, how many passed each transition in a span of days and how long
it took; and what went wrong by day, timeouts and crashes apart from the business's own failures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

from audit.answers.inquiry import Inquiry
from audit.answers.pages.amounts import span
from audit.answers.reading.ledger import day_began
from audit.answers.shapes import FlowsPage, LaneFlow, PassageLine, StateCount, TroubleDay
from audit.model.meaning import Lane
from audit.projections.durations import quantile

CRASHES = ("missing_reaction",)  # a handler that did not do what had to follow
Histogram = Mapping[int, int]


def flows_page(inquiry: Inquiry, began: date | None = None, ended: date | None = None) -> FlowsPage:
    """The days from `began` to `ended`, both included (None: up to now, a month back). Raises UsageError."""
    first, last = span(inquiry, began, ended)
    days = {"began": first, "ended": last}
    now: dict[tuple[str, str], int] = {
        (lane, state): count for lane, state, count in inquiry.rows("answer_state_counts", {"ended": last})
    }
    passed: dict[tuple[str, str, str, str], dict[int, int]] = defaultdict(dict)
    for lane, source, target, type_, bucket, count in inquiry.rows("answer_passages", days):
        passed[lane, source, target, type_][bucket] = count
    lanes = sorted(inquiry.model.lanes.values(), key=lambda lane: (lane.order, lane.name))
    return FlowsPage(
        at=inquiry.as_of(),
        model=inquiry.model.hash,
        began=first,
        ended=last,
        lanes=tuple(_lane(inquiry, lane, now, passed) for lane in lanes if lane.states),
        troubles=_troubles(inquiry, first, last),
    )


def _lane(
    inquiry: Inquiry,
    lane: Lane,
    now: Mapping[tuple[str, str], int],
    passed: Mapping[tuple[str, str, str, str], Histogram],
) -> LaneFlow:
    own = {key[1:]: histogram for key, histogram in passed.items() if key[0] == lane.name}
    legal = dict.fromkeys(
        (source, moved.to, meaning.type)
        for meaning in lane.events.values()
        if (moved := meaning.transition) is not None and moved.to is not None and moved.allowed is not None
        for source in sorted(moved.allowed)
    )
    lines = [_passage(inquiry, lane, key, own.get(key, {})) for key in dict.fromkeys([*legal, *sorted(own)])]
    return LaneFlow(
        lane=lane.name,
        title=inquiry.text(lane.title) or lane.name,
        kind=lane.subject or lane.name,
        states=tuple(
            StateCount(
                state.name,
                inquiry.text(state.title) or state.name,
                now.get((lane.name, state.name), 0),
                state.is_final,
                state.is_failure,
                state.is_timeout,
            )
            for state in lane.states.values()
        ),
        passages=tuple(lines),
    )


def _passage(inquiry: Inquiry, lane: Lane, key: tuple[str, str, str], histogram: Histogram) -> PassageLine:
    source, target, type_ = key
    meaning = lane.events.get(type_)
    moved = meaning.transition if meaning is not None else None
    is_legal = moved is None or moved.allowed is None or source in moved.allowed
    state = lane.states.get(source)
    if moved is not None and moved.allowed is None and state is not None and state.is_final:
        is_legal = meaning is not None and meaning.is_correction
    # Nothing is known of how long it took to come to a stream's first event.
    took = {bucket: count for bucket, count in histogram.items() if source}
    return PassageLine(
        source=source,
        target=target,
        type=type_,
        title=(inquiry.text(meaning.title) if meaning is not None else "") or type_,
        passed=sum(histogram.values()),
        p50=_seconds(quantile(took, 0.5)),
        p99=_seconds(quantile(took, 0.99)),
        is_legal=is_legal,
    )


def _seconds(micros: int | None) -> float | None:
    return None if micros is None else micros / 1_000_000


def _troubles(inquiry: Inquiry, first: date, last: date) -> tuple[TroubleDay, ...]:
    rows = inquiry.rows(
        "answer_trouble_days",
        {
            "began": first,
            "ended": last,
            "from": day_began(inquiry, first),
            "to": day_began(inquiry, last + timedelta(days=1)),
            "zone": inquiry.model.zone,
            "crashes": list(CRASHES),
        },
    )
    found: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
    for day, lane, type_, state, count in rows:
        which = _trouble(inquiry, lane, type_, state)
        if which is not None:
            found[day][which] += count
    return tuple(TroubleDay(day, *found[day]) for day in sorted(found, reverse=True))


def _trouble(inquiry: Inquiry, lane: str, type_: str, state: str) -> int | None:
    """0: a timeout, 1: a crash, 2: the business's own failure, None: nothing went wrong."""
    if not lane:
        return 1
    about = inquiry.model.lanes.get(lane)
    meaning = about.events.get(type_) if about else None
    reached = about.states.get(state) if about else None
    if (meaning and meaning.is_timeout) or (reached and reached.is_timeout):
        return 0
    return 2 if (meaning and meaning.is_failure) or (reached and reached.is_failure) else None
