"""Whatever of the log is changed behind our back is found, with its class and the first entry that it is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.access import keys
from audit.checking import Checked, Rechecking, check_log
from audit.database import sql
from audit.errors import WhereaboutsError
from audit.log.checkpoints import latest, seal
from audit.log.merkle import leaf_of
from audit.log.publishing import Folder
from audit.log.rehash import Rehash
from audit.log.seals import seal as seal_value
from audit.log.tree import Tree
from audit.log.written import line_of_row
from tests.log.conftest import Log, event

SIZE = 700


@pytest.fixture
def signed(log: Log) -> Log:
    """A log with a checkpoint before its end, personal pieces, a redelivery and a collision."""
    name = '{"receiver": {"name": "Anna"}, "iban": "DK1"}'
    log.write([event(number, name, type="Paid") if number % 7 == 0 else event(number) for number in range(1, 301)])
    seal(log.connection)
    log.write([event(number) for number in range(301, 699)])
    log.write([event(699, id="event-1", version=1), event(700, id="event-2", data='{"amount": "6.00"}')])
    events = "update trace.source set events = (select count(*) from trace.log where kind <> 1) where id = 1"
    log.connection.execute(events)
    log.connection.commit()
    seal(log.connection)
    return log


def tamper(log: Log, *statements: str) -> None:
    log.connection.execute("set role whereabouts_owner")
    for table in ("log", "payload", "segment", "tree_node", "checkpoint", "sequence"):
        log.connection.execute(f"alter table trace.{table} disable trigger user".encode())
    for statement in statements:
        log.connection.execute(statement.encode())
    log.connection.execute("set role whereabouts_follower")
    log.connection.commit()


def checked(*places: Folder) -> Checked:
    return check_log(places, lambda done, total: None)


def test_what_was_signed_gives_the_same_root_again(signed: Log) -> None:
    found = checked()
    last = latest(signed.connection)
    assert last is not None and (found.entries, found.checkpoints, found.bad) == (SIZE, 2, [])
    assert found.root == last.checkpoint.root.hex()
    for size in (1, 2, 255, 256, 257, 511, 512, 513):
        rehash = Rehash(signed.connection)
        assert list(rehash.run(size, lambda done: None)) == []
        assert rehash.root() == Tree(signed.connection).hash_of(0, size), size


@pytest.mark.parametrize(
    ("statement", "kind", "position"),
    [
        ("update trace.log set correlation_id = 'x' where position = 260", "CONTENT", 260),
        ("update trace.log set leaf = sha256('x') where position = 1", "CONTENT", 1),
        ("update trace.log set recorded_at = recorded_at + interval '1 us' where position = 699", "CONTENT", 699),
        ("update trace.stream set name = 'account-2'", "CONTENT", 1),
        ("delete from trace.log where position = 300", "ORDER", 300),
        ("update trace.payload set skeleton = skeleton || ' '::bytea where position = 555", "DISCLOSURE", 555),
        ("update trace.payload set status = 2 where position = 555", "DISCLOSURE", 555),
        ("update trace.payload set data_length = data_length - 1 where position = 555", "DISCLOSURE", 555),
        ("update trace.payload set encoding = 'cloudevent' where position = 555", "DISCLOSURE", 555),
        ("update trace.payload set problem = '' where position = 555", "DISCLOSURE", 555),
        ("update trace.payload set place = 'line 7' where position = 555", "DISCLOSURE", 555),
        ("update trace.segment set start = start + 1 where position = 14 and ordinal = 0", "DISCLOSURE", 14),
        ("update trace.segment set path = 'iban2' where position = 700 - 7 * 60", "DISCLOSURE", 280),
        ("update trace.tree_node set hash = sha256('x') where number = 1", "PROOF", 257),
        ("update trace.checkpoint set note = replace(note, size::text, '699') where size = 700", "SIGNATURE", 700),
        ("update trace.source set events = events + 1 where id = 1", "COUNT", 1),
    ],
)  # fmt: skip
def test_every_change_is_found_and_placed(signed: Log, statement: str, kind: str, position: int) -> None:
    tamper(signed, statement)
    found = checked()
    assert found.bad and (found.bad[0].kind, found.bad[0].position) == (kind, position)
    alarms = signed.rows("select class, healed_at from trace.own_alarm where class = %s", kind)
    assert alarms == [(kind, None)]
    checked()
    assert len(signed.rows("select from trace.own_alarm where class = %s", kind)) == 1, "told once"


def test_what_is_sealed_must_say_what_it_is_committed_to(signed: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ciphertexts are not committed to: one that opens under the right key, and says something else, is found."""
    owner = signed.rows("select k.owner_kind, k.owner_key from trace.segment g join trace.data_key k"
                        " on k.id = g.key_id where g.position = 14 and g.ordinal = 0")[0]  # fmt: skip
    cipher = keys.get_or_create(signed.connection, [owner])[owner].cipher
    assert cipher is not None
    ((path,),) = signed.rows("select path from trace.segment where position = 14 and ordinal = 0")
    other = seal_value(cipher, bytes(12), 14, 0, path, b"Eve!").hex()
    tamper(signed, f"update trace.segment set nonce = '\\x{bytes(12).hex()}', ciphertext = '\\x{other}'"
           " where position = 14 and ordinal = 0",
           "update trace.segment set ciphertext = ciphertext || 'x'::bytea"
           " where position = 21 and ordinal = 1")  # fmt: skip
    assert [(bad.kind, bad.says) for bad in checked().bad] == [
        ("DISCLOSURE", "the sealed piece 0 of entry 14 is not the one it is committed to"),
        ("DISCLOSURE", "the sealed piece 1 of entry 21 does not open"),
    ]
    assert check_log([], lambda done, total: None, opens=False).bad == []
    with monkeypatch.context() as patch:
        patch.setenv("WHEREABOUTS_KEY", "ab" * 32)
        with pytest.raises(WhereaboutsError, match="the master key is not the one"):
            checked()
        assert check_log([], lambda done, total: None, opens=False).bad == []


def test_an_entry_changed_with_its_leaf_is_found_by_what_was_signed(signed: Log) -> None:
    """Whoever can write everything in the database cannot give the root that stands outside."""
    seal(signed.connection)
    tamper(signed, "update trace.log set causation_id = 'forged' where position = 100")
    (row,) = signed.rows(sql("log_written"), 99, 100)
    tamper(signed, f"update trace.log set leaf = '\\x{leaf_of(line_of_row(row)).hex()}' where position = 100")
    found = checked()
    assert {(bad.kind, bad.position) for bad in found.bad} == {("PROOF", 1), ("PROOF", 300), ("PROOF", 700)}


def test_what_stands_outside_is_held_against_the_log(signed: Log, tmp_path: Path) -> None:
    last = latest(signed.connection)
    assert last is not None
    Folder(tmp_path).put(last)
    assert checked(Folder(tmp_path)).bad == []
    tamper(signed, "delete from trace.log where position > 650", "update trace.head set position = 650",
           "delete from trace.checkpoint where size > 650", "delete from trace.tree_node where number >= 2",
           "update trace.source set events = 650 where id = 1")  # fmt: skip
    (bad,) = checked(Folder(tmp_path)).bad
    assert (bad.kind, bad.position) == ("ORDER", 650) and str(tmp_path) in bad.says, "its end was cut off"
    (tmp_path / "checkpoint").write_text("nothing")
    assert [bad.kind for bad in checked(Folder(tmp_path)).bad] == ["PUBLISHED"]
    (tmp_path / "checkpoint").unlink()
    (tmp_path / "checkpoint").mkdir()
    assert "cannot be asked" in checked(Folder(tmp_path)).unread[0]


def test_a_record_of_our_own_that_is_missing_is_found(signed: Log) -> None:
    """The key's record is number 1: it must be in the log once the console's source is sealed so far."""
    signed.connection.execute("insert into trace.source (id, name, kind) values (3, 'console', 'console')")
    assert checked().bad == [], "not read yet"
    signed.connection.execute("update trace.source set sealed = 1, events = 1 where id = 3")
    signed.connection.commit()
    assert [(bad.kind, bad.says) for bad in checked().bad][0] == (
        "OWN_RECORD", "record 1 of the console's own is not in the log"
    )  # fmt: skip
    Log(signed.connection, 3).write([event(1, id="record-1", type="key_change")])
    assert checked().bad == []
    tamper(signed, "alter table public.audit_record disable trigger user", "delete from public.audit_record")
    assert [(bad.kind, bad.position) for bad in checked().bad] == [("OWN_RECORD", SIZE + 1)]


def test_a_follower_goes_round_and_round(signed: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.checking.PART", 300)
    tamper(signed, "update trace.log set correlation_id = 'x' where position = 650")
    rechecking, alarms = Rechecking(signed.connection), []
    for minute in range(1, 4):
        rechecking.go_on(61.0 * minute)
        alarms.append(signed.rows("select class, position from trace.own_alarm"))
        signed.connection.commit()
    assert alarms == [[], [], [("CONTENT", 650)]]
    rechecking.go_on(300.0)
    assert signed.rows("select checked from trace.sealing") == [(300,)]
