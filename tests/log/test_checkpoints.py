"""Checkpoints: a log that was changed is not signed again, and a key that is not its own never signs."""

from __future__ import annotations

import base64
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.database import sql
from audit.errors import WhereaboutsError
from audit.log import log_key
from audit.log.checkpoints import consistency_since, covering, latest, seal
from audit.log.merkle import is_consistent
from audit.log.publishing import LATE_SECONDS, Folder
from audit.log.sealing import Sealing
from audit.log.signed_notes import BadNote, Checkpoint, PublicKey, opened, public_of, signed
from tests.log.conftest import Log, event

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = public_of("log.example", PRIVATE)


def own(log: Log) -> PublicKey:
    return log_key.history(log.connection)[-1].key


def write(log: Log, *numbers: int) -> None:
    log.write([event(number) for number in numbers])


def test_a_note_is_read_as_the_specification_has_it() -> None:
    """The example of Go's golang.org/x/mod/sumdb/note, which the specification is taken from."""
    key = PublicKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    signature = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    raw = base64.b64decode(signature)
    assert raw[:4] == key.id and key.verify(raw[4:], text.encode()) and not key.verify(raw[4:], text[1:].encode())
    assert str(key) == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_every_changed_byte_of_a_note_is_found() -> None:
    checkpoint = Checkpoint(KEY.name, 12_345, b"r" * 32)
    note = signed(checkpoint, PRIVATE)
    assert opened(note, KEY) == checkpoint
    raw = note.encode()
    for at in range(len(raw)):
        before, after = raw[:at], raw[at + 1 :]
        for changed in (before + after, before + bytes([raw[at] ^ 1]) + after, before + b"0" + raw[at:]):
            if changed != raw:
                with pytest.raises((BadNote, UnicodeDecodeError)):
                    opened(changed.decode(), KEY)


def test_what_is_signed_is_kept_and_consistent(log: Log) -> None:
    write(log, *range(1, 300))
    first = seal(log.connection)
    assert seal(log.connection).note == first.note, "nothing new, nothing signed"
    write(log, *range(300, 700))
    second = seal(log.connection)
    assert opened(second.note, own(log)).size == 699 and latest(log.connection) is not None
    proof = consistency_since(log.connection, 299, 699)
    assert is_consistent(299, first.checkpoint.root, 699, second.checkpoint.root, proof)
    log.connection.rollback()
    write(log, 700)
    key = log_key.signing_key(log.connection)
    assert covering(log.connection, 699, key).note == second.note
    assert covering(log.connection, 700, key).checkpoint.size == 700


def test_a_changed_log_is_not_signed(log: Log) -> None:
    write(log, *range(1, 300))
    seal(log.connection)
    log.connection.execute("set role whereabouts_owner")
    log.connection.execute("alter table trace.log disable trigger user")
    log.connection.execute("update trace.log set leaf = sha256('x') where position = 299")
    log.connection.execute("set role whereabouts_follower")
    log.connection.commit()
    write(log, 300)
    with pytest.raises(WhereaboutsError, match="not the one that was signed"):
        seal(log.connection)
    Sealing(log.connection).seal()
    assert "not the one that was signed" in log.rows("select trouble from trace.sealing")[0][0]


@pytest.mark.parametrize("given", ["", "zz", "00" * 31, "00" * 33])
def test_a_broken_key_stops_signing(log: Log, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str) -> None:
    write(log, 1)
    if given:
        monkeypatch.setenv(log_key.VARIABLE, given)
    else:
        monkeypatch.setenv("VAR_DIR", str(tmp_path))
        (tmp_path / "log-key").write_text("")
    with pytest.raises(WhereaboutsError, match="does not hold a log key"):
        seal(log.connection)
    assert log.count("log_key") == log.count("checkpoint") == 0


def test_another_key_is_no_new_identity_by_itself(log: Log, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    write(log, 1)
    seal(log.connection)
    old = own(log)
    assert (tmp_path / "log-key").stat().st_mode & 0o077 == 0
    (tmp_path / "log-key").unlink()
    write(log, 2)
    with pytest.raises(WhereaboutsError, match="cannot be read"):
        seal(log.connection)
    assert not (tmp_path / "log-key").exists(), "a lost key is not replaced"
    monkeypatch.setenv(log_key.VARIABLE, "07" * 32)
    with pytest.raises(WhereaboutsError, match="not the one that signed so far"):
        seal(log.connection)
    made = seal(log.connection, new_key=True)
    assert opened(made.note, own(log)).size == 2
    assert [(one.key == old, one.first, one.last) for one in log_key.history(log.connection)] == [
        (True, 0, 2),
        (False, 2, None),
    ]


def test_it_is_published_and_says_what_hinders(log: Log, tmp_path: Path) -> None:
    write(log, 1)
    Sealing(log.connection, [Folder(tmp_path / "out")]).seal()
    note = (tmp_path / "out" / "checkpoint").read_text()
    assert opened(note, own(log)).size == 1 and (tmp_path / "out" / "checkpoint-1").read_text() == note
    assert log.rows("select published, trouble from trace.sealing") == [(1, None)]
    write(log, 2)
    (tmp_path / "file").write_text("")
    Sealing(log.connection, [Folder(tmp_path / "file")]).seal()
    assert "cannot be published" in log.rows("select trouble from trace.sealing")[0][0]
    assert latest(log.connection).checkpoint.size == 2, "it is signed all the same"  # type: ignore[union-attr]


def test_a_published_checkpoint_is_never_written_over(tmp_path: Path, log: Log) -> None:
    write(log, 1)
    made = seal(log.connection)
    (tmp_path / "checkpoint-1").write_text("another")
    Folder(tmp_path).put(made)
    assert (tmp_path / "checkpoint-1").read_text() == "another"


@pytest.mark.parametrize("table", ["checkpoint", "log_key"])
def test_nobody_takes_back_what_was_signed(log: Log, table: str) -> None:
    write(log, 1)
    seal(log.connection)
    for role in ("follower", "owner"):
        log.connection.execute(f"set role whereabouts_{role}".encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            log.connection.execute(f"delete from trace.{table}".encode())
        log.connection.rollback()


def test_what_waits_too_long_to_be_signed_is_late(log: Log) -> None:
    def stand() -> tuple[int, int, bool]:
        row = log.rows(sql("sealing_stand"), LATE_SECONDS)[0]
        return row[0], row[2], row[7]

    assert stand() == (0, 0, False)
    write(log, 1, 2)
    assert stand() == (2, 0, True), "it was never signed"
    log.connection.rollback()
    Sealing(log.connection).seal()
    write(log, 3)
    assert stand() == (3, 2, False), "there is still time"
    log.connection.execute("update trace.sealing set sealed_at = now() - make_interval(secs => %s)", [LATE_SECONDS + 1])
    assert stand() == (3, 2, True)


def test_a_follower_seals_when_it_is_time(log: Log) -> None:
    sealing = Sealing(log.connection)
    write(log, *range(1, 300))
    sealing.go_on(100.0, 299)
    assert log.count("checkpoint") == 1, "its first round"
    log.connection.commit()
    write(log, *range(300, 600))
    sealing.go_on(129.0, 300)
    assert (log.count("checkpoint"), log.count("tree_node")) == (1, 1)
    log.connection.commit()
    sealing.go_on(129.5, 10_000)
    assert (log.count("checkpoint"), log.count("tree_node")) == (1, 2), "so many wait for the tree at most"
    log.connection.commit()
    sealing.go_on(131.0)
    assert log.count("checkpoint") == 2
