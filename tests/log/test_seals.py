"""What is personal stands nowhere in the clear, opens to the exact bytes, and is gone when its key is destroyed."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from audit.access import keys
from audit.access.blind import blind
from audit.database import Role
from audit.errors import WhereaboutsError
from audit.log.pieces import Sealed, original
from audit.log.seals import BrokenSeal, commitment_of_payload, commitment_of_value, how_read
from tests.conftest import Database
from tests.log.conftest import MODEL, Log, destroy, event

NAME, IBAN = "Ane Sørensen", "DK5000400440116243"
PAID = json.dumps({"customer": "C1", "receiver": {"name": NAME, "bank": "Ørsted"}, "iban": IBAN, "amount": "5.00"})
TORN = '{"customer": "C1", "receiver": {"name": "' + NAME


def personal(log: Log) -> None:
    log.write(
        [
            event(1, PAID, type="Paid"),
            event(2, PAID, type="Unknown"),
            event(3, PAID, stream="nowhere"),
            event(4, TORN, problem="torn"),
            event(5, PAID.replace("5.00", "6.00"), id="event-1", type="Paid"),
        ]
    )


def pieces_of(log: Log, position: int) -> tuple[bytes, list[Sealed]]:
    rows = log.rows(
        "select g.ordinal, g.start, g.key_id, g.path, g.nonce, g.ciphertext, k.owner_kind, k.owner_key, k.wrapped"
        " from trace.segment g join trace.data_key k on k.id = g.key_id where g.position = %s order by g.start",
        position,
    )
    skeleton = log.rows("select skeleton from trace.payload where position = %s", position)[0][0]
    return skeleton, [Sealed._make((*row[:6], (row[6], row[7]), row[8] or b"")) for row in rows]


def test_no_personal_byte_is_in_any_table(log: Log) -> None:
    personal(log)
    searched = [NAME, "Ane S", IBAN, "DK50004", "rensen", json.dumps(NAME)[1:-1]]
    for (table,) in log.rows("select tablename from pg_tables where schemaname = 'trace'"):
        dump = b""
        with log.connection.cursor().copy(f"copy trace.{table} to stdout".encode()) as copy:
            dump = b"\n".join(bytes(block) for block in copy)
        with log.connection.cursor().copy(f"copy trace.{table} to stdout (format binary)".encode()) as copy:
            dump += b"".join(bytes(block) for block in copy)
        for text in searched:
            assert text.encode() not in dump, f"{text} stands in trace.{table}"
            assert text.encode().hex().encode() not in dump, f"{text} stands in trace.{table}"


def test_the_pieces_open_to_the_exact_bytes(log: Log) -> None:
    personal(log)
    for position, text in ((1, PAID), (2, PAID), (3, PAID), (4, TORN)):
        skeleton, pieces = pieces_of(log, position)
        assert original(position, skeleton, pieces) == text.encode()
    assert {piece.path for piece in pieces_of(log, 1)[1]} == {"receiver.name", "iban"}
    owners = [pieces_of(log, position)[1][0].owner for position in (1, 2, 3, 4)]
    assert owners == [("customer", "C1"), ("account", "1"), ("stream", "core/nowhere"), ("source", "core")]


def test_commitments_can_be_shown_piece_by_piece(log: Log) -> None:
    personal(log)
    salt, commitment, *read = log.rows(
        "select p.salt, l.commitment, p.status, p.data_length, p.encoding, p.problem, p.place"
        " from trace.payload p join trace.log l using (position) where position = 1"
    )[0]
    skeleton, pieces = pieces_of(log, 1)
    rows = log.rows("select salt, commitment, path, start from trace.segment where position = 1 order by start")
    for piece, (piece_salt, piece_commitment, _, _) in zip(pieces, rows, strict=True):
        assert commitment_of_value(piece_salt, piece.open(1)) == piece_commitment
    shown = [(start, path, one) for _, one, path, start in rows]
    assert commitment_of_payload(salt, how_read(*read), skeleton, shown) == commitment


def test_a_changed_or_moved_ciphertext_is_noticed(log: Log) -> None:
    personal(log)
    skeleton, pieces = pieces_of(log, 1)
    piece = pieces[0]
    for changed in (
        piece._replace(ciphertext=piece.ciphertext[:-1] + bytes([piece.ciphertext[-1] ^ 1])),
        piece._replace(path="iban"),
        piece._replace(ordinal=7),
    ):
        with pytest.raises(BrokenSeal, match="log position 1"):
            original(1, skeleton, [changed, *pieces[1:]])
    with pytest.raises(BrokenSeal):
        original(2, skeleton, pieces)


def test_the_projections_get_no_personal_value_but_blind_digests(log: Log) -> None:
    told = log.write([event(1, PAID, type="Paid")]).released[0]
    assert told.data == {"customer": "C1", "receiver": {"bank": "Ørsted"}, "amount": "5.00"}
    assert list(told.blinds) == [("iban", blind("iban", "dk50 0040 0440 1162 43"))]
    assert list(log.replayed()[0].blinds) == list(told.blinds)


def test_a_destroyed_key_takes_its_values_and_nothing_else(log: Log, database: Database) -> None:
    personal(log)
    assert destroy(database, "C1") == 1
    assert destroy(database, "C1") == 0
    skeleton, pieces = pieces_of(log, 1)
    assert original(1, skeleton, pieces) is None
    told = log.replayed()
    assert told[0].data == {"customer": "C1", "receiver": {"bank": "Ørsted"}, "amount": "5.00"}
    assert told[0].blinds == []
    assert original(2, *pieces_of(log, 2)) == PAID.encode()


def test_what_comes_later_for_an_erased_owner_is_committed_to_and_never_kept(log: Log, database: Database) -> None:
    assert destroy(database, "C1") == 0, "nothing of it was read yet"
    told = log.write([event(1, PAID, type="Paid")]).released[0]
    assert told.blinds == () and told.data == {"customer": "C1", "receiver": {"bank": "Ørsted"}, "amount": "5.00"}
    assert log.rows("select distinct salt, nonce, ciphertext from trace.segment") == [(b"", b"", b"")]
    assert log.rows("select count(*) from trace.blind") == [(0,)]
    assert log.replayed()[0].blinds == []
    kept = log.rows("select distinct serial, wrapped from trace.data_key where owner_key = 'C1'")
    assert kept == [(1, None)]


def test_a_wrong_master_key_is_an_error_and_not_a_new_identity(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    personal(log)
    monkeypatch.setenv("WHEREABOUTS_KEY", "ab" * 32)
    with pytest.raises(WhereaboutsError, match="the master key is not the one"):
        log.write([event(9, PAID, type="Paid")])
    log.connection.rollback()
    monkeypatch.setenv("WHEREABOUTS_KEY", "ab")
    with pytest.raises(WhereaboutsError, match="64 hexadecimal digits"):
        keys.master_key()


def test_the_master_key_is_made_once_and_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WHEREABOUTS_KEY", raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    made = keys.master_key()
    file = tmp_path / "master.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert bytes.fromhex(file.read_text()) == made == keys.master_key()


def test_only_erasure_may_destroy_a_key(log: Log) -> None:
    personal(log)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        keys.destroy(log.connection, ("customer", "C1"))


def test_no_key_is_destroyed_without_a_receipt(log: Log, database: Database) -> None:
    personal(log)
    for owner in (("customer", "C1"), ("customer", "C-never-read")):
        with database.connect("erasure") as eraser:
            keys.destroy(eraser, owner)
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no receipt says"):
                eraser.commit()
    assert original(1, *pieces_of(log, 1)) == PAID.encode()


@pytest.mark.parametrize("role", ["erasure", "owner"])
def test_a_destroyed_key_never_comes_back(role: Role, log: Log, database: Database) -> None:
    personal(log)
    destroy(database, "C1")
    for change in ("wrapped = '\\x00'", "wrapped = '\\x00', destroyed_at = null", "destroyed_at = now()"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), database.connect(role) as connection:
            connection.execute(f"update trace.data_key set {change} where owner_key = 'C1'".encode())
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.connect(role) as connection:
        connection.execute("delete from trace.data_key")


def test_an_erased_row_with_metadata_is_still_read(log: Log, database: Database) -> None:
    metadata = b'{"correlation_id": "c"}'
    raw = PAID.encode()
    log.write([event(1, type="Paid", raw=raw + metadata, data_length=len(raw))])
    destroy(database, "C1")
    told = log.replayed()[0]
    assert told.data is not None and told.data["amount"] == "5.00" and MODEL is not None
