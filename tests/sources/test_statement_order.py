"""What happens between two statements of a poll: the order rows, holders, second look is what makes the fence exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from audit.database import sql
from audit.sources.postgres import PostgresSource
from tests.sources.bank import MAPPING, Bank, Follower, insert

Follow = Callable[..., Follower]


class Interrupted:
    """A connection that does something just before one of its statements, once."""

    def __init__(self, connection: Any, before: str, act: Callable[[], object]) -> None:
        self._connection, self._before, self._act = connection, before, act

    def execute(self, statement: Any, *args: Any) -> Any:
        if statement == self._before:
            self._before = ""
            self._act()
        return self._connection.execute(statement, *args)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def interrupt(follower: Follower, before: str, act: Callable[[], object]) -> None:
    """At the follower's next poll `act` is called just before the statement named `before`."""
    follower.poll()
    source = follower._source
    assert isinstance(source, PostgresSource) and source._attached is not None
    source._attached.connection = Interrupted(source._attached.connection, sql(before), act)  # type: ignore[assignment]


def test_a_commit_between_the_rows_and_the_holders_is_found_by_the_second_look(bank: Bank, follow: Follow) -> None:
    bank.create()
    follower = follow()
    with bank.transaction() as slow, bank.connect() as quick:
        first, second = insert(slow), insert(quick, "account-2")
        interrupt(follower, "source_holders", slow.commit)
        follower.poll()
    assert follower.released == [first, second]
    follower.drain()
    assert follower.late == []


def test_a_rollback_between_the_rows_and_the_holders_is_a_dead_number(bank: Bank, follow: Follow) -> None:
    bank.create()
    follower = follow()
    with bank.transaction() as slow, bank.connect() as quick:
        insert(slow)
        second = insert(quick, "account-2")
        interrupt(follower, "source_holders", slow.rollback)
        read = follower.poll()
    assert follower.released == [second] and read.gaps == 0


def test_a_number_drawn_just_before_the_rows_are_read_is_not_given_up(bank: Bank, follow: Follow) -> None:
    """Holders read before the rows would not know who drew it."""
    bank.create()
    follower = follow()
    drawn: list[int] = []
    with bank.transaction() as slow, bank.connect() as quick:
        interrupt(follower, "source_snapshot", lambda: drawn.extend([insert(slow), insert(quick, "account-2")]))
        follower.poll()
        assert follower.released == []
        slow.commit()
    follower.drain()
    assert follower.released == drawn
    assert follower.late == []


def test_a_holder_that_comes_later_does_not_hold_an_older_gap(bank: Bank, follow: Follow) -> None:
    bank.create()
    follower = follow()
    with bank.transaction() as slow, bank.transaction() as later, bank.connect() as quick:
        insert(slow)
        second = insert(quick, "account-2")
        follower.poll()
        slow.rollback()
        insert(later)
        follower.poll()
        assert follower.released == [second]


def test_a_later_version_waits_for_the_earlier_one_of_its_stream(bank: Bank, follow: Follow) -> None:
    """The first version was written by a transaction with a higher number than the second's."""
    bank.create()
    for mapping in (replace(MAPPING, transaction="transaction_id"), replace(MAPPING, seal="horizon")):
        follower = follow(mapping)
        follower.drain()
        follower.released.clear()
        with bank.transaction() as early, bank.transaction() as between, bank.connect() as quick:
            for writer in (early, between):
                writer.execute("select pg_current_xact_id()")
            first = insert(quick, "account-1", 1)
            second = insert(early, "account-1", 2)
            other = insert(early, "account-2", 1)
            early.commit()
            follower.poll()
            assert follower.released == [other]
            between.commit()
        follower.drain()
        assert follower.released == [other, first, second]
