"""Bank days: cut-off, weekend, holidays, and days on which the clocks change."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from audit.model.calendars import END_OF_TIME
from audit.model.load import loads
from audit.model.meaning import Duration
from audit.values import micros_of
from tests.model.good import changed, small

MODEL = small()
CPH = ZoneInfo("Europe/Copenhagen")


def at(text: str) -> int:
    return micros_of(datetime.fromisoformat(text).replace(tzinfo=CPH))


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-11-23 09:00", 0, "2026-11-23 16:00"),
        ("2026-11-23 16:00", 1, "2026-11-24 16:00"),
        ("2026-11-23 16:00:00.000001", 1, "2026-11-25 16:00"),
        ("2026-11-20 15:00", 1, "2026-11-23 16:00"),  # a Friday
        ("2026-11-20 17:00", 1, "2026-11-24 16:00"),
        ("2026-11-21 03:00", 0, "2026-11-23 16:00"),  # a Saturday counts as Monday
        ("2026-11-21 17:00", 0, "2026-11-23 16:00"),
        ("2026-12-24 12:00", 1, "2026-12-28 16:00"),  # holidays, then a weekend
        ("2026-12-25 12:00", 2, "2026-12-30 16:00"),
        ("2026-03-27 12:00", 1, "2026-03-30 16:00"),  # the clocks go forward on the 29th
        ("2026-10-23 12:00", 1, "2026-10-26 16:00"),  # and back on the 25th
    ],
)
def test_so_many_bank_days_later(start: str, days: int, due: str) -> None:
    assert MODEL.due(at(start), Duration(bank_days=days, calendar="dk")) == at(due)


def test_the_hours_between_change_with_the_clocks() -> None:
    two = Duration(bank_days=1, calendar="dk")
    hours = [
        (MODEL.due(at(start), two) - at(start)) / 3_600_000_000 for start in ("2026-03-27 16:00", "2026-10-23 16:00")
    ]
    assert hours == [71, 73]


def test_seconds_pass_whatever_the_clocks_do() -> None:
    assert MODEL.due(5, Duration(seconds=90)) == 90_000_005


def test_without_a_cut_off_the_day_ends_at_midnight() -> None:
    model = loads(changed('cut_off = "16:00"\n', ""))
    assert model.due(at("2026-11-23 23:59"), Duration(bank_days=0, calendar="dk")) == at("2026-11-24 00:00")
    assert model.due(at("2026-11-20 23:59"), Duration(bank_days=1, calendar="dk")) == at("2026-11-24 00:00")


def test_a_calendar_may_have_a_zone_of_its_own() -> None:
    model = loads(changed('cut_off = "16:00"', 'cut_off = "16:00"\nzone = "Asia/Tokyo"'))
    due = model.due(at("2026-11-23 09:00"), Duration(bank_days=0, calendar="dk"))  # 17:00 in Tokyo
    assert due == micros_of(datetime(2026, 11, 24, 16, tzinfo=ZoneInfo("Asia/Tokyo")))


@pytest.mark.parametrize("year", [1, 1900, 9998, 9999])
def test_odd_years_raise_nothing(year: int) -> None:
    micros = micros_of(datetime(year, 12, 31, 23, tzinfo=ZoneInfo("UTC")))
    for days in (0, 5):
        assert MODEL.due(micros, Duration(bank_days=days, calendar="dk")) >= micros


def test_no_deadline_lies_beyond_the_last_date() -> None:
    assert MODEL.due(END_OF_TIME - 5, Duration(seconds=10**9)) == END_OF_TIME


def test_the_first_moment_raises_nothing() -> None:
    micros = micros_of(datetime(1, 1, 1, tzinfo=ZoneInfo("UTC")))
    model = loads(changed('cut_off = "16:00"', 'cut_off = "16:00"\nzone = "America/New_York"'))
    assert model.due(micros, Duration(bank_days=1, calendar="dk")) >= micros
