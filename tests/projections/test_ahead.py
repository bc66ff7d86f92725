"""A batch is written while the next one is folded: a write that goes wrong loses nothing and doubles nothing."""

from __future__ import annotations

from typing import Any

import pytest

from audit.writing import Write, Writer
from tests.projections.bank import History
from tests.projections.feed import Dump, Feed, Row, assert_same, batches_of


class Broken(Exception):
    """What no code of ours handles."""


def test_a_write_that_fails_is_done_again_from_the_log(
    feed: Feed, history: History, plain: Dump, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches_of(monkeypatch, 700)
    finish, calls = Writer.finish, [0]

    def fails_twice(self: Writer, *handed: Any) -> None:
        calls[0] += 1
        finish(self, *handed)
        if calls[0] in (2, 4):
            raise Broken

    monkeypatch.setattr(Writer, "finish", fails_twice)
    path = feed.write(history.lines())
    for _ in range(2):
        with pytest.raises(Broken):
            feed.take(path)
    feed.take(path)
    assert calls[0] > 4
    assert_same(feed.dump(), plain)


def test_what_could_not_be_written_is_found_in_the_log(
    feed: Feed, history: History, plain: Dump, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a rebuild has replaced the generation while a batch was under way."""
    batches_of(monkeypatch, 300)
    write, calls = Writer._write, [0]

    def declines(self: Writer, job: Write) -> bool:
        calls[0] += 1
        return calls[0] % 3 != 0 and write(self, job)

    monkeypatch.setattr(Writer, "_write", declines)
    feed.take(feed.write(history.lines()))
    assert calls[0] >= 3
    assert_same(feed.dump(), plain)


def test_readers_get_their_indexes_once_all_is_read(feed: Feed, history: History) -> None:
    """As a rebuild makes them; a run that was killed before leaves them to the next one."""
    path = feed.write(history.lines()[:200])
    feed.take(path)
    followed = indexes_of(feed)
    assert not held_back(feed) and not unknown_to_the_planner(feed)
    feed.rebuild()
    assert indexes_of(feed) == followed and not held_back(feed)
    with feed.database.connect("follower", autocommit=True) as connection:
        connection.execute(f"drop index read_{feed.instance.generation}.link_newest".encode())
    feed.take(path)
    assert indexes_of(feed) == followed


def indexes_of(feed: Feed) -> set[str]:
    schema = f"read_{feed.instance.generation}"
    found = feed.rows("select indexdef from pg_indexes where schemaname = %s", schema)
    return {definition.replace(schema, "") for (definition,) in found}


def held_back(feed: Feed) -> list[Row]:
    """Tables that autovacuum leaves alone as long as a first catch-up lasts."""
    schema = f"read_{feed.instance.generation}"
    return feed.rows("select relname from pg_class where relnamespace = %s::regnamespace"
                     " and reloptions::text like '%%=200000%%'", schema)  # fmt: skip


def unknown_to_the_planner(feed: Feed) -> list[Row]:
    """Tables with rows that were never looked at for their statistics."""
    schema = f"read_{feed.instance.generation}"
    return feed.rows("select relname from pg_class where relnamespace = %s::regnamespace and relkind = 'r'"
                     " and reltuples < 0 and relname = any('{timeline, entry, change, memory}')", schema)  # fmt: skip
