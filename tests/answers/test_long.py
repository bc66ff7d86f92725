"""Streams of any length: opened, stepped, compared and asked at every moment, at the cost of short ones."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from audit import instance
from audit.answers.difference import difference
from audit.answers.pages.lane import lane
from audit.answers.when import when
from audit.answers.where import where
from audit.answers.why import why
from audit.database import connect
from audit.pipeline import run
from audit.sources.files import sources_of
from audit.values import Moment, Subject
from tests.answers.conftest import asking
from tests.conftest import Database, MakeDatabase, using

START = datetime(2026, 1, 1, tzinfo=UTC)
MODEL = Path(__file__).with_name("long.toml")
SHORT, LONG = 600, 500_000


def amount(version: int) -> Decimal:
    """Every tenth time a little more comes back than went in, so that the store dips and recovers."""
    return Decimal("2.00") if version % 2 else Decimal("2.01") if version % 20 == 10 else Decimal("1.99")


def held(version: int) -> Decimal:
    return sum((amount(v) if v % 2 else -amount(v) for v in range(1, version + 1)), Decimal(0))


def happened(key: str, version: int, is_straight: bool = True) -> datetime:
    """`is_straight` False: every seventh event was recorded before the one before it."""
    back = 0 if is_straight or version % 7 else 3
    return START + timedelta(seconds=2 * version - back)


def read_meters(folder: Path, meters: dict[str, tuple[int, bool]]) -> None:
    file = folder / "meters.ndjson"
    with file.open("w") as out:
        for key, (length, is_straight) in meters.items():
            for version in range(1, length + 1):
                note = {"kind": "usual" if version % 100 else "rare"}
                recorded = happened(key, version, is_straight).isoformat()
                out.write(json.dumps({
                    "specversion": "1.0", "id": f"{key}-{version}", "source": "meters", "subject": f"meter-{key}",
                    "type": "On" if version % 2 else "Off", "time": recorded, "recordedtime": recorded,
                    "sequence": str(version), "data": {"amount": str(amount(version)), "currency": "DKK",
                                                       "turn": version, "note": note},
                }) + "\n")  # fmt: skip
    with connect("follower", autocommit=True) as connection:
        known = instance.begin(connection, instance.load_model(MODEL))
    assert not run(known, sources_of([str(file)]), once=True, stop=threading.Event()).troubles


@pytest.fixture(scope="module")
def meters(
    make_database: MakeDatabase, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    made = make_database()
    with using(made, django_db_blocker):
        read_meters(tmp_path_factory.mktemp("meters"), {"S": (SHORT, True), "B": (SHORT, False)})
        yield made


@pytest.mark.parametrize(("key", "is_straight"), [("S", True), ("B", False)])
def test_at_any_moment_state_field_and_balance_are_what_had_come(key: str, is_straight: bool, meters: Database) -> None:
    """By halving where times run forward, by walking where they do not: the same as plain looking."""
    subject = Subject("meter", key)
    times = {version: happened(key, version, is_straight) for version in range(1, SHORT + 1)}
    for version in (1, 2, 6, 7, 8, 13, 14, 15, 299, 300, 301, SHORT - 1, SHORT):
        for tick in (-1, 0, 1):
            moment = times[version] + timedelta(microseconds=tick)
            come = [one for one, recorded in times.items() if recorded <= moment]
            with asking(at=Moment(moment)) as inquiry:
                answer = why(inquiry, subject)
            if not come:
                assert not answer.states and not answer.fields
                continue
            assert [state.line.state for state in answer.states] == ["on" if max(come) % 2 else "off"]
            fields = {one.name: one for one in answer.fields}
            assert fields["meter.turn"].value == str(max(come))
            assert fields["meter.turn"].event.id == f"{key}-{max(come)}"
            total = sum(amount(one) if one % 2 else -amount(one) for one in come)
            assert Decimal(fields["places.store"].value) == total


def test_any_step_is_shown_with_before_and_after_and_any_two_compared(meters: Database) -> None:
    for step in (1, 2, 100, 101, 599, 600):
        with asking() as inquiry:
            page = lane(inquiry, Subject("meter", "S"), step)
        assert page.selected is not None and page.selected.step.events[0].ref.id == f"S-{step}"
        assert [line.money.amount for line in page.selected.places_after] == [held(step)]
        assert [line.money.amount for line in page.selected.places_before] == ([held(step - 1)] if step > 1 else [])
    with asking() as inquiry:
        page = lane(inquiry, Subject("meter", "S"), 600, diff=7)
    assert page.selected and page.selected.compared == 7
    assert [line.money.amount for line in page.selected.places_before] == [held(7)]
    assert [line.state for line in (*page.selected.before, *page.selected.after)] == ["on", "off"]


def test_two_moments_are_compared(meters: Database) -> None:
    subject = Subject("meter", "S")
    with asking(at="meters/S-11") as early, asking(at="meters/S-500") as late:
        found = difference(late, subject, early.cut, why(late, subject))
    lines = {line.key.split(".")[0]: line for line in found.lines}
    state = lines["state"]
    assert state.before and state.after and (state.before.text, state.after.text) == ("on", "off")
    assert lines["place"].change and lines["place"].change.amount == held(500) - held(11)
    assert lines["place"].event.id == "S-500" and found.same == 0


def test_a_dip_is_found_among_many(meters: Database) -> None:
    with asking() as inquiry:
        answer = when(inquiry, Subject("meter", "S"), "balance < 0")
    below = [version for version in range(1, SHORT + 1) if held(version) < 0]
    assert [one.since.event.id for one in answer.intervals] == [f"S-{v}" for v in below if v - 1 not in below]


READ = (
    "select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::int8 from pg_stat_xact_all_tables"
    " where schemaname !~ '^pg_'"
)


def rows_read(ask: Callable[[Any], object], **options: Any) -> int:
    """How many rows of tables its statements looked at: the same on a busy machine, unlike the time that it takes."""
    with asking(**options) as inquiry:
        ((before,),) = inquiry.connection.execute(READ).fetchall()
        ask(inquiry)
        ((after,),) = inquiry.connection.execute(READ).fetchall()
    return int(after - before)


@pytest.mark.slow
def test_version_500_000_opens_as_fast_as_version_5(database: Database, tmp_path: Path) -> None:
    read_meters(tmp_path, {"S": (SHORT, True), "L": (LONG, True)})
    short, long = Subject("meter", "S"), Subject("meter", "L")

    for ask in (why, where):
        near = rows_read(lambda inquiry: ask(inquiry, short), at=f"meters/S-{SHORT}")  # noqa: B023
        for version in (5, LONG // 2, LONG):
            far = rows_read(lambda inquiry: ask(inquiry, long), at=f"meters/L-{version}")  # noqa: B023
            assert far < 2 * near + 100, (ask.__name__, version, far, near)
    with asking(at=f"meters/L-{LONG // 2}") as inquiry:
        answer = why(inquiry, long)
    assert {one.name: one.value for one in answer.fields}["meter.turn"] == str(LONG // 2)
    near, far = (rows_read(lambda inquiry: lane(inquiry, long, step)) for step in (5, LONG))  # noqa: B023
    assert far < 2 * near + LONG + 1_000, (far, near)  # which event has that number is counted to, once
    with asking() as inquiry:
        page = lane(inquiry, long, LONG, diff=5)
    assert page.selected and page.selected.step.events[0].ref.id == f"L-{LONG}" and page.selected.compared == 5
