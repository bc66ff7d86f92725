"""The rules about what money travels in: judged as a whole, by the watermark, as often as anything new comes."""

from __future__ import annotations

import pytest

from tests.projections.feed import Feed, assert_same
from tests.projections.small import line, micros, paid

OPENED = line("account-A", 1, "Opened", -50, customer="C")
FUNDS = line("account-A", 2, "PaidIn", -40, **paid("90.00"))
RESERVED = line("account-A", 3, "Reserved", 0, **paid("90.00", payment="P"))
SENT = line("payment-P", 1, "Sent", 1, account="A")
ARRIVED = line("payment-P", 2, "Arrived", 2, **paid("90.00"))
BOOKED = line("account-A", 4, "Booked", 3, **paid("90.00", payment="P"))
HONEST = (OPENED, FUNDS, RESERVED, SENT, ARRIVED, BOOKED)
LATER = {
    "core": line("account-Z", 1, "Opened", 900, customer="Z"),
    "pay": line("payment-Z", 1, "Sent", 900, account="Z"),
}


def is_same_after_a_rebuild(feed: Feed) -> bool:
    before = feed.dump()
    feed.rebuild()
    assert_same(feed.dump(), before)
    return True


def of_flows(feed: Feed) -> list[tuple[str, ...]]:
    return [row for row in feed.findings() if row[0] in ("residue_at_end", "transfer_not_conserved")]


def test_an_honest_payment_is_sound(feed: Feed) -> None:
    feed.tell(*HONEST, *LATER.values(), complete_until=micros(940))
    assert feed.findings() == []
    assert feed.rows("select is_open from flow where state = 'done'") == [(False,)]


def test_money_left_behind_is_found_once_the_time_to_settle_is_over(feed: Feed) -> None:
    feed.tell(*HONEST[:-1], complete_until=micros(61.9))
    assert of_flows(feed) == []
    feed.tell(line("account-B", 1, "Opened", 5, customer="C"), complete_until=micros(62))
    feed.tell(line("payment-B", 1, "Sent", 60, account="B"), complete_until=micros(62))
    assert of_flows(feed) == [("residue_at_end", "payment:P", "open", "pay/payment-P.2.Arrived")]
    late = line("account-A", 4, "Booked", 100, **paid("90.00", payment="P"))
    feed.tell(late, line("payment-C", 1, "Sent", 101, account="B"))
    assert of_flows(feed) == [("residue_at_end", "payment:P", "resolved", "pay/payment-P.2.Arrived")]
    assert is_same_after_a_rebuild(feed)


def test_one_source_that_is_behind_holds_judgement_back(feed: Feed) -> None:
    feed.tell(*HONEST[:-1], complete_until=micros(10))
    feed.tell(LATER["core"], complete_until=micros(9_000))
    assert of_flows(feed) == []
    feed.tell(LATER["pay"], complete_until=micros(9_000))
    assert [row[:3] for row in of_flows(feed)] == [("residue_at_end", "payment:P", "open")]


def test_money_that_arrives_twice_is_not_conserved(feed: Feed) -> None:
    twice = line("payment-P", 3, "Arrived", 20, **paid("90.00"))
    feed.tell(*HONEST, twice, *LATER.values())
    assert ("transfer_not_conserved", "payment:P", "open", "pay/payment-P.3.Arrived") in of_flows(feed)
    assert is_same_after_a_rebuild(feed)
    feed.tell(line("payment-P", 4, "Reopened", 950, **paid("90.00")), line("account-Z", 2, "LimitSet", 990, limit="1"),
              line("payment-Z", 2, "Ended", 990))  # fmt: skip
    assert ("transfer_not_conserved", "payment:P", "resolved", "pay/payment-P.3.Arrived") in of_flows(feed)
    assert is_same_after_a_rebuild(feed)
    ids = {row[0] for row in feed.rows("select id from finding where rule = 'transfer_not_conserved'")}
    feed.tell(
        line("payment-P", 5, "Arrived", 1_000, **paid("90.00")),
        line("payment-P", 6, "Reopened", 1_100, **paid("90.00")),
        line("payment-Z", 3, "Ended", 1_200),
        line("account-Z", 3, "LimitSet", 1_200, limit="1"),
    )
    states = [row[2:] for row in of_flows(feed) if row[0] == "transfer_not_conserved"]
    assert states == [("resolved", "pay/payment-P.3.Arrived"), ("resolved", "pay/payment-P.5.Arrived")]
    assert ids < {row[0] for row in feed.rows("select id from finding where rule = 'transfer_not_conserved'")}
    assert is_same_after_a_rebuild(feed)


def test_a_source_that_appears_behind_the_others_takes_judgements_back(feed: Feed) -> None:
    """As if it had been known from the beginning: as a rebuild would judge."""
    twice = line("payment-P", 3, "Arrived", 20, **paid("90.00"))
    feed.tell(*HONEST[:-1], twice, *LATER.values(), complete_until=micros(9_000))
    found = of_flows(feed)
    assert len(found) == 2
    feed.tell(line("till-T", None, "PaidOut", -45, source="shop", **paid("1.00")), complete_until=micros(10))
    assert of_flows(feed) == []
    assert is_same_after_a_rebuild(feed)
    feed.tell(line("till-T", None, "TakenIn", 9_000, source="shop", **paid("1.00")))
    assert of_flows(feed) == found
    assert is_same_after_a_rebuild(feed)
    feed.tell(line("till-U", None, "TakenIn", -60, source="kiosk", **paid("1.00")))  # before all of them
    assert of_flows(feed) == []
    assert is_same_after_a_rebuild(feed)


@pytest.mark.parametrize(("apart", "found"), [(0.9, 0), (1.0, 0), (1.1, 1)])
def test_what_services_clocks_differ_by_is_no_finding(feed: Feed, apart: float, found: int) -> None:
    """The money arrives before it has left, by so many seconds."""
    early = line("payment-P", 2, "Arrived", 0.5 - apart + 0.0, **paid("90.00"))
    sent = line("payment-P", 1, "Sent", 0.4 - apart, account="A")
    reserved = line("account-A", 3, "Reserved", 0.5, **paid("90.00", payment="P"))
    feed.tell(OPENED, FUNDS, reserved, sent, early, BOOKED, *LATER.values())
    assert len([row for row in of_flows(feed) if row[0] == "transfer_not_conserved"]) == found


@pytest.mark.parametrize("first", ["core", "pay"])
def test_whichever_source_comes_first_the_findings_are_the_same(feed: Feed, first: str) -> None:
    twice = line("payment-P", 3, "Arrived", 20, **paid("90.00"))
    by_source = {"core": (OPENED, FUNDS, RESERVED, LATER["core"]), "pay": (SENT, ARRIVED, twice, LATER["pay"])}
    for source in sorted(by_source, key=lambda source: source != first):
        feed.tell(*by_source[source])
    rules = ["residue_at_end", "transfer_not_conserved"]
    ids = [row[0] for row in feed.rows("select id from finding where rule = any(%s) order by id", rules)]
    assert [row[0] for row in of_flows(feed)] == ["transfer_not_conserved", "residue_at_end"]
    assert ids == IDS
    assert is_same_after_a_rebuild(feed)


IDS = ["108d994c32e5a7ee9c2e9d5a", "804228bab39866cef690d1b1"]
