"""Unusual looks: each kind is found at its record, its guard holds, and they are the same however the records come."""

from __future__ import annotations

import random
import threading
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from audit import pipeline
from audit.findings.staff import Staff
from audit.models import AuditRecord
from audit.sources.own import OwnRecords
from tests.conftest import Database
from tests.projections.feed import Feed, assert_same
from tests.projections.small import MODEL

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ACCESS = """
[access]
hours = "06:00-22:00"
customers = 5
times = 2
days_again = 3
searches = 3
guesses = 3
review_days = 2
"""


@dataclass
class Console:
    """The console's own records, written with times of their own and read as they are in earnest."""

    feed: Feed

    def did(self, actor: str, kind: str, hours: float, customer: str = "", **more: object) -> AuditRecord:
        given: dict[str, object] = {"role": "support", "outcome": "opened" if kind == "reason" else "found 1"}
        subjects = [f"customer:{customer}"] if customer else []
        at = MONDAY + timedelta(hours=hours)
        fields = {**given, "reason_code": "written", "subjects": subjects, "recorded_at": at, **more}
        return AuditRecord.objects.create(kind=kind, actor=actor, **fields)

    def opens(self, actor: str, hours: float, customers: int, first: int = 0, **more: object) -> None:
        for number in range(customers):
            self.did(actor, "reason", hours + number / 60, f"C-{first + number}", **more)

    def read(self, until: float) -> list[tuple[str, str, str]]:
        """Who was found, how, and by which record; some later record lets all before it be judged."""
        self.did("clock", "search", until, role="auditor")
        with closing(OwnRecords(self.feed.database.url)) as source:
            assert not pipeline.run(self.feed.instance, [source], once=True, stop=threading.Event()).troubles
        return self.found()

    def found(self) -> list[tuple[str, str, str]]:
        rows = self.feed.rows(
            "select s.key, f.numbers ->> 'class', f.state from finding f join subject s on s.id = f.subject_id"
            " where f.rule = 'access_anomaly' order by f.opened_at, 1, 2"
        )
        return [(row[0], row[1], row[2]) for row in rows]


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Console:
    model = tmp_path / "model.toml"
    model.write_text(MODEL.read_text() + ACCESS)
    feed = Feed(tmp_path, database, model)
    feed.tell()
    return Console(feed)


def test_far_more_than_the_others_is_found_and_a_busy_day_of_all_is_not(console: Console) -> None:
    for day in range(3):
        for actor in ("anna", "bo", "carl"):
            console.opens(actor, day * 24, 4, first=day * 10)
    console.opens("anna", 72, 8, first=50)  # twice what the others open: not more
    console.opens("bo", 72, 9, first=50)
    console.opens("bo", 73, 9, first=50)  # the same ones again
    assert console.read(100) == [("bo", "many", "open")]


def test_alone_in_a_role_one_is_compared_with_nobody(console: Console) -> None:
    console.opens("anna", 0, 10)
    console.opens("desk", 0, 11, role="team_lead")
    assert console.read(30) == [("desk", "many", "open")]


def test_the_same_customer_again_and_again_without_a_ticket(console: Console) -> None:
    for day in (0, 4, 8):
        console.did("anna", "reason", day * 24, "C-1")
        console.did("bo", "reason", day * 24, "C-1", ticket="T-1" if day == 4 else "")
        console.did("carl", "reason", day * 60, "C-2")  # in more than two weeks
    assert console.read(600) == [("anna", "again", "open")]


def test_a_ticket_that_is_given_later_the_same_day_takes_it_back(console: Console) -> None:
    for day in (0, 4, 8):
        console.did("anna", "reason", day * 24, "C-1")
    assert console.read(8 * 24 + 2) == [("anna", "again", "open")]
    console.did("anna", "reason", 8 * 24 + 3, "C-1", ticket="T-1")
    assert console.read(8 * 24 + 8) == []


def test_a_door_at_night(console: Console) -> None:
    console.did("anna", "reason", 11.9, "C-1")  # 21:54 in the model's zone
    console.did("bo", "reason", 13, "C-1")
    console.did("bo", "reason", 13.5, "C-2")
    assert console.read(30) == [("bo", "night", "open")]


def test_names_that_are_searched_and_not_opened(console: Console) -> None:
    for number in range(4):
        console.did("anna", "search", number, f"C-{number}")
        console.did("bo", "search", number, f"C-{number}")
        console.did("bo", "reason", number + 0.2, f"C-{number}", ticket="T-1")
        console.did("carl", "search", number)  # which found nobody
    assert console.read(3.4) == [("anna", "fishing", "open")]


def test_addresses_that_name_nobody(console: Console) -> None:
    for number in range(3):
        console.did("anna", "look", number / 10, outcome="not found")
    for number in range(2):
        console.did("bo", "look", number / 10, outcome="not found")
    assert console.read(10) == [("anna", "guessing", "open")]


def test_broken_glass_is_found_until_it_is_reviewed(console: Console) -> None:
    broken = console.did("anna", "break_glass", 0, "C-1", outcome="broken")
    assert console.read(47) == []
    assert console.read(49) == [("anna", "unreviewed", "open")]
    console.did("lead", "review", 60, "C-1", outcome="justified", details={"of": broken.pk})
    assert console.read(61) == [("anna", "unreviewed", "resolved")]
    in_time = console.did("bo", "break_glass", 70, "C-2", outcome="broken")
    console.did("lead", "review", 71, "C-2", outcome="justified", details={"of": in_time.pk})
    assert console.read(200) == [("anna", "unreviewed", "resolved")]


def test_nothing_under_secrecy_is_judged(console: Console) -> None:
    console.opens("anna", 0, 20, reason_code="money_laundering", role="investigator")
    console.did("anna", "reason", 15, "C-1", reason_code="authority")
    assert console.read(30) == []


@pytest.mark.parametrize("seed", range(2))
def test_every_cut_and_a_rebuild_find_the_same(console: Console, seed: int) -> None:
    choose = random.Random(seed)
    for day in range(4):
        for actor in ("anna", "bo", "carl"):
            console.opens(actor, day * 24 + choose.random(), choose.randint(2, 12), choose.randint(0, 5))
            console.did(actor, "search", day * 24 + 2, "C-1")
        if choose.random() < 0.7:
            console.read(day * 24 + 3)
    found = console.read(120)
    assert found
    before = console.feed.dump()
    console.feed.rebuild()
    assert console.found() == found
    assert_same({"finding": before["finding"], "staff_act": before["staff_act"]},
                {name: console.feed.dump()[name] for name in ("finding", "staff_act")})  # fmt: skip


def test_what_a_large_staff_did_is_judged_in_time(console: Console) -> None:
    """300 people who open and search for two months: it takes long where each act is held against all others."""
    with console.feed.database.connect("follower") as connection:
        connection.execute("set local search_path = read_1, trace, public")
        connection.execute(
            "insert into staff_act select g, g, at, at::date, case when g % 3 > 0 then 'reason' else 'search' end,"
            " 'p' || g * 7919 % 300, 'support', array['customer:C-' || g % 5000], false, g, null"
            " from (select g, timestamptz '2026-09-01' + g * interval '3 minutes' as at"
            "       from generate_series(1, 30000) g) made"
        )
        connection.execute("set local statement_timeout = '8s'")
        found = list(Staff(connection, console.feed.instance.model)._found(2**51, date(2026, 9, 1)))
        connection.rollback()
    assert {row[0] for row in found} == {"night"}
