"""The log keeps every event once, exactly, with dense positions; crashes leave nothing half."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from audit.log.append import append
from audit.log.entry import FORMAT, Entry, line_of, text_of_time
from audit.log.logged import COLLISION, EVENT, SIGHTING, UNREADABLE, Logged
from audit.log.merkle import leaf_of
from audit.log.replay import replay_stream, take_released
from audit.sources.contract import RawEvent
from tests.conftest import Database
from tests.log.conftest import MODEL, NOW, Log, event
from tests.log.small_model import small_model


def kinds(log: Log) -> list[tuple[int, int, int | None]]:
    return [tuple(row) for row in log.rows("select position, kind, first_position from trace.log order by position")]


def test_positions_are_dense_and_numbers_exact(log: Log) -> None:
    done = log.write([event(7, '{"amount": 12.10, "n": 3}'), event(9)])
    assert (done.first, done.last, done.events) == (1, 2, 2)
    assert done.released[0].data == {"amount": Decimal("12.10"), "n": 3}
    assert log.write([event(11)]).first == 3


def test_what_it_returns_is_what_a_replay_reads(log: Log) -> None:
    told = list(log.write(mixed()).released)
    for one in told:
        one.body = b""  # only what was written just now has its bytes at hand
    assert log.replayed() == told
    assert [one.position for one in log.replayed(streams=(1, 10**9))] != []


def mixed() -> list[RawEvent]:
    return [
        event(1, '{"amount": 1.5, "customer": "C1"}', correlation="c", causation="d", step="e"),
        event(2, '{"receiver": {"name": "Ane"}, "iban": "DK50 0040", "customer": "C1"}', type="Paid", version=None),
        event(3, '{"x": 1}', type="NeverHeardOf"),
        event(4, '{"x": 1}', stream="elsewhere"),
        event(5, "{torn", problem="core.events, id 5: it is torn", place="core.events, id 5"),
        event(6, "[1]"),
        event(7, '{"amount": "5.00"}', id="event-1"),
        event(8, '{"amount": 1.5, "customer": "C1"}', id="event-1", version=1, correlation="c", causation="d"),
        event(9, "", data_length=0),
    ]


@pytest.mark.parametrize("size", [1, 2, 4])
def test_batches_may_be_cut_anywhere(log: Log, size: int) -> None:
    events = mixed()
    for start in range(0, len(events), size):
        log.write(events[start : start + size])
    assert [row[1] for row in kinds(log)] == [0, 0, 0, 0, 0, 0, COLLISION, SIGHTING, 0]
    assert [(one.position, one.status, one.data) for one in log.replayed()] == [
        (1, 0, {"amount": Decimal("1.5"), "customer": "C1"}),
        (2, 0, {"receiver": {}, "customer": "C1"}),
        (3, 1, None),
        (4, 1, None),
        (5, 2, None),
        (6, 2, None),
        (7, 0, {"amount": "5.00"}),  # collides: what it names may be touched
        (8, 0, None),
        (9, 0, {}),
    ]


def test_a_redelivery_is_a_row_and_not_an_event(log: Log) -> None:
    log.write([event(1)])
    again = log.write([event(20, id="event-1", version=1, recorded=NOW + 99), event(2)])
    assert (again.events, again.duplicates, again.collisions) == (1, 1, 0)
    assert kinds(log) == [(1, EVENT, None), (2, SIGHTING, 1), (3, EVENT, None)]
    assert log.count("payload") == 2
    assert again.released[0].first_position == 1 and again.released[0].data is None


def test_the_same_identifier_with_other_bytes_is_kept_as_a_collision(log: Log) -> None:
    log.write([event(1)])
    changes: list[dict[str, Any]] = [{"data": '{"amount": "6.00"}'}, {"type": "Closed"}, {"stream": "account-2"}]
    for position, change in enumerate(changes, 2):
        done = log.write([event(position, id="event-1", version=1, **change)])
        assert (done.collisions, done.duplicates) == (1, 0)
    assert [row[1] for row in kinds(log)] == [EVENT, COLLISION, COLLISION, COLLISION]
    assert log.count("payload") == 4


def test_the_same_identifier_in_another_source_is_another_event(log: Log) -> None:
    log.write([event(1)])
    other = Log(log.connection, source=2)
    assert other.write([event(1)]).duplicates == 0


def test_what_is_not_final_waits_in_pending_and_is_taken_once(log: Log) -> None:
    done = log.write([event(1), event(2), event(3)], released=[1])
    assert [one.source_position for one in done.released] == [1]
    assert [one.position for one in log.replayed()] == [1]
    done = log.write([event(4)], released=[2, 3, 4])
    assert [one.source_position for one in done.released] == [4]
    assert [one.position for one in log.replayed()] == [1, 4]
    assert [one.source_position for one in take_released(log.connection, MODEL, 10)] == [2, 3]
    assert take_released(log.connection, MODEL, 10) == []
    assert [one.position for one in log.replayed()] == [1, 2, 3, 4]
    assert log.count("pending") == 0


def test_a_release_without_events_is_kept_too(log: Log) -> None:
    log.write([event(1)], released=[])
    assert log.write([], released=[1]).released == ()
    assert [one.source_position for one in take_released(log.connection, MODEL, 10)] == [1]


def test_one_stream_is_read_in_its_source_s_order(log: Log) -> None:
    log.write([event(5), event(6, stream="account-2")])
    log.write([event(2), event(3)], released=[2])
    told = replay_stream(log.connection, MODEL, log.replayed()[0].stream_id, 10**9)
    assert [one.source_position for one in told] == [2, 5]


def test_a_rolled_back_transaction_leaves_nothing_in_memory(log: Log) -> None:
    append(log.connection, 1, [event(1, stream="account-new", type="New")], MODEL, [1], now=NOW)
    log.connection.rollback()
    log.write([event(1, stream="account-other"), event(2, stream="account-new", type="New")])
    rows = log.rows(
        "select s.name, t.name from trace.log l join trace.stream s on s.id = l.stream_id"
        " join trace.event_type t on t.id = l.type_id order by l.position"
    )
    assert rows == [("account-other", "Opened"), ("account-new", "New")]


class Dying:
    """A connection that dies before the statement of a given number."""

    def __init__(self, connection: Any, number: int) -> None:
        self._connection = connection
        self.left = number

    def _tick(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise psycopg.OperationalError("the server closed the connection")

    def execute(self, *args: Any, **named: Any) -> Any:
        self._tick()
        return self._connection.execute(*args, **named)

    def cursor(self, *args: Any, **named: Any) -> Any:
        self._tick()
        return self._connection.cursor(*args, **named)

    def transaction(self, *args: Any, **named: Any) -> Any:
        self._tick()
        return self._connection.transaction(*args, **named)


def test_a_crash_between_any_two_statements_leaves_nothing_half(log: Log) -> None:
    log.write([event(100, id="event-8")])
    tables = ("log", "payload", "segment", "identity", "pending", "stream", "event_type", "data_key")
    before = {table: log.count(table) for table in tables}
    for number in range(60):
        dying = Dying(log.connection, number)
        try:
            append(dying, 1, mixed(), MODEL, [1, 2, 3], now=NOW)  # type: ignore[arg-type]
            if dying.left >= 0:
                break
        except psycopg.OperationalError:
            pass
        log.connection.rollback()
        assert {table: log.count(table) for table in tables} == before
    else:
        raise AssertionError("append never came to its end")
    assert number > 10
    log.connection.commit()
    assert log.count("log") == 1 + len(mixed())


def test_the_leaf_is_that_of_the_entry_as_canonical_json(log: Log) -> None:
    log.write([event(3, correlation='c"ø', step="s")])
    row = log.rows("select position, recorded_at, ingested_at, commitment, leaf from trace.log")[0]
    now = text_of_time(NOW)
    line = line_of(
        Entry(None, row[3].hex(), 'c"ø', "event-3", None, "1", now, "source_event", now, "3", text_of_time(NOW + 3),
              "core", "s", "account-1", "Opened", FORMAT, "3")
    )  # fmt: skip
    again = json.dumps(json.loads(line), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert again == line
    assert row[4] == leaf_of(line) == hashlib.sha256(b"\x00" + line).digest()


def test_the_log_refuses_every_change(log: Log) -> None:
    log.write([event(1)])
    for statement in ("update trace.log set kind = 1", "delete from trace.payload", "truncate trace.identity"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            log.connection.execute(statement.encode())
        log.connection.rollback()


def test_writers_side_by_side_give_out_each_position_once(log: Log, database: Database) -> None:
    with database.connect("follower") as connection:
        other = Log(connection, source=2)
        for number in range(1, 6):
            log.write([event(number, stream=f"account-{number}")])
            other.write([event(number, stream=f"account-{number}")])
    assert [row[0] for row in kinds(log)] == list(range(1, 11))
    assert len(set(log.rows("select source_id, name from trace.stream"))) == 10


def test_a_type_that_becomes_known_is_opened_by_a_rebuild(log: Log) -> None:
    log.write(mixed())
    wider = small_model({"Opened": (), "Paid": (("receiver", "name"), ("iban",)), "NeverHeardOf": (("x",),)})
    told = log.replayed(wider)[2]
    assert (told.status, told.data) == (0, {})
    narrower = small_model({"Opened": ()})
    assert [(one.status, one.data) for one in log.replayed(narrower)][1] == (1, None)


def test_quarantined_are_counted(log: Log) -> None:
    assert log.write(mixed()).quarantined == 2
    told: Sequence[Logged] = log.replayed()
    assert [one.problem for one in told if one.status == UNREADABLE] == [
        "core.events, id 5: it is torn",
        "its payload is not a JSON object",
    ]
