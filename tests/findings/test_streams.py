"""The rules about one stream: what opens each finding, what resolves it, and what takes it back."""

from __future__ import annotations

import pytest

from tests.projections.feed import Feed, assert_same, batches_of
from tests.projections.small import line, micros, paid

OPENED = line("account-A", 1, "Opened", 0, customer="C")
FROZEN = line("account-A", 2, "Frozen", 10)
HOUR = 3600


def test_stuck_opens_when_the_watermark_passes_the_deadline_and_not_before(feed: Feed) -> None:
    feed.tell(OPENED, FROZEN, complete_until=micros(10 + HOUR - 1))
    assert feed.findings("stuck") == []
    feed.tell(line("account-B", 1, "Opened", 11, customer="C"), complete_until=micros(10 + HOUR))
    assert feed.findings("stuck") == [("stuck", "account:A", "open", "core/account-A.2.Frozen")]


def test_stuck_is_resolved_by_the_event_that_leaves_the_state(feed: Feed) -> None:
    feed.tell(OPENED, FROZEN, complete_until=micros(9 * HOUR))
    ids = feed.rows("select id from finding")
    feed.tell(line("account-A", 3, "Thawed", 10 * HOUR), complete_until=micros(11 * HOUR))
    assert feed.findings("stuck") == [("stuck", "account:A", "resolved", "core/account-A.2.Frozen")]
    assert feed.rows("select id from finding") == ids
    before = feed.dump()
    feed.rebuild()
    assert_same(feed.dump(), before)


def test_stuck_is_withdrawn_when_the_event_had_been_in_time(feed: Feed) -> None:
    feed.tell(OPENED, FROZEN, complete_until=micros(9 * HOUR))
    assert len(feed.findings("stuck")) == 1
    feed.tell(line("account-A", 3, "Thawed", HOUR), complete_until=micros(9 * HOUR))
    alarm = [("changed_at_source", "account:A", "open", "core/account-A.3.Thawed")]
    assert feed.findings() == alarm  # it had been said that nothing more would come up to then
    feed.rebuild()
    assert feed.findings() == alarm


def test_a_state_that_was_too_old_when_it_came_is_stuck_at_once(feed: Feed) -> None:
    """Its deadline lies before the last sweep."""
    feed.tell(line("account-B", 1, "Opened", 9 * HOUR, customer="C"))
    feed.tell(OPENED, FROZEN)
    assert feed.findings("stuck") == [("stuck", "account:A", "open", "core/account-A.2.Frozen")]


def test_stuck_outlives_a_refold(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream starts over in a batch that brings no watermark of its own."""
    batches_of(monkeypatch, 1)
    feed.tell(OPENED, line("account-A", 3, "Frozen", 10), complete_until=micros(9 * HOUR))
    assert len(feed.findings("stuck")) == 1
    feed.tell(line("account-A", 2, "LimitSet", 5, limit="1"), OPENED, complete_until=micros(9 * HOUR))
    assert [row[:3] for row in feed.findings("stuck")] == [("stuck", "account:A", "open")]


def test_a_place_may_dip_within_one_append(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    batches_of(monkeypatch, 1)
    feed.tell(
        OPENED,
        line("account-A", 2, "PaidOut", 5, **paid("7.00")),
        line("account-A", 3, "PaidIn", 5, **paid("7.00")),
    )
    assert feed.findings() == []


def test_a_dip_that_the_next_append_mends_is_found_and_resolved(feed: Feed) -> None:
    events = (
        OPENED,
        line("account-A", 2, "PaidOut", 5, **paid("7.00")),
        line("account-A", 3, "PaidOut", 6, **paid("1.00")),
        line("account-A", 4, "PaidIn", 7, **paid("8.00")),
        line("account-A", 5, "PaidOut", 8, **paid("1.00")),
    )
    feed.tell(*events)
    assert feed.findings() == [
        ("negative_place", "account:A", "resolved", "core/account-A.2.PaidOut"),
        ("negative_place", "account:A", "open", "core/account-A.5.PaidOut"),
    ]
    assert feed.rows("select money, resolved_at is null from finding order by opened_at") == [
        ([["700", "DKK"]], False),
        ([["100", "DKK"]], True),
    ]


def test_a_dip_is_found_wherever_batches_end(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first half of an append is below zero, the second is not, and the third is again."""
    batches_of(monkeypatch, 1)
    feed.tell(
        OPENED,
        line("account-A", 2, "PaidOut", 5, **paid("7.00")),
        line("account-A", 3, "PaidIn", 5, **paid("9.00")),
        line("account-A", 4, "PaidOut", 5, **paid("5.00")),
    )
    assert feed.findings() == [("negative_place", "account:A", "open", "core/account-A.2.PaidOut")]
    assert feed.rows("select money from finding") == [([["300", "DKK"]],)]
    before = feed.dump()
    feed.rebuild()
    assert_same(feed.dump(), before)


def test_where_order_within_a_time_is_not_known_places_are_judged_at_its_end(feed: Feed) -> None:
    causes = ({"causationid": "one"}, {"causationid": "two"})
    feed.tell(
        line("till-T", None, "PaidOut", 5, envelope={"id": "a", **causes[0]}, **paid("3.00")),
        line("till-T", None, "TakenIn", 5, envelope={"id": "b", **causes[1]}, **paid("3.00")),
        line("till-T", None, "PaidOut", 6, envelope={"id": "c"}, **paid("1.00")),
    )
    assert feed.findings() == [("negative_place", "till:T", "open", "core/c")]


def test_a_version_gap_disappears_when_it_is_filled(feed: Feed) -> None:
    feed.tell(OPENED, line("account-A", 4, "Thawed", 20))
    assert [row[0] for row in feed.findings()] == ["illegal_transition", "version_gap"]
    assert feed.rows("select numbers->>'missing' from finding where rule = 'version_gap'") == [("2 to 3",)]
    feed.tell(line("account-A", 3, "Frozen", 15))
    assert feed.rows("select numbers->>'missing' from finding") == [("2",)]
    feed.tell(line("account-A", 2, "LimitSet", 12, limit="5"))
    assert feed.findings() == []


def test_an_illegal_transition_is_resolved_by_a_correction(feed: Feed) -> None:
    feed.tell(OPENED, line("account-A", 2, "Closed", 5), line("account-A", 3, "Frozen", 6))
    assert [row[::2] for row in feed.findings()] == [("illegal_transition", "open"), ("life_after_death", "open")]
    feed.tell(line("account-A", 4, "Corrected", 7))
    assert [row[::2] for row in feed.findings()] == [
        ("illegal_transition", "resolved"), ("life_after_death", "resolved"),
    ]  # fmt: skip
    before = feed.dump()
    feed.rebuild()
    assert_same(feed.dump(), before)


def test_a_redelivery_is_only_told(feed: Feed) -> None:
    paid_in = line("account-A", 2, "PaidIn", 5, **paid("9.00"))
    feed.tell(OPENED, paid_in, paid_in)
    assert feed.findings() == [("redelivery", "account:A", "resolved", "core/account-A.2.PaidIn")]
    assert feed.rows("select severity from finding") == [("info",)]
    assert feed.rows("select amount from balance b join place p on p.id = b.place_id where p.kind = 'available'") == [
        (900,)
    ]


def test_the_same_identifier_with_other_bytes_takes_part_in_nothing(feed: Feed) -> None:
    first = line("account-A", 2, "PaidIn", 5, **paid("9.00"))
    feed.tell(OPENED, first, first.replace(b"9.00", b"8.00"))
    assert feed.findings() == [("id_collision", "account:A", "open", "core/account-A.2.PaidIn")]
    assert feed.rows("select amount from balance b join place p on p.id = b.place_id where p.kind = 'available'") == [
        (900,)
    ]
    assert feed.rows("select count(*) from timeline t where flags & 8 = 8") == [(2,)]  # the account's, the customer's


@pytest.mark.parametrize("order", [("core", "pay"), ("pay", "core")])
def test_an_identifier_in_two_sources_is_one_finding_whoever_came_first(feed: Feed, order: tuple[str, str]) -> None:
    lines = {
        "core": line("account-A", 2, "LimitSet", 5, limit="1", envelope={"id": "same"}),
        "pay": line("payment-P", 1, "Sent", 4, account="A", envelope={"id": "same"}),
    }
    for source in order:
        feed.tell(lines[source])
    assert feed.findings("id_collision") == [("id_collision", "account:A", "open", "core/same")]
    feed.tell(line("account-A", 1, "Opened", 1, customer="C"))  # starts its stream over
    assert len(feed.findings("id_collision")) == 1
    feed.tell(line("payment-P", 0, "Ended", 0))  # and the other's
    assert feed.findings("id_collision") == [("id_collision", "account:A", "open", "core/same")]
    before = feed.dump()
    feed.rebuild()
    assert_same(feed.dump(), before)
