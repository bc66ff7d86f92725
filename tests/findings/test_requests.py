"""The same request twice is found, whatever makes it the same; a second try after a failure is none."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Database
from tests.projections.feed import Feed, assert_same, batches_of
from tests.projections.small import MODEL, line, micros, paid

SAME = 'effect = { same = ["account", "amount", "currency", "to"], within = "1h", unless = "standing_order" }\n'
OPENED = [line(f"account-{name}", 1, "Opened", -50, customer="C") for name in "AB"]


@pytest.fixture
def feed(database: Database, tmp_path: Path) -> Feed:
    text = MODEL.read_text()
    reserved, paid_in = 'title = { en = "Reserved" }\n', 'title = { en = "Paid in" }\n'
    sealed = 'identifiers = { to = "to" }\npersonal = ["to"]\n'
    text = text.replace(reserved, reserved + SAME + sealed).replace(paid_in, paid_in + 'effect = { key = "request" }\n')
    model = tmp_path / "model.toml"
    model.write_text(text)
    return Feed(tmp_path, database, model)


def reserved(version: int, payment: str, at: float, *, account: str = "A", amount: str = "9.00", **more: Any) -> bytes:
    return line(f"account-{account}", version, "Reserved", at, **{"to": "DK1", **more}, **paid(amount, payment=payment))


def tell(feed: Feed, *lines: bytes) -> list[tuple[str, str, str]]:
    """The findings after these lines, both sources being complete until two hours later."""
    feed.tell(*OPENED, *lines, complete_until=micros(9_000))
    feed.tell(line("payment-Z", None, "Ended", -90), complete_until=micros(9_000))
    feed.tell(line("account-Z", None, "Opened", -90, customer="Z"), complete_until=micros(9_000))
    return [(subject, state, opened) for rule, subject, state, opened in feed.findings() if rule == "duplicate_effect"]


def test_equal_values_within_the_time_are_one_request(feed: Feed) -> None:
    found = tell(feed, reserved(2, "P", 0), reserved(3, "Q", 3_600))
    assert found == [("payment:Q", "open", "core/account-A.3.Reserved")]
    told = feed.rows("select numbers->>'seconds', numbers->>'same', money from finding where rule = 'duplicate_effect'")
    assert told == [("3600", "account, amount, currency, to", [["900", "DKK"]])]


@pytest.mark.parametrize(
    "second",
    [
        reserved(3, "Q", 3_601),
        reserved(3, "Q", 60, amount="9.01"),
        reserved(3, "Q", 60, to="DK2"),
        reserved(2, "Q", 60, account="B"),
        reserved(3, "Q", 60, standing_order="S"),
    ],
    ids=["later", "amount", "personal identifier", "account", "standing order"],
)
def test_what_differs_is_another_request(feed: Feed, second: bytes) -> None:
    assert tell(feed, reserved(2, "P", 0), second) == []


def failed_after(seconds: float, payment: str = "P") -> tuple[bytes, bytes]:
    sent = line(f"payment-{payment}", 1, "Sent", 1, account="A")
    return sent, line(f"payment-{payment}", 2, "Returned", seconds, account="A", **paid("9.00"))


def test_a_try_after_a_failure_is_none(feed: Feed) -> None:
    assert tell(feed, reserved(2, "P", 0), *failed_after(20), reserved(3, "Q", 60)) == []


def test_a_failure_after_it_resolves_it(feed: Feed) -> None:
    assert tell(feed, reserved(2, "P", 0), reserved(3, "Q", 60)) == [("payment:Q", "open", "core/account-A.3.Reserved")]
    assert tell(feed, *failed_after(90)) == [("payment:Q", "resolved", "core/account-A.3.Reserved")]


def test_of_three_it_is_one_effect_again_when_two_have_failed(feed: Feed) -> None:
    tell(feed, reserved(2, "P", 0), reserved(3, "Q", 60), reserved(4, "R", 120))
    tell(feed, *failed_after(300, "Q"), *failed_after(200, "P"))
    resolved = feed.rows(
        "select s.key, l.event_id from finding f join subject s on s.id = f.subject_id"
        " join log l on l.position = f.resolved_by where f.rule = 'duplicate_effect' order by 1"
    )
    assert resolved == [("Q", "payment-P.2.Returned"), ("R", "payment-Q.2.Returned")]


def test_one_key_is_one_request_for_ever(feed: Feed) -> None:
    keyed = [line(f"account-{name}", 2, "PaidIn", at, request=key, **paid("1.00"))
             for name, at, key in (("A", 0, "R"), ("B", 8_000, "R"))]  # fmt: skip
    assert tell(feed, *keyed, line("account-A", 3, "PaidIn", 5, **paid("1.00"))) == [
        ("account:B", "open", "core/account-B.2.PaidIn")
    ]


@pytest.mark.parametrize("seed", [1, 2])
def test_every_order_and_cut_gives_the_same(feed: Feed, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    lines = [reserved(2, "P", 0), reserved(3, "Q", 60), reserved(4, "R", 4_000), reserved(5, "S", 4_100, to="DK3"),
             line("payment-Q", 1, "Sent", 61, account="A"),
             line("payment-Q", 2, "Returned", 300, account="A", **paid("9.00"))]  # fmt: skip
    random.Random(seed).shuffle(lines)
    batches_of(monkeypatch, seed)
    for one in lines[:-1]:
        feed.tell(one)
    assert tell(feed, lines[-1]) == [("payment:Q", "resolved", "core/account-A.3.Reserved")]
    before = feed.dump()
    feed.rebuild()
    assert_same(feed.dump(), before)
