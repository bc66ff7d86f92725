"""What came whole after all, what came again, and what came where nothing could come any more."""

from __future__ import annotations

from typing import Any

import pytest

from audit.answers.documents import finding_document, what_document
from audit.answers.pages.listed_findings import all_findings
from audit.answers.what import what
from audit.management.telling import tell_finding, tell_what
from audit.trails.readme import told
from audit.values import Subject
from tests.answers.conftest import asking
from tests.conftest import MakeDatabase, using
from tests.projections.feed import Feed, assert_same
from tests.projections.small import MODEL, line, micros, paid, time

OPENED = line("account-A", 1, "Opened", 0, customer="C-1")
PAID = line("account-A", 2, "PaidIn", 1, **paid("1.00"))


def test_a_torn_end_that_has_come_whole_is_over(feed: Feed) -> None:
    path = feed.write([OPENED, PAID[:60]])
    feed.take(path)
    assert feed.findings("unreadable") == [("unreadable", "stream:(unreadable)", "open", torn_id(feed))]
    assert feed.rows("select count(*) from missed") == [(1,)]
    with asking() as inquiry:
        (found,) = all_findings(inquiry)
    assert found.says.startswith("An event of an unknown stream cannot be read: ")
    path.write_bytes(OPENED + PAID)
    feed.take(path)
    seen = feed.dump()
    assert feed.rows("select state, resolved_by_id from (select f.state, l.event_id as resolved_by_id from finding f "
                     "join log l on l.position = f.resolved_by) t") == [("resolved", "account-A.2.PaidIn")]  # fmt: skip
    assert feed.rows("select count(*) from missed") == [(0,)]
    assert feed.rows("select value from counts where name = 'not_understood'") == [(0,)]
    feed.rebuild()
    assert_same(feed.dump(), seen)
    feed.tell(OPENED)  # an event before: the stream is folded again, and what was torn stays whole
    assert [row[2] for row in feed.findings("unreadable")] == ["resolved"]


def torn_id(feed: Feed) -> str:
    return str(feed.rows("select 'core/' || event_id from log where event_id like 'nameless-%%'")[0][0])


def test_redeliveries_do_not_depend_on_how_files_were_cut(
    make_database: MakeDatabase, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Nor does a line without an identifier that stands in two files."""
    lines = [OPENED, b'{"torn\n', PAID, PAID, OPENED, PAID]
    found = []
    for cuts in ([6], [2, 4, 6], [3, 6]):
        made = make_database()
        with using(made, django_db_blocker):
            feed, start = Feed(tmp_path_factory.mktemp("cuts"), made, MODEL), 0
            for end in cuts:
                feed.tell(*lines[start:end])
                start = end
            found.append(feed.dump())
            feed.rebuild()
            assert_same(feed.dump(), found[-1])
            feed.tell(*lines[:2])  # an overlapping file: nothing new, and nothing unreadable
            assert [row[:3] for row in feed.findings("unreadable")] == [("unreadable", "stream:(unreadable)", "open")]
    told = [sorted((row[1], row[0], row[4], row[5]) for row in one["finding"]) for one in found]
    assert [row[0] for row in told[0]] == ["redelivery"] * 3 + ["unreadable"]
    assert told[1] == told[0] and told[2] == told[0]


def test_what_comes_below_a_stated_end_is_a_finding(feed: Feed) -> None:
    feed.tell(OPENED, complete_until=micros(100))
    feed.tell(PAID, OPENED, line("account-A", 3, "LimitSet", 200, limit="1"))
    alarm = [("changed_at_source", "account:A", "open", "core/account-A.2.PaidIn")]
    assert feed.findings("changed_at_source") == alarm
    feed.rebuild()
    assert feed.findings("changed_at_source") == alarm


def test_a_line_of_an_unknown_time_lowers_every_answer_and_is_told_with_no_time(feed: Feed) -> None:
    """It is in story order before all that has a time, and no page, command or trail calls that a time."""
    nowhen = {"time": "yesterday", "recordedtime": "yesterday"}
    feed.tell(line("account-B", 1, "Opened", 0, envelope=nowhen, customer="C-2"))
    feed.tell(OPENED)
    seen = feed.dump()
    for _ in range(2):
        for at, clock in ((None, "recorded"), (time(-(10**6)), "recorded"), (time(-(10**6)), "occurred")):
            with asking(at=at, clock=clock) as inquiry:
                answer = what(inquiry, Subject("account", "B"))
                readme = "".join(told(inquiry, answer))
                found = list(all_findings(inquiry))
            out: list[str] = []
            tell_what(out.append, [answer], "UTC")
            tell_finding(out.append, found[0], "UTC")
            documents = [*what_document([answer])["steps"], *(finding_document(one, "") for one in found)]
            assert not answer.complete and (documents[0]["undated"], documents[1]["rule"]) == (True, "unreadable")
            for text in (readme, out[1], out[-2], str(documents)):
                assert "time not known" in text or "'recorded': None" in text
                assert "1970" not in text and "1899" not in text
        feed.rebuild()
        assert_same(feed.dump(), seen)


WHOLE = line("payment-P", 1, "Sent", 2, account="A")  # of another source than what is first in the file
OTHER = line("payment-Q", 1, "Sent", 2, account="A")


def test_a_torn_line_is_over_wherever_it_is_read_whole(
    make_database: MakeDatabase, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """In another source or file, before or after; the same on rebuild, and however they came one after another."""
    begun = WHOLE[: WHOLE.index(b'"subject"')]
    found = []
    for files in ([[OPENED, begun], [WHOLE]], [[WHOLE], [OPENED, begun]], [[OPENED, begun + b"\n", WHOLE]]):
        made = make_database()
        with using(made, django_db_blocker):
            feed = Feed(tmp_path_factory.mktemp("torn"), made, MODEL)
            for told_lines in files:
                feed.tell(*told_lines)
            feed.tell(OTHER, WHOLE)
            resolved = feed.rows(
                "select f.state, l.event_id, f.resolved_at = l.recorded_at, f.numbers ->> 'why' is null "
                "from finding f join log l on l.position = f.resolved_by where f.rule = 'unreadable'"
            )
            assert resolved == [("resolved", "payment-P.1.Sent", True, False)]
            assert feed.rows("select count(*) from missed") == [(0,)]
            assert not feed.rows("select value from counts where name = 'not_understood' and value <> 0")
            seen = feed.dump()
            found.append(sorted((row[0], row[1]) for row in seen["finding"] if "unreadable" in row))
            feed.rebuild()
            assert_same(feed.dump(), seen)
    assert found[0] == found[1] == found[2]


def test_a_torn_line_that_may_be_another_events_beginning_stays_open(feed: Feed) -> None:
    """Where it breaks off before the identifier or the source, or tells the same event otherwise."""
    begun = [WHOLE[: WHOLE.index(name) + 3] for name in (b'"id"', b'"source"', b'"data"')]
    for one in (*begun[:2], begun[2].replace(b"Sent", b"Lost")):
        feed.tell(one + b"\n", OPENED)
    feed.tell(OTHER, WHOLE)
    assert [row[2] for row in feed.findings("unreadable")] == ["open"] * 3
