"""What could not be explained and what was awaited at a moment, on either clock, against the plain rows of both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from audit.answers.inquiry import Inquiry
from audit.answers.pages.listed_findings import Chosen, all_findings
from audit.answers.who import who
from audit.answers.why import why
from audit.values import Clock, Moment, Subject, time_of
from tests.answers.conftest import asking
from tests.conftest import Database
from tests.projections.feed import Feed
from tests.projections.small import MODEL as SMALL
from tests.projections.small import line, micros, paid

Row = tuple[Any, ...]
STOOD = "f.id, f.opened_at, o.recorded_at, o.occurred_at, f.resolved_at, r.recorded_at, r.occurred_at, f.rule"
BY_EVENTS = " join trace.log o on o.position = f.opened_by left join trace.log r on r.position = f.resolved_by"


def then(clock: str, at: datetime | None, recorded: datetime | None, occurred: datetime | None) -> datetime | None:
    """When what is told at a recorded time, of an event with these clocks, began or ended by the asked clock."""
    if clock == "recorded" or at is None or recorded is None or occurred is None:
        return at
    return occurred if recorded == at else max(at, occurred)


def moments_of(rows: Sequence[Row], clock: str) -> list[datetime]:
    """Some at which something begins or ends, so that the border counts."""
    times = {time for row in rows for time in (then(clock, *row[1:4]), then(clock, *row[4:7])) if time is not None}
    found = sorted(times)
    return [*found[:: max(1, len(found) // 6)], found[-1]]


def stands(row: Row, clock: str, moment: datetime) -> str | None:
    since, until = then(clock, *row[1:4]), then(clock, *row[4:7])
    if since is None or since > moment:
        return None
    return "open" if until is None or until > moment else "resolved"


@pytest.mark.parametrize("clock", ["recorded", "occurred"])
def test_findings_stand_from_when_their_evidence_did(world: Database, clock: str) -> None:
    with asking() as inquiry:
        rows = inquiry.connection.execute(
            f"select {STOOD}, s.kind, s.key from finding f"
            f" join trace.subject s on s.id = f.subject_id{BY_EVENTS}".encode()
        ).fetchall()
    for moment in moments_of(rows, clock):
        with asking(at=Moment(moment, Clock(clock))) as inquiry:
            found = {line.id: line.state for line in all_findings(inquiry)}
            open_ones = {line.id for line in all_findings(inquiry, Chosen(state="open"))}
            rule = max((row[7] for row in rows), key=[row[7] for row in rows].count)
            kind = next(row[8] for row in rows if row[7] == rule)
            alike = who(inquiry, Subject(kind, "*"), f"finding = {rule}", size=1_000)
        wanted = {row[0]: state for row in rows if (state := stands(row, clock, moment))}
        assert found == wanted and open_ones == {id for id, state in wanted.items() if state == "open"}
        own = {row[9] for row in rows if row[7:9] == (rule, kind) and stands(row, clock, moment) == "open"}
        assert own <= {line.subject.subject.key for line in alike.subjects.rows}


def awaited_rows(inquiry: Inquiry) -> list[Row]:
    return inquiry.connection.execute(
        "select e.after_position, e.after_at, a.recorded_at, a.occurred_at, e.met_at, m.recorded_at, m.occurred_at,"
        " s.kind, s.key, e.expectation from expected e join trace.subject s on s.id = e.subject_id"
        " join trace.log a on a.position = e.after_position left join trace.log m on m.position = e.met_position"
        " where s.kind <> '$correlation' order by e.after_position"
    ).fetchall()


def test_what_is_awaited_stands_from_when_its_call_occurred(world: Database) -> None:
    with asking() as inquiry:
        rows = awaited_rows(inquiry)
    for row in rows[:: max(1, len(rows) // 8)]:
        for moment in moments_of([row], "occurred"):
            with asking(at=Moment(moment, Clock.OCCURRED)) as inquiry:
                waiting = why(inquiry, Subject(*row[7:9])).waiting
            waits = {one.after.position for one in waiting if one.expectation is not None}
            assert (row[0] in waits) == (stands(row, "occurred", moment) == "open")


def test_who_waits_at_a_moment_by_when_it_occurred(world: Database) -> None:
    with asking() as inquiry:
        rows = awaited_rows(inquiry)
        calls = [".".join(one.after) for one in inquiry.model.expectations]
    for number, call in enumerate(calls):
        mine = [row for row in rows if row[9] == number]
        assert {row[7] for row in mine} == {"transfer"}
        for moment in moments_of(mine, "occurred"):
            with asking(at=Moment(moment, Clock.OCCURRED)) as inquiry:
                found = who(inquiry, Subject("transfer", "*"), f"waiting = {call}", size=1_000)
            wanted = {row[8] for row in mine if stands(row, "occurred", moment) == "open"}
            assert {line.subject.subject.key for line in found.subjects.rows} == wanted


@pytest.mark.parametrize("clock", ["recorded", "occurred"])
def test_who_has_a_finding_has_what_is_wrong_by_it_at_that_moment(world: Database, clock: str) -> None:
    with asking() as inquiry:
        rows = inquiry.connection.execute(
            f"select {STOOD}, s.key, (select sum((m.value ->> 0)::int) from jsonb_array_elements(f.money) m)"
            " from finding f join link l on l.subject_id = f.subject_id and l.other_kind = 'customer'"
            f" join trace.subject s on s.id = l.other_id{BY_EVENTS} where jsonb_array_length(f.money) > 0".encode()
        ).fetchall()
    for rule in {row[7] for row in rows}:
        own = [row for row in rows if row[7] == rule]
        for moment in moments_of(own, clock):
            with asking(at=Moment(moment, Clock(clock))) as inquiry:
                found = who(inquiry, Subject("customer", "*"), f"finding = {rule}", size=1_000).subjects.rows
            wrong: dict[str, int] = {}
            for row in own:
                if stands(row, clock, moment) == "open":
                    wrong[row[8]] = wrong.get(row[8], 0) + row[9]
            assert {line.subject.subject.key: sum(one.units for one in line.money) for line in found} == wrong
    assert rows


@pytest.mark.parametrize(
    ("clock", "seconds", "is_seen"),
    [("recorded", 3_600, False), ("recorded", 7_200, True), ("occurred", 59, False), ("occurred", 60, True)],
)
def test_what_a_backdated_event_opens_stands_from_when_it_occurred(
    clock: str, seconds: int, is_seen: bool, database: Database, tmp_path: Path
) -> None:
    """Taken out of an account that was closed before, told two hours later."""
    Feed(tmp_path, database, SMALL).tell(
        line("account-A", 1, "Opened", 0, customer="C"),
        line("account-A", 2, "Closed", 5),
        line("account-A", 3, "Reserved", 7_200, occurred=60, **paid("1.00", payment="P")),
        complete_until=micros(9_000),
    )
    with asking(at=Moment(time_of(micros(seconds)), Clock(clock))) as inquiry:
        found = {line.rule for line in all_findings(inquiry, Chosen(state="open"))}
        below = who(inquiry, Subject("account", "*"), "finding = negative_place").subjects.rows
    assert ("negative_place" in found) == is_seen
    assert [str(one) for row in below for one in row.money] == (["1.00 DKK"] if is_seen else [])
