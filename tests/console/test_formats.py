"""Amounts, times and durations as people read them, exactly."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.http import QueryDict

from audit.answers.words import apart
from audit.errors import UsageError
from audit.values import UNKNOWN_TIME, Clock, Money, checked_time
from console.asof import asked_moment
from console.formats import formats
from console.listing import plain

EN, DA = formats("en", "Europe/Copenhagen"), formats("da", "Europe/Copenhagen")


@pytest.mark.parametrize(
    ("money", "english", "danish"),
    [
        (Money(1243117, "DKK", 2), "12,431.17\u00a0DKK", "12.431,17\u00a0DKK"),
        (Money(-84900, "DKK", 2), "\u2212\u202f849.00\u00a0DKK", "\u2212\u202f849,00\u00a0DKK"),
        (Money(-5, "DKK", 2), "\u2212\u202f0.05\u00a0DKK", "\u2212\u202f0,05\u00a0DKK"),
        (Money(1000, "JPY", 0), "1,000\u00a0JPY", "1.000\u00a0JPY"),
        (Money(10**30, "DKK", 2), "10,000,000,000,000,000,000,000,000,000.00\u00a0DKK", None),
    ],
)  # fmt: skip
def test_an_amount_is_exact(money: Money, english: str, danish: str | None) -> None:
    assert EN.money(money) == english
    assert danish is None or DA.money(money) == danish


def test_every_time_names_its_zone_and_its_instant() -> None:
    winter, summer = datetime(2026, 11, 21, 11, 3, 37, 7000, UTC), datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    assert EN.when(winter) == '<time datetime="2026-11-21T11:03:37.007000Z">21 Nov 2026, 12:03:37.007 CET</time>'
    assert "1 Jul 2026, 12:00 CEST" in EN.minute(summer)
    assert "21. nov. 2026" in DA.minute(winter)


@pytest.mark.parametrize("time", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
@pytest.mark.parametrize("zone", ["Europe/Copenhagen", "America/New_York"])
def test_the_ends_of_time_can_be_shown(time: datetime, zone: str) -> None:
    assert "<time" in formats("en", zone).when(time)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [("0.031", "31 ms"), ("30", "30.0 s"), ("59.99", "59.9 s"), ("363", "6 min 3 s"), ("7260", "2 h 1 min"),
     ("172900", "2 d 0 h"), ("-1.5", "\u2212\u202f1.5 s")],
)  # fmt: skip
def test_a_duration_has_its_two_greatest_units(seconds: str, text: str) -> None:
    assert EN.duration(Decimal(seconds)) == text
    assert DA.duration(Decimal(seconds)) == text.replace(".", ",").replace(" h", " t")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "less than a second"), (1, "1 second"), (90, "90 seconds"), (130, "2 minutes"), (3_024_000, "35 days")],
)
def test_how_far_apart_is_said_to_the_unit_that_says_it(seconds: int, text: str) -> None:
    assert apart("en", seconds) == text


def test_a_share_is_never_rounded_up_to_all() -> None:
    assert EN.share(Decimal("0.9999999")) == "99.999\u00a0%"
    assert EN.share(Decimal(1)) == "100.000\u00a0%"


def test_a_time_without_a_zone_is_meant_in_the_banks() -> None:
    asked = asked_moment(QueryDict("at=2026-11-21T12:03:37.007&clock=occurred"), "Europe/Copenhagen")
    assert asked.moment.time == datetime(2026, 11, 21, 11, 3, 37, 7000, UTC)
    assert asked.moment.clock is Clock.OCCURRED
    assert asked.query == {"at": "2026-11-21T12:03:37.007", "clock": "occurred"}


@pytest.mark.parametrize("text", ["2026-11-21T11:03:37Z", "2026-11-21T12:03:37%2B01:00", "2026-11-21 12:03:37"])
def test_a_time_is_read_in_any_of_its_forms(text: str) -> None:
    asked = asked_moment(QueryDict(f"at={text}"), "Europe/Copenhagen")
    assert asked.moment.time == datetime(2026, 11, 21, 11, 3, 37, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-13-01", "0001-01-01T00:00:00%2B12:00", "9999-12-31T23:59:59-12:00"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        asked_moment(QueryDict(f"at={text}"), "Europe/Copenhagen")


@pytest.mark.parametrize("field", ["2026-11-21T12:03:37.12", "2026-11-21T12:03:37.120"])
def test_a_field_left_unchanged_stays_at_its_microsecond(field: str) -> None:
    """A browser writes milliseconds at most: what it cut off would be a moment before the event."""
    was = "2026-11-21T11:03:37.120987Z"
    assert EN.local(datetime.fromisoformat(was)) == "2026-11-21T12:03:37.120"
    assert asked_moment(QueryDict(f"at={field}&was={was}"), "Europe/Copenhagen").query == {"at": was}
    changed = asked_moment(QueryDict(f"at=2026-11-21T12:03:37.121&was={was}"), "Europe/Copenhagen")
    assert changed.moment.time == datetime(2026, 11, 21, 11, 3, 37, 121000, UTC)
    assert asked_moment(QueryDict(f"at=&was={was}"), "Europe/Copenhagen").moment.time is None


def test_without_a_time_it_is_now() -> None:
    assert asked_moment(QueryDict(""), "UTC").moment.time is None


def test_a_time_that_never_was_names_the_times_around_it() -> None:
    with pytest.raises(UsageError, match="clocks went forward over it; write 01:30 CET or 03:30 CEST"):
        asked_moment(QueryDict("at=2026-03-29T02:30"), "Europe/Copenhagen")


def test_a_time_that_nobody_knows_is_told_as_none() -> None:
    for told in (EN.when, EN.minute, EN.second, EN.date_of, EN.clock, EN.plainly):
        assert told(UNKNOWN_TIME) == "time not known"
    assert plain(UNKNOWN_TIME) is None
    assert checked_time(datetime.fromisoformat(EN.frozen(UNKNOWN_TIME))) > UNKNOWN_TIME
