"""Replays agree: however the same events are cut, ordered, repeated and rebuilt, the read model is the same."""

from __future__ import annotations

import random
from typing import Any

import pytest

from demobank.work import ADAPTER, CORE, SE_ADAPTER
from tests.projections.bank import History, in_disorder, interleaved
from tests.projections.feed import Dump, Feed, assert_same, batches_of


def test_the_plain_run_has_something_to_lose(plain: Dump) -> None:
    assert {row[1] for row in plain["finding"]} >= {"stuck", "residue_at_end", "illegal_transition", "version_gap"}
    may_be_empty = {"missed", "heard", "unbroken", "correction", "awaited", "staff_act"}
    assert {table for table in plain if not plain[table]} <= may_be_empty


@pytest.mark.parametrize("size", [31, 97, 1_500])
def test_batches_may_be_cut_anywhere(
    feed: Feed, history: History, plain: Dump, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    batches_of(monkeypatch, size)
    feed.take(feed.write(history.lines()))
    assert_same(feed.dump(), plain)


@pytest.mark.parametrize(
    ("order", "remembered"), [((SE_ADAPTER, CORE, ADAPTER), 0), ((SE_ADAPTER, ADAPTER, CORE), 1)]
)
def test_sources_may_come_one_after_the_other(
    feed: Feed, history: History, plain: Dump, monkeypatch: pytest.MonkeyPatch, order: tuple[str, ...], remembered: int
) -> None:
    """The one that ends first comes first: nothing is judged beyond the least of the sources that are known. How many
    causes are remembered to be awaited changes nothing."""
    monkeypatch.setattr("audit.projections.causes.AWAITED_MAX", remembered)
    for service in order:
        feed.take(feed.write(history.lines(service)))
    assert_same(feed.dump(), plain)


@pytest.mark.parametrize("seed", [1, 2])
def test_sources_may_be_interleaved(
    feed: Feed, history: History, plain: Dump, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    batches_of(monkeypatch, 333)
    feed.take(feed.write(interleaved(history, seed)))
    assert_same(feed.dump(), plain)


def test_files_may_be_cut_anywhere(feed: Feed, history: History, plain: Dump) -> None:
    lines = history.lines()
    for start in range(0, len(lines), 1_100):
        feed.take(feed.write(lines[start : start + 1_100]))
    assert_same(feed.dump(), plain)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_file_may_be_in_disorder(
    feed: Feed, history: History, plain: Dump, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    batches_of(monkeypatch, 700)
    feed.take(feed.write(in_disorder(history.rows, seed)))
    assert_same(feed.dump(), plain)


def test_events_may_come_again(feed: Feed, history: History, plain: Dump, monkeypatch: pytest.MonkeyPatch) -> None:
    batches_of(monkeypatch, 450)
    lines = history.lines()
    chance = random.Random(5)
    again = chance.sample(lines, 300)
    for line in again:
        lines.insert(chance.randrange(lines.index(line), len(lines)) + 1, line)
    feed.take(feed.write(lines))
    found = feed.dump()
    seen_again = [row for row in found["finding"] if row[1] == "redelivery"]
    assert len(seen_again) == len(again)
    assert_same(found, plain, is_redelivery)
    feed.rebuild()
    assert_same(feed.dump(), found)


def is_redelivery(table: str, row: tuple[Any, ...]) -> bool:
    return table == "finding" and row[1] == "redelivery"


def test_the_same_file_again_adds_nothing(feed: Feed, history: History, plain: Dump) -> None:
    path = feed.write(history.lines())
    feed.take(path)
    feed.take(path)
    assert_same(feed.dump(), plain)


def test_a_rebuild_agrees(feed: Feed, history: History, plain: Dump) -> None:
    feed.take(feed.write(history.lines()))
    feed.rebuild()
    assert_same(feed.dump(), plain)


def test_a_rebuild_in_many_parts_and_batches_agrees(
    feed: Feed, history: History, plain: Dump, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.projections.rebuild.STREAMS_PER_PART", 40)
    monkeypatch.setattr("audit.projections.rebuild.BATCH", 53)
    feed.take(feed.write(in_disorder(history.rows, 3)))
    feed.rebuild()
    assert_same(feed.dump(), plain)
