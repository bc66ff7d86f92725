"""What is wrong with the evidence is a finding, which a rebuild keeps, and which ends when it is right again."""

from __future__ import annotations

from audit.checking import check_log
from audit.log.sealing import Sealing
from tests.projections.feed import Feed
from tests.projections.small import line

RULES = ("trail_integrity", "trail_incomplete")


def check(feed: Feed) -> list[tuple[str, int]]:
    return [(bad.kind, bad.position) for bad in check_log((), lambda done, total: None).bad]


def own(feed: Feed) -> list[tuple[str, str, str, str]]:
    return [found for found in feed.findings() if found[0] in RULES]


def test_a_changed_log_is_a_finding_until_it_is_right_again(feed: Feed) -> None:
    feed.tell(line("account-1", 1, "Opened", 0, customer="C-1"), line("account-1", 2, "Closed", 5))
    with feed.database.connect("follower") as connection:
        Sealing(connection).seal()
    assert check(feed) == []

    def write(*statements: str) -> None:
        with feed.database.connect("owner") as connection:
            for table in ("log", "sequence"):
                connection.execute(f"alter table trace.{table} disable trigger user".encode())
            for statement in statements:
                connection.execute(statement.encode())

    write("update trace.log set correlation_id = 'x' where position = 2",
          "update trace.sequence set first = 2")  # fmt: skip
    assert [kind for kind, _ in check(feed)][0] == "CONTENT" and ("SUBJECT_GAP", 1) in check(feed)
    feed.tell(line("account-2", 1, "Opened", 6, customer="C-2"))
    opened = [
        ("trail_incomplete", "log:entries", "open", "core/account-1.1.Opened"),
        ("trail_integrity", "log:entries", "open", "core/account-1.2.Closed"),
    ]
    assert sorted(set(own(feed))) == opened
    feed.rebuild()
    assert sorted(set(own(feed))) == opened, "a rebuild tells it again"
    says = feed.rows("select distinct numbers ->> 'what' from finding where rule = 'trail_integrity' order by 1")
    assert ("Entry 2 of the log does not give its leaf",) in says
    write("create table trace.aside as select * from trace.sequence", "delete from trace.sequence")
    assert [at for kind, at in check(feed) if kind == "SUBJECT_GAP"] == [1, 2, 3], "what is cut off at the end"
    write("insert into trace.sequence select * from trace.aside", "drop table trace.aside")
    write("update trace.log set correlation_id = null where position = 2",
          "update trace.sequence set first = 1")  # fmt: skip
    assert check(feed) == []
    feed.tell(line("account-3", 1, "Opened", 7, customer="C-3"))
    assert {state for _, _, state, _ in own(feed)} == {"resolved"}
