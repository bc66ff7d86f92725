"""Twelve writers with every way of being late, all followers at once: nothing lost, nothing doubled, all in order."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest

from tests.sources.bank import MAPPING, Bank, Follower, insert, positions

WRITERS = 12
TRANSACTIONS = 40

Follow = Callable[..., Follower]


@pytest.mark.stress
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_or_doubled_under_twelve_writers(bank: Bank, follow: Follow, seed: int) -> None:
    bank.create()
    fence = follow(MAPPING, limit=50, restarts=True)
    followers = [fence, follow(replace(MAPPING, transaction="transaction_id"), limit=50)]
    followers.append(follow(replace(MAPPING, seal="horizon"), limit=7))
    writers = [threading.Thread(target=_write, args=(bank, seed * 100 + n)) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        for follower in followers:
            follower.poll()
    with bank.connect() as connection:
        left = "select gid from pg_prepared_xacts where database = current_database()"
        for (gid,) in connection.execute(left).fetchall():
            connection.execute(f"rollback prepared '{gid}'".encode())
        written = positions(connection)
    for follower in followers:
        follower.drain()
        assert sorted(follower.released) == written
        assert follower.late == []
    assert fence.released == written
    assert fence.last is not None and fence.last.gaps == 0 and fence.last.sealed == written[-1]


def _write(bank: Bank, seed: int) -> None:
    """Early numbers, savepoints, several rows, rollbacks, prepared ones, killed backends, long ones."""
    chance = random.Random(seed)
    pause = threading.Event().wait
    connection = psycopg.connect(bank.url)
    for turn in range(TRANSACTIONS):
        try:
            _one_transaction(connection, chance, f"{seed}-{turn}", pause)
        except psycopg.errors.AdminShutdown:
            connection.close()
            connection = psycopg.connect(bank.url)
    connection.close()


def _one_transaction(
    connection: psycopg.Connection[tuple[object, ...]], chance: random.Random, name: str, pause: Callable[[float], bool]
) -> None:
    stream = f"account-{name}"
    if chance.random() < 0.3:
        connection.execute("select pg_current_xact_id()")
    drawn = None
    if chance.random() < 0.3:
        drawn = connection.execute("select nextval('bank.events_id_seq')").fetchone()
        pause(chance.random() * 0.02)
    if chance.random() < 0.2:
        with connection.transaction(force_rollback=chance.random() < 0.5):
            insert(connection, stream)
    for version in range(chance.randint(1, 3)):
        insert(connection, stream, version + 2)
    if drawn:
        insert(connection, stream, 9, id=drawn[0])
    if chance.random() < 0.05:
        pause(0.2)
    _end(connection, chance, name)


def _end(connection: psycopg.Connection[tuple[object, ...]], chance: random.Random, name: str) -> None:
    dice = chance.random()
    if dice < 0.15:
        connection.rollback()
    elif dice < 0.25:
        connection.execute(f"prepare transaction '{name}'".encode())
        connection.commit()
        connection.autocommit = True
        connection.execute(f"{chance.choice(['commit', 'rollback'])} prepared '{name}'".encode())
        connection.autocommit = False
    elif dice < 0.3:
        connection.execute("select pg_terminate_backend(pg_backend_pid())")
    else:
        connection.commit()
