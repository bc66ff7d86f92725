"""The ways in which tails of PostgreSQL event stores lose events, each tried against ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import monotonic

import psycopg
import pytest

from audit.errors import SourceUnavailable
from audit.sources.postgres import PostgresSource
from tests.sources.bank import MAPPING, Bank, Follower, insert, positions

BY_XID8 = replace(MAPPING, transaction="transaction_id")
BY_XMIN = replace(MAPPING, seal="horizon")
SEALS = pytest.mark.parametrize("mapping", [MAPPING, BY_XID8, BY_XMIN], ids=["fence", "xid8", "xmin"])

Follow = Callable[..., Follower]
FAR_AWAY = 7_000_000_000_000_000  # microseconds: the year 2191


@SEALS
def test_a_late_commit_below_the_top_is_neither_lost_nor_overtaken(bank: Bank, follow: Follow, mapping: object) -> None:
    bank.create()
    follower = follow(mapping)
    with bank.transaction() as slow, bank.connect() as quick:
        first = insert(slow, "account-1")
        second = insert(quick, "account-2")
        read = follower.poll()
        assert list(follower.events) == [second]
        if mapping is MAPPING:
            assert follower.released == [] and read.held_by and read.gaps == 1
        slow.commit()
    follower.drain()
    assert sorted(follower.events) == [first, second]
    assert sorted(follower.released) == [first, second]
    if mapping is MAPPING:
        assert follower.released == [first, second]
    assert follower.late == []


@SEALS
def test_a_lower_transaction_with_a_later_number_is_not_skipped(bank: Bank, follow: Follow, mapping: object) -> None:
    bank.create()
    follower = follow(mapping)
    with bank.transaction() as early, bank.transaction() as late:
        early.execute("select pg_current_xact_id()")
        late.execute("select pg_current_xact_id()")
        first = insert(late, "account-1")
        late.commit()
        follower.poll()
        second = insert(early, "account-1", 2)
        follower.poll()
        early.commit()
    follower.drain()
    assert follower.released == [first, second]


@SEALS
def test_a_number_that_was_only_drawn_holds_the_seal_until_its_transaction_ends(
    bank: Bank, follow: Follow, mapping: object
) -> None:
    bank.create()
    follower = follow(mapping)
    with bank.transaction() as sleeper, bank.connect() as quick:
        row = sleeper.execute("select nextval('bank.events_id_seq')").fetchone()
        assert row is not None
        above = insert(quick)
        for _ in range(3):
            follower.poll()
        if mapping is MAPPING:
            assert follower.released == []
        insert(sleeper, "account-2", id=row[0])
        sleeper.commit()
    follower.drain()
    assert sorted(follower.released) == [row[0], above]
    if mapping is MAPPING:
        assert follower.late == []


@SEALS
def test_a_savepoint_does_not_hide_a_row(bank: Bank, follow: Follow, mapping: object) -> None:
    bank.create()
    follower = follow(mapping)
    with bank.transaction() as writer, bank.connect() as quick:
        writer.execute("select pg_current_xact_id()")
        with writer.transaction():
            first = insert(writer)
        second = insert(quick, "account-2")
        follower.poll()
        writer.commit()
    follower.drain()
    assert sorted(follower.released) == [first, second]


@SEALS
@pytest.mark.parametrize("outcome", ["commit", "rollback"])
def test_a_prepared_transaction_holds_the_seal(bank: Bank, follow: Follow, mapping: object, outcome: str) -> None:
    bank.create()
    follower = follow(mapping)
    with bank.transaction() as writer:
        first = insert(writer)
        with bank.connect() as quick:
            second = insert(quick, "account-2")
        follower.poll()
        writer.execute("prepare transaction 'held'")
        writer.commit()
    for _ in range(2):
        read = follower.poll()
    if mapping is MAPPING:
        assert follower.released == []
        assert read.held_by == ["prepared transaction 'held'"]
    with bank.connect() as other:
        other.execute(f"{outcome} prepared 'held'".encode())
    follower.drain()
    assert sorted(follower.released) == ([first, second] if outcome == "commit" else [second])


@SEALS
def test_rolled_back_numbers_do_not_hold_the_seal(bank: Bank, follow: Follow, mapping: object) -> None:
    bank.create()
    follower = follow(mapping, limit=2)
    with bank.connect() as writer:
        for _ in range(5):
            insert(writer)
            with bank.transaction() as failing:
                insert(failing)
        wanted = positions(writer)
    read = follower.drain()
    assert follower.released == wanted
    assert read.sealed == wanted[-1] and read.gaps == 0


def test_a_row_below_the_seal_is_an_alarm(bank: Bank, follow: Follow) -> None:
    bank.create()
    follower = follow()
    with bank.connect() as writer:
        with bank.transaction() as failing:
            dead = insert(failing)
        insert(writer)
        follower.drain()
        insert(writer, id=dead)
        insert(writer, id=-3)
    follower.drain()
    assert sorted(follower.late) == [-3, dead]
    assert set(follower.released) == {-3, dead, dead + 1}


def test_numbers_handed_out_in_blocks_are_not_sealed_by_the_fence(bank: Bank, follow: Follow) -> None:
    bank.create(cache=10)
    follower = follow()
    with bank.connect() as one, bank.connect() as other:
        written = [insert(one), insert(other, "account-2"), insert(one, version=2)]
        follower.drain()
        written.append(insert(other, "account-2", 2))
        written.append(insert(one, version=3))
        follower.drain()
    assert sorted(follower.released) == sorted(written) and len(follower.released) == 5
    assert follower.late == []


def test_transaction_numbers_are_compared_as_numbers(bank: Bank, follow: Follow) -> None:
    """'1000' comes before '999' as text; the numbers of a young server pass that border."""
    bank.create()
    follower = follow(BY_XID8, limit=7)
    with bank.connect() as writer:
        for number in range(40):
            insert(writer, f"account-{number % 3}", number)
            foreign = "update bank.events set transaction_id = (980 + version)::text::xid8 where version = %s"
            writer.execute(foreign, [number])
        follower.drain()
        assert follower.released == positions(writer)


def test_transaction_numbers_of_another_server_hold_nothing_for_ever(bank: Bank, follow: Follow) -> None:
    """Rows of a dump bear numbers that this server may never reach: they wait for what runs now, and no longer."""
    bank.create()
    follower = follow(BY_XID8)
    with bank.connect() as writer, bank.transaction() as slow:
        slow.execute("select pg_current_xact_id()")
        first = insert(writer, transaction_id="4000000000")
        assert "of another server" in (follower.poll().notice or "")
        assert list(follower.events) == [first] and follower.released == []
        slow.rollback()
        follower.drain()
    assert follower.released == [first]


def test_a_gap_thirty_million_wide_costs_nothing(bank: Bank, follow: Follow) -> None:
    bank.create()
    follower = follow()
    with bank.connect() as writer:
        first = insert(writer)
        writer.execute("select setval('bank.events_id_seq', 30000000)")
        second = insert(writer)
    read = follower.drain()
    assert follower.released == [first, second]
    assert len(read.state) < 2000


@SEALS
def test_it_resumes_from_its_checkpoint_alone_at_every_poll(bank: Bank, follow: Follow, mapping: object) -> None:
    bank.create()
    follower = follow(mapping, limit=3, restarts=True)
    with bank.connect() as writer:
        for number in range(20):
            insert(writer, f"account-{number % 4}", number)
            if number % 3 == 0:
                with bank.transaction() as failing:
                    insert(failing)
        follower.drain()
        assert follower.released == positions(writer)


def test_a_long_transaction_does_not_hold_what_lies_far_below(bank: Bank, follow: Follow) -> None:
    bank.create()
    with bank.connect() as writer:
        for number in range(50):
            insert(writer, version=number)
            with bank.transaction() as failing:
                insert(failing)
        follower = follow(limit=10)
        follower.poll()
        with bank.transaction() as long:
            held = insert(long)
            follower.drain()
            assert follower.released == positions(writer)
            above = insert(writer, "account-9")
            read = follower.drain()
            assert read.gaps == 2 and above not in follower.released
            long.commit()
        follower.drain()
    assert follower.released[-2:] == [held, above]


def test_nothing_is_ever_written(bank: Bank) -> None:
    bank.create()
    source = PostgresSource("core", MAPPING, bank.url)
    source.read(None, 10)
    assert source._attached is not None
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        source._attached.connection.execute("delete from bank.events")
    source.close()


def test_a_reader_needs_select_alone(bank: Bank, follow: Follow) -> None:
    bank.create()
    with bank.connect() as owner:
        owner.execute("create role plain_reader; grant usage on schema bank to plain_reader")
        owner.execute("grant plain_reader to current_user")
        owner.execute("grant select on bank.events to plain_reader")
        try:
            with bank.transaction() as slow:
                first = insert(slow)
                second = insert(owner)
                url = psycopg.conninfo.make_conninfo(bank.url, options="-c role=plain_reader")
                follower = Follower(lambda: PostgresSource("core", MAPPING, url))
                read = follower.poll()
                assert follower.released == [] and read.held_by
                slow.commit()
            follower.drain()
            assert follower.released == [first, second]
            follower.close()
        finally:
            owner.execute("drop owned by plain_reader; drop role plain_reader")


def test_notifications_wake_it(bank: Bank) -> None:
    bank.create()
    source = PostgresSource("core", MAPPING, bank.url, channel="core events")
    source.wait(0)
    with bank.connect() as writer:
        writer.execute("notify \"core events\"")
    began = monotonic()
    source.wait(60)
    assert monotonic() - began < 30
    source.close()


def test_what_keeps_it_from_reading_is_said_with_the_mend(bank: Bank) -> None:
    with pytest.raises(SourceUnavailable, match="there is no table bank.events"):
        PostgresSource("core", MAPPING, bank.url).read(None, 10)
    bank.create()
    with pytest.raises(SourceUnavailable, match="has no column when, who: correct the mapping"):
        PostgresSource("core", replace(MAPPING, recorded="when", causation="who.name"), bank.url).read(None, 10)
    with pytest.raises(SourceUnavailable, match="core cannot be reached"):
        PostgresSource("core", MAPPING, "postgresql://localhost:1/none").read(None, 10)


def test_a_time_of_the_future_does_not_move_the_watermark(bank: Bank, follow: Follow) -> None:
    bank.create()
    follower = follow(limit=1)
    with bank.connect() as writer:
        for year in (2020, 2199, 2021):
            insert(writer, recorded_at=f"{year}-01-01T00:00:00Z")
    marks = [follower.poll().watermark for _ in range(6)]
    now = follower.drain().watermark
    assert now is not None and now < FAR_AWAY
    assert all(mark is None or mark <= now for mark in marks)


def test_a_row_below_a_stated_end_is_an_alarm(bank: Bank, follow: Follow) -> None:
    bank.create()
    follower = follow(complete_until=1_600_000_000_000_000)
    with bank.connect() as writer:
        insert(writer, recorded_at="2020-01-01T00:00:00Z")
        follower.drain()
        late = insert(writer, recorded_at="2020-02-01T00:00:00Z")
        insert(writer, recorded_at="2020-12-01T00:00:00Z")
    follower.drain()
    assert follower.late == [late]
