"""The history in a real PostgreSQL: whole or not at all, once, and readable but not writable by the console."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from demobank import books, export, store
from demobank.history import simulation
from demobank.loading import load_history
from demobank.work import SERVICES, Row
from tests.demobank.conftest import ANCHOR, EVENTS

END = datetime.fromtimestamp(ANCHOR / 1_000_000, UTC)


class Killed(Exception):
    """The process ends here."""


def load(url: str) -> bool:
    return load_history(url, END, "tests", EVENTS).is_new


def rows_of(url: str, service: str) -> list[Row]:
    with store.connect(url) as connection:
        return list(export._rows(connection, service))


def test_what_is_loaded_is_what_was_generated(bank_url: str) -> None:
    assert load(bank_url)
    generated = list(simulation("tests", EVENTS, ANCHOR).run())
    for service in SERVICES:
        assert rows_of(bank_url, service) == [row for row in generated if row.service == service]


def test_loading_twice_doubles_nothing_and_gives_the_same_answers(bank_url: str) -> None:
    first = load_history(bank_url, END, "tests", EVENTS)
    again = load_history(bank_url, None, "another seed", EVENTS + 5)
    assert (again.is_new, again.answers, again.anchor) == (False, first.answers, END)
    assert sum(len(rows_of(bank_url, service)) for service in SERVICES) == EVENTS


def test_a_crash_in_the_middle_leaves_nothing_and_the_next_start_is_the_same(bank_url: str) -> None:
    def crash(done: int, total: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        load_history(bank_url, END, "tests", EVENTS, progress=crash)
    assert load(bank_url)
    with store.connect(bank_url) as connection:
        ids = connection.execute("select min(id), max(id), count(*) from core.events").fetchone()
    assert ids is not None and ids[0] == 1 and ids[1] == ids[2]


def test_numbers_follow_the_recorded_order(bank_url: str) -> None:
    load(bank_url)
    for service in SERVICES:
        recorded = [row.recorded for row in rows_of(bank_url, service)]
        backwards = [later for earlier, later in zip(recorded, recorded[1:], strict=False) if later < earlier]
        assert len(backwards) == (service == "dk-adapter")  # the planted effect before its cause


def test_the_console_may_read_the_events_and_write_nothing(bank_url: str) -> None:
    load(bank_url)
    with psycopg.connect(store.reader_url(bank_url), autocommit=True) as reader:
        assert reader.execute("select count(*) > 0 from dk_adapter.events").fetchone() == (True,)
        reader.execute("set default_transaction_read_only = off")
        for statement in ("delete from core.events", "update core.events set type = 'x'", "select * from core.outbox"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(statement.encode())


def test_a_database_of_somebody_else_is_refused(bank_url: str) -> None:
    with psycopg.connect(bank_url, autocommit=True) as connection:
        connection.execute("create schema core")
    with pytest.raises(store.StoreRefused, match="give it an empty database"):
        load(bank_url)


def test_the_outbox_names_the_events_it_was_made_from(bank_url: str) -> None:
    load(bank_url)
    with store.connect(bank_url) as connection:
        orphans = connection.execute(
            "select count(*) from core.outbox where not source_events <@ (select array_agg(event_id) from core.events)"
        ).fetchone()
    assert orphans == (0,)


def test_the_torn_payload_is_kept_as_it_is(bank_url: str) -> None:
    load(bank_url)
    torn = [row for row in rows_of(bank_url, "core") if b"\xff" in row.data]
    assert len(torn) == 2
    assert all(row.data.startswith(b'{"amount"') and not books.movements(row) for row in torn)
