"""A source that is never quiet for long is missed when it is, by what others say of the time."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from audit.findings.silence import Stretch, merged
from tests.conftest import Database
from tests.projections.feed import Feed, assert_same, batches_of
from tests.projections.small import MODEL, line, micros

QUIET = '\n[source.pay]\nquiet = "10m"\n'


@pytest.fixture
def feed(database: Database, tmp_path: Path) -> Feed:
    model = tmp_path / "model.toml"
    model.write_text(MODEL.read_text() + QUIET)
    return Feed(tmp_path, database, model)


def pay(at: float) -> bytes:
    return line(f"payment-{at}", None, "Sent", at, account="A")


def core(at: float) -> bytes:
    return line(f"account-{at}", None, "Opened", at, customer="C")


def silent(feed: Feed) -> list[tuple[str, ...]]:
    return [row[1:] for row in feed.findings("source_silent")]


def test_silence_is_found_when_another_source_is_farther_on(feed: Feed) -> None:
    feed.tell(pay(0), core(600))
    assert silent(feed) == []
    feed.tell(core(600.1))
    assert silent(feed) == [("source:pay", "open", "pay/payment-0.None.Sent")]
    feed.tell(core(5_000))
    assert len(silent(feed)) == 1
    feed.tell(pay(900))
    assert silent(feed) == [
        ("source:pay", "resolved", "pay/payment-0.None.Sent"),
        ("source:pay", "open", "pay/payment-900.None.Sent"),
    ]


def test_an_event_that_was_in_time_takes_it_back(feed: Feed) -> None:
    feed.tell(pay(0), core(1_100))
    assert len(silent(feed)) == 1
    feed.tell(pay(600))
    assert silent(feed) == []


def test_a_source_of_which_nothing_is_said_may_be_quiet(feed: Feed) -> None:
    feed.tell(core(0), pay(0), pay(400), complete_until=micros(900))
    assert silent(feed) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_order_and_cut_gives_the_same(feed: Feed, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    lines = [pay(at) for at in (0, 10, 500, 1_500, 1_510, 2_000, 5_000)] + [core(at) for at in (0, 9_000)]
    random.Random(seed).shuffle(lines)
    batches_of(monkeypatch, seed)
    for start in range(0, len(lines), 2):
        feed.tell(*lines[start : start + 2])
    assert silent(feed) == [
        ("source:pay", "resolved", "pay/payment-500.None.Sent"),
        ("source:pay", "resolved", "pay/payment-2000.None.Sent"),
        ("source:pay", "open", "pay/payment-5000.None.Sent"),
    ]
    before = feed.dump()
    feed.rebuild()
    assert_same(feed.dump(), before)


def test_merging_does_not_depend_on_the_order() -> None:
    chance = random.Random(7)
    for _ in range(200):
        moments = [(chance.randrange(100), n, n) for n in range(12)]
        pieces = [Stretch(one, one) for one in moments]
        chance.shuffle(pieces)
        cut = chance.randrange(12)
        apart = merged([*merged(pieces[:cut], 5), *merged(pieces[cut:], 5)], 5)
        assert apart == merged(pieces, 5)
        assert all(two.first[0] - one.last[0] > 5 for one, two in zip(apart, apart[1:], strict=False))
