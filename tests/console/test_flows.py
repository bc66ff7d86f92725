"""The page of flows on the demo bank: what went wrong by day, counted again from its events and its model alone."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from audit.access.mask import hidden
from audit.answers.inquiry import inquire
from audit.answers.pages.automata import flows_page
from audit.database import reading
from tests.console.conftest import Bank

MODEL = tomllib.loads((Path(__file__).parents[2] / "demobank" / "model.toml").read_text())


def what_failed() -> set[str]:
    """The types of transitions that are failures, or that lead to one."""
    failed = set()
    for lane in MODEL["lane"].values():
        for type_, event in lane["event"].items():
            to = event.get("state", {}).get("to")
            if to and (event.get("failure") or lane["state"][to].get("failure")):
                failed.add(type_)
    return failed


def test_failures_and_crashes_are_counted_apart_and_by_day(bank: Bank) -> None:
    rows = bank.rows(
        "select l.recorded_at, y.name from trace.log l join trace.event_type y on y.id = l.type_id where l.kind = 0"
    )
    zone = ZoneInfo(MODEL["model"]["zone"])
    days = sorted(time.astimezone(zone).date() for time, _ in rows)
    failed = Counter(time.astimezone(zone).date() for time, type_ in rows if type_ in what_failed())
    missing = bank.rows("select opened_at from finding where rule = 'missing_reaction'")
    crashed = Counter(time.astimezone(zone).date() for (time,) in missing)
    with reading() as connection:
        troubles = flows_page(inquire(connection, hidden), days[0], max(days[-1], date(2026, 11, 24))).troubles
    assert failed.total() > 20 and crashed.total() > 2
    assert {day.day: day.failures for day in troubles if day.failures} == failed
    assert {day.day: day.crashes for day in troubles if day.crashes} == crashed
