"""Lines of event files that have no name, no end or no believable time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.sources.files import FileSource
from audit.sources.times import NEAREST, SEEN, UNKNOWN
from audit.values import micros_of
from tests.sources.bank import Follower
from tests.sources.test_files import line, read_all, read_lines

TORN = line(id="e-9")[:40]
TODAY = micros_of(datetime(2026, 11, 22, tzinfo=UTC))
LAST_TIME = micros_of(datetime(2026, 11, 21, 11, 3, 7, 500_000, tzinfo=UTC))


def test_a_nameless_line_is_known_again_by_what_it_holds(tmp_path: Path) -> None:
    """Wherever it stands; but twice in one file it is two."""
    one = read_lines(tmp_path / "a", line(), TORN, line(id="e-2"), TORN)
    other = read_lines(tmp_path / "b", TORN + b"\r", line(id="e-3"))
    assert len({event.id for event in one}) == 4
    assert other[0].id == one[1].id


def test_its_number_survives_a_restart_at_every_poll(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\n".join([line(), *[TORN] * 5, line(id="e-2")]) + b"\n")
    whole = [event.id for event in read_all(path)]
    follower = Follower(lambda: FileSource("bank", [path]), limit=1, restarts=True)
    follower.drain()
    assert [event.id for event in follower.events.values()] == whole


def test_what_completes_a_torn_end_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a"
    follower = Follower(lambda: FileSource("bank", [path]), restarts=True, allows_repeats=True)
    said = []
    for ending in (line(id="e-9")[:50], line(id="e-9"), line(id="e-9") + b"\n" + TORN, b"\n"):
        before = path.read_bytes() if path.exists() else b""
        begun = line() + b"\n"
        path.write_bytes(before + ending if ending == b"\n" else begun + ending)
        said += [(event.id, event.completes) for event in follower.drain_events()]
    fragment, whole, torn = said[1:]
    assert said[0] == ("e-1", None) and fragment[1] is None
    assert whole == ("e-9", fragment[0])
    assert torn[1] is None and len(said) == 4  # a line feed alone is no event


def test_a_nameless_line_is_dated_by_the_latest_before_it_else_by_the_first_after_it(tmp_path: Path) -> None:
    told = [TORN, b"[]", line(time="2026-11-19T00:00:00Z"), line(id="e-2"),
            line(id="e-3", time="2026-11-20T00:00:00Z"), TORN]  # fmt: skip
    (tmp_path / "a").write_bytes(b"\n".join(told) + b"\n")
    first = micros_of(datetime(2026, 11, 19, tzinfo=UTC))
    for limit in (1, 100):
        follower = Follower(lambda: FileSource("bank", [tmp_path / "a"]), limit=limit, restarts=True)
        follower.drain()
        dated = [event.recorded for event in follower.events.values() if event.problem]
        assert dated == [first, first, LAST_TIME]


@pytest.mark.parametrize("order", [1, -1])
def test_a_time_of_the_future_does_not_say_how_far_it_is_complete(tmp_path: Path, order: int) -> None:
    path = tmp_path / "a"
    lines = [line(), line(id="e-2", time="2199-01-01T00:00:00Z"), line(id="e-3", time="2029-01-01T00:00:00Z")]
    path.write_bytes(b"\n".join([*lines[::order], TORN]) + b"\n")
    read = Follower(lambda: FileSource("bank", [path], now=lambda: TODAY)).drain()
    assert read.watermark == LAST_TIME
    assert read.notice is not None and "2 events bear a recorded time of the future" in read.notice


def test_a_history_that_is_all_of_the_future_has_an_end(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(line(time="2029-01-01T00:00:00Z") + b"\n" + line(id="e-2", time="2199-01-01T00:00:00Z") + b"\n")
    read = Follower(lambda: FileSource("bank", [path], now=lambda: TODAY)).drain()
    assert read.watermark == micros_of(datetime(2029, 1, 1, tzinfo=UTC))


def test_what_comes_below_a_stated_end_is_an_alarm(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(line() + b"\n")
    (tmp_path / "b").write_bytes(line(id="e-2") + b"\n" + line(id="e-3", time="2026-11-23T00:00:00Z") + b"\n")
    follower = Follower(lambda: FileSource("bank", [tmp_path / "a"], complete_until=TODAY))
    follower.drain()
    follower.close()
    follower.make = lambda: FileSource("bank", [tmp_path / "b"])
    follower.drain()
    assert [follower.events[position].id for position in follower.late] == ["e-2"]


def test_what_nothing_dates_is_of_an_unknown_time_that_is_never_late(tmp_path: Path) -> None:
    """Not of 1970, nor of our own clock; what is dated by another event says so, also by one of the next file."""
    (tmp_path / "a").write_bytes(TORN + b"\n[]\n")
    (tmp_path / "b").write_bytes(line(source="urn:other", time="2020-01-01T00:00:00Z") + b"\n" + line() + b"\n" + TORN)
    for limit in (1, 100):
        alone = Follower(
            lambda: FileSource("bank", [tmp_path / "a"], complete_until=TODAY), limit=limit, restarts=True
        )
        events = alone.drain_events()
        assert {(event.occurred, event.recorded) for event in events} == {(UNKNOWN, UNKNOWN)}
        assert all(event.problem and event.problem.endswith(SEEN) for event in events) and len(events) == 2
        assert alone.drain().watermark == TODAY and not alone.late
        paths = [tmp_path / "a", tmp_path / "b"]
        told = Follower(lambda: FileSource("bank", paths, select="urn:bank"), limit=limit, restarts=True).drain_events()  # noqa: B023
        assert [event.recorded for event in told] == [LAST_TIME] * 4
        assert [bool(event.problem and event.problem.endswith(NEAREST)) for event in told] == [True, True, False, True]
        assert [event.is_undated for event in told] == [True, True, False, True]


def test_what_comes_undated_after_a_stated_end_is_no_alarm(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / "b").write_bytes(b"[]\n")
    follower = Follower(lambda: FileSource("bank", [tmp_path / "a"], complete_until=TODAY))
    follower.drain()
    follower.close()
    follower.make = lambda: FileSource("bank", [tmp_path / "b"])
    follower.drain()
    assert len(follower.events) == 1 and not follower.late
