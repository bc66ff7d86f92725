"""The lanes as automata: every figure is what a plain count over the events says."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from audit.answers.pages.automata import flows_page
from audit.answers.shapes import FlowsPage, LaneFlow, PassageLine, StateCount
from console.automaton import drawing
from tests.answers.conftest import asking
from tests.answers.oracle import Bank
from tests.conftest import Database

STATES = {"Begun": "begun", "Done": "done"}


def page_of(bank: Bank, days: int = 0) -> FlowsPage:
    first = min(event.recorded for event in bank.events).date() - timedelta(days=1)
    last = max(event.recorded for event in bank.events).date() + timedelta(days=1)
    with asking() as inquiry:
        return flows_page(inquiry, first + timedelta(days=days), last)


def test_every_stream_is_counted_in_the_state_that_it_is_in(world: Database, bank: Bank) -> None:
    with asking() as inquiry:
        rows = inquiry.connection.execute("select lane, state, count(*) from aggregate group by lane, state").fetchall()
    expected = {(lane, state): count for lane, state, count in rows}
    found = {(lane.lane, s.name): s.now for lane in page_of(bank).lanes for s in lane.states if s.now}
    assert found == expected and len(expected) > 3


def test_every_transition_is_counted_with_the_time_it_took(world: Database, bank: Bank) -> None:
    order = next(lane for lane in page_of(bank).lanes if lane.lane == "order")
    begun = {event.stream: event for event in bank.events if event.type == "Begun"}
    took = sorted((e.recorded - begun[e.stream].recorded).total_seconds() for e in bank.events if e.type == "Done")
    first = next(line for line in order.passages if line.type == "Begun")
    done = next(line for line in order.passages if line.type == "Done")
    assert (first.passed, done.passed) == (len(begun), len(took))
    assert first.p50 is None, "nothing came before the first event"
    assert done.p50 is not None and abs(done.p50 - took[(len(took) - 1) // 2]) <= max(1e-5, took[len(took) // 2] / 8)


def test_only_the_chosen_days_are_counted(world: Database, bank: Bank) -> None:
    whole, zone = page_of(bank), ZoneInfo("Europe/Copenhagen")
    counted = set()
    for days in (1, 2, 3):
        later = page_of(bank, days)
        since = [event for event in bank.events if event.recorded.astimezone(zone).date() >= later.began]
        for before, after in zip(whole.lanes, later.lanes, strict=True):
            assert [state.now for state in before.states] == [state.now for state in after.states]
        done = next(line for lane in later.lanes for line in lane.passages if line.type == "Done")
        assert done.passed == sum(event.type == "Done" for event in since)
        counted.add(done.passed)
    assert len(counted) > 1


def test_timeouts_stand_apart_from_failures(world: Database, bank: Bank) -> None:
    page = page_of(bank)
    assert sum(day.timeouts for day in page.troubles) == sum(event.type == "TimedOut" for event in bank.events)
    assert sum(day.failures for day in page.troubles) == 0


def test_a_drawing_has_every_state_and_every_arrow_in_its_frame(world: Database, bank: Bank) -> None:
    states = tuple(StateCount(f"s{n}", f"State {n} " * 9, n, n == 5, n == 4, n == 3) for n in range(6))
    lines = [("", "s0"), ("s0", "s1"), ("s1", "s0"), ("s1", "s1"), ("s1", "s2"), ("s2", "s5")]
    passages = tuple(PassageLine(a, b, f"{a}{b}", "T", 1, None, None, (a, b) != ("s1", "s1")) for a, b in lines)
    for lane in (LaneFlow("l", "L", "l", states, passages), LaneFlow("l", "L", "l", states, ()), *page_of(bank).lanes):
        drawn = drawing(lane)
        assert [node.state for node in drawn.nodes if node.state] == list(lane.states)
        assert len({(node.x, node.y) for node in drawn.nodes}) == len(drawn.nodes), "no box lies on another"
        for node in drawn.nodes:
            assert 0 <= node.x <= drawn.width - 168 and 0 <= node.y <= drawn.height - 46
        assert sum(arrow.passed for arrow in drawn.arrows) == sum(line.passed for line in lane.passages)
