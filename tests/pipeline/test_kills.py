"""SIGKILL at any statement, while the bank goes on writing: what is found afterwards is what one single run finds."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from demobank.live import live
from tests.conftest import MakeDatabase, using
from tests.pipeline.conftest import Store
from tests.pipeline.following import follow_until_cut_off, follow_until_killed, rebuild_until_killed
from tests.projections.bank import MODEL
from tests.projections.feed import Feed, assert_same


@contextmanager
def writing(store: Store) -> Iterator[None]:
    """The bank lives: both services and its customers, as fast as a few threads are."""
    stop, errors = threading.Event(), list[BaseException]()

    def lives() -> None:
        try:
            live(store.url, events_a_second=200, stop=stop)
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=lives)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert errors == []


def check_kills(
    store: Store,
    feed: Feed,
    make_database: MakeDatabase,
    blocker: Any,
    folder: Path,
    statements: list[int],
    apart: bool,
    end: Callable[..., None] = follow_until_killed,
) -> None:
    assert feed.instance
    with writing(store):
        for statement in statements:
            end(store.configuration, statement, apart=apart)
    store.follow(feed)
    found = feed.dump()
    with using(made := make_database(), blocker):
        single = Feed(folder, made, MODEL)
        store.follow(single)
        assert_same(found, single.dump())
    assert any(row[0] == "events" and row[1] > 2_500 for row in found["counts"])


@pytest.mark.stress
def test_a_follower_that_is_killed_goes_on_as_if_nothing_had_been(
    store: Store, feed: Feed, make_database: MakeDatabase, django_db_blocker: Any, tmp_path: Path
) -> None:
    statements = random.Random(3).sample(range(10, 400), 4)
    check_kills(store, feed, make_database, django_db_blocker, tmp_path, statements, apart=False)


@pytest.mark.stress
def test_so_does_one_that_reads_in_a_process_of_its_own(
    store: Store, feed: Feed, make_database: MakeDatabase, django_db_blocker: Any, tmp_path: Path
) -> None:
    statements = random.Random(4).sample(range(10, 300), 2)
    check_kills(store, feed, make_database, django_db_blocker, tmp_path, statements, apart=True)


@pytest.mark.stress
def test_so_does_one_whose_connections_break(
    store: Store, feed: Feed, make_database: MakeDatabase, django_db_blocker: Any, tmp_path: Path
) -> None:
    """In each of its processes for itself; nothing of them is left."""
    statements = random.Random(8).sample(range(8, 300), 3)
    check_kills(store, feed, make_database, django_db_blocker, tmp_path, statements, True, follow_until_cut_off)


@pytest.mark.stress
def test_it_may_be_killed_fifty_times(
    store: Store, feed: Feed, make_database: MakeDatabase, django_db_blocker: Any, tmp_path: Path
) -> None:
    statements = random.Random(5).sample(range(10, 600), 50)
    check_kills(store, feed, make_database, django_db_blocker, tmp_path, statements, apart=False)


@pytest.mark.stress
def test_a_rebuild_that_is_killed_leaves_readers_where_they_were(store: Store, feed: Feed) -> None:
    store.follow(feed)
    before, generation = feed.dump(), feed.instance.generation
    for statement in (12, 45, 90):
        rebuild_until_killed(statement)
        assert feed.instance.generation == generation
        assert_same(feed.dump(), before)
    feed.rebuild()
    assert feed.instance.generation > generation
    assert_same(feed.dump(), before)
    assert feed.rows("select count(*) from trace.generation where state = 'building'") == [(0,)]
