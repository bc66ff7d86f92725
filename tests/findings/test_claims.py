"""What events claim of themselves: asserted values, totals, reasons, and what must never be."""

from __future__ import annotations

from typing import Any

import pytest

from tests.projections.feed import Feed, assert_same, batches_of
from tests.projections.small import line, paid

OPENED = line("account-A", 1, "Opened", 0, customer="C")


def stated(version: int, at: float, balance: str) -> bytes:
    return line("account-A", version, "Stated", at, balance=balance, currency="DKK")


def till(name: str, type_: str, at: float, amount: str, count: str | None = None) -> bytes:
    more: dict[str, Any] = {} if count is None else {"count": count}
    return line("till-T", None, type_, at, envelope={"id": name}, **paid(amount, **more))


def told(feed: Feed, rule: str) -> list[tuple[str, str, Any]]:
    """The opening event, the state and the money of each finding of a rule."""
    return [(row[0], row[1], row[2]) for row in feed.rows(
        "select l.event_id, f.state, f.money from finding f join log l on l.position = f.opened_by "
        "where f.rule = %s order by f.opened_at, l.event_id", rule)]  # fmt: skip


def is_same_after_a_rebuild(feed: Feed) -> bool:
    before = feed.dump()
    feed.rebuild()
    assert_same(feed.dump(), before)
    return True


def test_an_asserted_value_is_held_against_what_moved(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip that the next value mends; then a difference that stays, and is told once."""
    batches_of(monkeypatch, 2)
    feed.tell(
        OPENED,
        line("account-A", 2, "PaidIn", 1, **paid("50.00")),
        stated(3, 2, "50.00"),
        stated(4, 3, "60.00"),
        stated(5, 4, "50.00"),
        line("account-A", 6, "PaidOut", 5, **paid("20.00")),
        stated(7, 6, "25.00"),
        line("account-A", 8, "PaidIn", 7, **paid("1.00")),
        stated(9, 8, "26.00"),
    )
    assert told(feed, "asserted_value_differs") == [
        ("account-A.4.Stated", "resolved", [["1000", "DKK"]]),
        ("account-A.7.Stated", "open", [["500", "DKK"]]),
    ]
    assert is_same_after_a_rebuild(feed)


def test_a_missing_movement_that_comes_late_takes_the_difference_back(feed: Feed) -> None:
    feed.tell(OPENED, stated(3, 2, "50.00"))
    assert len(told(feed, "asserted_value_differs")) == 1
    feed.tell(line("account-A", 2, "PaidIn", 1, **paid("50.00")))
    assert feed.findings() == []


DAY = (  # one order alone adds up: c, a, b
    till("a", "PaidOut", 5, "30.00", "70.00"),
    till("b", "TakenIn", 5, "5.00", "75.05"),  # ten øre are nothing
    till("c", "TakenIn", 5, "100.00", "100.00"),
)


@pytest.mark.parametrize("size", [1, 2, 9])
def test_a_time_is_right_if_some_order_adds_up(feed: Feed, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    batches_of(monkeypatch, size)
    feed.tell(*DAY, till("d", "PaidOut", 6, "75.05", "0.00"))
    assert told(feed, "asserted_value_differs") == []
    feed.tell(
        till("e", "TakenIn", 7, "8.00", "8.00"),
        till("f", "PaidOut", 7, "1.00", "2.00"),  # 7.00 or 6.00 would do
        till("g", "TakenIn", 8, "1.00", "3.00"),  # goes on from what was said
        till("h", "TakenIn", 9, "1.00", "5.00"),
    )
    assert told(feed, "asserted_value_differs") == [
        ("e", "open", [["500", "DKK"]]), ("h", "open", [["100", "DKK"]]),
    ]  # fmt: skip
    assert is_same_after_a_rebuild(feed)


@pytest.mark.parametrize(
    ("counts", "differ"),
    [(("3.00", "7.00"), 0), (("7.00", "7.00"), 0), (("7.00", "4.00"), 0), (("7.00", "8.00"), 1), (("3.00", "8.00"), 1)],
)
def test_a_cumulative_value_may_count_all_of_its_time(feed: Feed, counts: tuple[str, str], differ: int) -> None:
    feed.tell(till("a", "Summed", 5, "3.00", counts[0]), till("b", "Summed", 5, "4.00", counts[1]))
    assert len(told(feed, "asserted_value_differs")) == differ


def test_what_must_never_be_is_told_with_its_values(feed: Feed) -> None:
    feed.tell(OPENED, line("account-A", 2, "LimitSet", 1, limit="1000000"),
              line("account-A", 3, "LimitSet", 2, limit="1000000.01"))  # fmt: skip
    assert told(feed, "forbidden_state") == [("account-A.3.LimitSet", "open", [])]
    assert feed.rows("select numbers->>'values' from finding") == [("limit = 1000000.01",)]


@pytest.mark.parametrize("size", [1, 9])
def test_where_order_is_not_known_the_end_of_the_time_counts(
    feed: Feed, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    batches_of(monkeypatch, size)
    locked = [line("till-T", None, "Locked", at, envelope={"id": f"locked {at}"}) for at in (5, 6)]
    funds = till("funds", "TakenIn", 1, "500.00")
    feed.tell(funds, till("a", "PaidOut", 4, "90.00"), locked[0], till("b", "PaidOut", 6, "60.00"), locked[1])
    assert [row[0] for row in told(feed, "forbidden_state")] == ["locked 6"]
    assert is_same_after_a_rebuild(feed)


def test_what_a_total_leaves_over_is_unexplained_money(feed: Feed) -> None:
    feed.tell(OPENED, line("account-A", 2, "PaidIn", 1, **paid("50.00")),
              line("account-A", 3, "Split", 2, **paid("9.00", total="10.00")),
              line("account-A", 4, "Split", 3, **paid("9.00", total="9.00")))  # fmt: skip
    assert told(feed, "unbalanced_event") == [("account-A.3.Split", "open", [["100", "DKK"]])]
    held = feed.rows("select p.kind, b.amount from balance b join place p on p.id = b.place_id order by 1")
    assert held == [("available", 3100), ("outside", -3200), ("unexplained", 100)]
    assert is_same_after_a_rebuild(feed)


def test_a_correction_without_its_reasons_is_told(feed: Feed) -> None:
    feed.tell(OPENED, line("account-A", 2, "Amended", 1, reason="slip", by="ann", approved_by="bo"),
              line("account-A", 3, "Amended", 2, reason="slip", by="ann", approved_by="ann"))  # fmt: skip
    assert told(feed, "unreasoned_correction") == [("account-A.3.Amended", "open", [])]
    assert "ann" not in str(feed.rows("select numbers from finding"))


@pytest.mark.parametrize(("ahead", "found"), [(1.0, 0), (1.1, 1), (-500, 0)])
def test_what_happened_after_it_was_recorded_is_an_anomaly(feed: Feed, ahead: float, found: int) -> None:
    feed.tell(line("account-A", 1, "Opened", 5, occurred=5 + ahead, customer="C"))
    assert len(told(feed, "clock_anomaly")) == found


def test_two_events_of_one_version_clash(feed: Feed) -> None:
    feed.tell(OPENED, line("account-A", 2, "LimitSet", 1, limit="1"), line("account-A", 2, "PaidIn", 2, **paid("1")))
    assert told(feed, "version_clash") == [("account-A.2.PaidIn", "open", [])]
    assert feed.rows("select cardinality(evidence) from finding") == [(2,)]
    assert is_same_after_a_rebuild(feed)


def test_a_place_below_zero_because_of_an_illegal_event_says_so(feed: Feed) -> None:
    feed.tell(OPENED, line("account-A", 2, "Frozen", 1), line("account-A", 3, "Reserved", 2, **paid("5", payment="P")))
    found: dict[str, str] = dict(feed.rows("select rule, id from finding"))
    assert feed.rows("select because_of from finding where rule = 'negative_place'") == [(found["illegal_transition"],)]
    assert is_same_after_a_rebuild(feed)


@pytest.mark.parametrize(("late", "found"), [(48, 0), (48.1, 1)])
def test_what_is_recorded_after_its_period_was_closed_is_an_anomaly(feed: Feed, late: float, found: int) -> None:
    text = feed.model.read_text().replace('languages = ["en"]', 'languages = ["en"]\nclosed_after = "2d"', 1)
    feed.model = feed.folder / "closed.toml"
    feed.model.write_text(text)
    feed.tell(line("account-A", 1, "Opened", 5, occurred=5 - late * 3600, customer="C"))
    assert len(told(feed, "clock_anomaly")) == found
