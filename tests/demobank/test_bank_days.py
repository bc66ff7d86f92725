"""Bank days: the bank's own calendars say the same as the model's, year by year, and what is late waits."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime

import pytest

from demobank.answer_key import MODEL
from demobank.bank_days import DANISH, SWEDISH, BankDays, easter

CALENDARS = tomllib.loads(MODEL.read_text(encoding="utf-8"))["calendar"]


def micros(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000


def test_easter_falls_where_it_fell() -> None:
    assert [easter(year) for year in (1961, 2000, 2024, 2026, 2038)] == [
        date(1961, 4, 2), date(2000, 4, 23), date(2024, 3, 31), date(2026, 4, 5), date(2038, 4, 25),
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "calendar"), [("dk", DANISH), ("se", SWEDISH)])
def test_the_model_has_the_banks_holidays_and_cut_off(name: str, calendar: BankDays) -> None:
    declared = CALENDARS[name]
    years = {day.year for day in declared["holidays"]}
    assert len(years) >= 6
    assert sorted(declared["holidays"]) == sorted(day for year in years for day in calendar.holidays(year))
    assert (declared["zone"], declared["cut_off"]) == (str(calendar.zone), f"{calendar.cut_off:%H:%M}")


@pytest.mark.parametrize(
    ("ordered", "goes_out"),
    [
        ("2026-11-20T14:59:00+01:00", "2026-11-20T14:59:00+01:00"),
        ("2026-11-20T15:01:00+01:00", "2026-11-23T07:00:00+01:00"),
        ("2026-11-20T05:00:00+01:00", "2026-11-20T07:00:00+01:00"),
        ("2026-11-21T12:00:00+01:00", "2026-11-23T07:00:00+01:00"),
        ("2026-12-23T18:00:00+01:00", "2026-12-28T07:00:00+01:00"),
        ("2026-06-18T16:00:00+02:00", "2026-06-22T07:00:00+02:00"),
        ("2026-03-27T16:00:00+01:00", "2026-03-30T07:00:00+02:00"),
    ],
)
def test_what_comes_after_the_cut_off_goes_out_on_the_next_bank_day(ordered: str, goes_out: str) -> None:
    assert datetime.fromtimestamp(SWEDISH.opening(micros(ordered)) / 1_000_000, UTC) == datetime.fromisoformat(goes_out)
