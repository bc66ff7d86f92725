"""One follower a source, one projector; what is not final waits; a source that is down holds nobody up."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from audit import pipeline
from audit.errors import LostLease, SourceUnavailable
from audit.log.intake import Intake
from audit.sources.contract import RawEvent, Read
from audit.values import micros_of
from tests.projections.feed import Feed, assert_same

NOW = micros_of(datetime(2026, 3, 28, 12, tzinfo=UTC))


def event(position: int, version: int, type_: str = "PaidIn", stream: str = "account-A") -> RawEvent:
    raw = b'{"amount": "1.00", "currency": "DKK", "customer": "C", "payment": "P", "account": "A"}'
    return RawEvent(position, stream, version, type_, f"{stream}.{version}", NOW + version, NOW + version, None, None,
                    None, raw, "row", len(raw))  # fmt: skip


class Scripted:
    """A source that answers what it is told to, poll by poll."""

    kind = "postgres"

    def __init__(self, name: str, *polls: tuple[Sequence[RawEvent], Sequence[int]] | str) -> None:
        self.name = name
        self.polls = list(polls)

    def read(self, state: bytes | None, limit: int) -> Read:
        if not self.polls:
            return Read((), (), 0, NOW, state or b"", idle=True)
        poll = self.polls.pop(0)
        if isinstance(poll, str):
            raise SourceUnavailable(poll)
        return Read(poll[0], poll[1], 0, NOW, b"state", idle=False)

    def wait(self, seconds: float) -> None: ...

    def close(self) -> None: ...


def run(feed: Feed, *sources: Scripted) -> pipeline.Outcome:
    return pipeline.run(feed.instance, sources, once=True, stop=threading.Event())


def test_who_lost_its_lease_stops_and_writes_nothing(small: Feed) -> None:
    first = Scripted("core", ([event(1, 1, "Opened")], [1]), ([event(2, 2)], [2]))
    with small.database.connect("follower") as one, small.database.connect("follower") as other:
        intake = Intake(one, small.instance.model, [first])
        assert intake.take(first, 10) is not None
        taken_over = Scripted("core", ([event(2, 2)], [2]))
        assert Intake(other, small.instance.model, [taken_over]).take(taken_over, 10) is not None
        with pytest.raises(LostLease):
            intake.take(first, 10)
    assert small.rows("select event_id, kind from log order by position") == [("account-A.1", 0), ("account-A.2", 0)]
    run(small, Scripted("core"))
    assert small.rows("select name, value from counts where name = 'events'") == [("events", 2)]


def test_two_that_run_at_once_lose_nothing(small: Feed) -> None:
    assert small.instance
    sources = [Scripted(name, *(([event(n, n, stream=f"account-{name}")], [n]) for n in range(1, 31)))
               for name in ("one", "two", "three")]  # fmt: skip
    threads = [threading.Thread(target=run, args=(small, source)) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert small.rows("select name, value from counts where name = 'events'") == [("events", 90)]
    before = small.dump()
    small.rebuild()
    assert_same(small.dump(), before)


def test_a_source_that_was_down_for_once_holds_nobody_up(small: Feed) -> None:
    run(small, Scripted("down", "no route to the bank"), Scripted("up", ([event(1, 1, "Opened")], [1])))
    assert small.rows("select value from counts where name = 'events'") == [(1,)]


def test_a_source_that_stays_down_is_in_trouble(small: Feed) -> None:
    outcome = run(small, Scripted("down", *["no route to the bank"] * 9), Scripted("up", ([event(1, 1)], [1])))
    assert outcome.troubles == {"down": "no route to the bank"}
    assert small.rows("select trouble from trace.source where name = 'down'") == [("no route to the bank",)]
    run(small, Scripted("down"))
    assert small.rows("select trouble from trace.source where name = 'down'") == [(None,)]


def test_what_is_not_final_is_folded_once_it_is_released(small: Feed) -> None:
    events = [event(1, 1, "Opened"), event(2, 2), event(3, 3)]
    run(small, Scripted("core", (events, [1])))
    assert small.rows("select value from counts where name = 'events'") == [(1,)]
    run(small, Scripted("core", ([event(4, 4)], [2, 3, 4])))
    assert small.rows("select value from counts where name = 'events'") == [(4,)]
    assert small.rows("select amount from balance b join place p on p.id = b.place_id where kind = 'available'") == [
        (300,)
    ]


def test_many_that_are_released_at_once_are_all_folded(small: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.pipeline.BATCH_CATCHING_UP", 4)
    events = [event(n, n) for n in range(1, 24)]
    run(small, Scripted("core", (events, []), ([], [one.position for one in events])))
    assert small.rows("select value from counts where name = 'events'") == [(23,)]


def test_what_was_released_ahead_of_the_projections_is_folded_once(
    small: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log is far ahead: what it has released lies behind the position that is projected first."""
    monkeypatch.setattr("audit.pipeline.BATCH_CATCHING_UP", 2)
    events = [event(n, n) for n in range(1, 9)]
    source = Scripted("core", (events, [1, 2]), ([], [3, 4, 5, 6, 7, 8]))
    with small.database.connect("follower") as connection:
        intake = Intake(connection, small.instance.model, [source])
        intake.take(source, 10)
        intake.take(source, 10)
    run(small, Scripted("core"))
    assert small.rows("select value from counts where name = 'events'") == [(8,)]
    assert small.rows("select amount from balance b join place p on p.id = b.place_id where kind = 'available'") == [
        (800,)
    ]


def test_a_follower_goes_on_in_the_generation_that_a_rebuild_has_made(small: Feed) -> None:
    instance = small.instance
    projection = pipeline.Projection(instance)
    try:
        projection.catch_up()
        small.rebuild()
        source = Scripted("core", ([event(1, 1, "Opened")], [1]))
        with small.database.connect("follower") as connection:
            Intake(connection, instance.model, [source]).take(source, 10)
        projection.catch_up()
    finally:
        projection.close()
    assert small.rows("select value from counts where name = 'events'") == [(1,)]
