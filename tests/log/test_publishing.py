"""Checkpoints outside the database, with real servers: mail, an object store, a time stamping authority. What is late
there, or not ours any more, is told."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from aiosmtpd.controller import Controller
from botocore.session import Session
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from moto.server import ThreadedMotoServer

from audit.log.checkpoints import Signed, latest, seal
from audit.log.mailing import Mail
from audit.log.object_store import ObjectStore
from audit.log.publishing import Folder, Unpublished, publish_due
from audit.log.sealing import Sealing
from audit.log.signed_notes import Checkpoint, signed
from audit.log.stamps import BadStamp, checked
from audit.log.time_stamps import Authority, token_of
from tests.authority import authority as authority
from tests.authority import openssl
from tests.log.conftest import Log, event


@pytest.fixture
def written(log: Log) -> Log:
    log.write([event(number) for number in range(1, 301)])
    return log


def alarms(log: Log) -> list[tuple[Any, ...]]:
    return log.rows("select class, position, healed_at is not null from trace.own_alarm order by serial")


def records(log: Log, kind: str) -> list[dict[str, Any]]:
    rows = log.rows("select details from public.audit_record where kind = %s order by id", kind)
    return [row[0] for row in rows]


# mail


class Box:
    """What a mail server took."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.refused: set[str] = set()

    async def handle_RCPT(self, server: object, session: object, envelope: Any, address: str, options: object) -> str:
        if address in self.refused:
            return "550 no such box"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        self.mails.append(envelope.content)
        return "250 kept"


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setenv("MAIL_SERVER", f"smtp://127.0.0.1:{port}")
    yield box
    controller.stop()


def test_a_checkpoint_is_mailed_once_a_day(written: Log, box: Box) -> None:
    mail = Mail(["auditor@authority.example"], "log@bank.example", "MAIL_SERVER")
    sealing = Sealing(written.connection, [mail])
    sealing.seal()
    written.write([event(400)])
    sealing.seal()
    assert len(box.mails) == 1, "not with every checkpoint"
    note = written.rows("select note from trace.checkpoint order by size")[0][0]
    assert note.encode().replace(b"\n", b"\r\n") in box.mails[0]
    assert records(written, "publication") == [
        {"place": "mail to auditor@authority.example", "size": 300,
         "root": written.rows("select encode(root, 'hex') from trace.checkpoint order by size")[0][0]}
    ]  # fmt: skip


def test_what_one_of_several_is_refused_is_not_published(
    written: Log, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.refused = {"auditor@authority.example"}
    sealing = Sealing(written.connection, [Mail([*box.refused, "ops@bank.example"], "log@bank.example", "MAIL_SERVER")])
    sealing.seal()
    assert records(written, "publication") == []
    assert (last := latest(written.connection)) is not None
    monkeypatch.setenv("MAIL_SERVER", "smtp://ops:Geheim/x@host")
    with pytest.raises(Unpublished, match="MAIL_SERVER holds no mail server's URL") as refused:
        Mail(["ops@bank.example"], "log@bank.example", "MAIL_SERVER").put(last)
    assert "Geheim" not in str(refused.value)


# an object store


@dataclass(frozen=True)
class Store:
    """An object store that checks who asks."""

    endpoint: str
    client: Any


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    known = dict(region_name="us-east-1", endpoint_url=endpoint, aws_access_key_id="x", aws_secret_access_key="x")
    people = Session().create_client("iam", **known)
    people.create_user(UserName="log")
    everything = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
    people.put_user_policy(UserName="log", PolicyName="kept", PolicyDocument=everything)
    made = people.create_access_key(UserName="log")["AccessKey"]
    known |= {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}
    client = Session().create_client("s3", **known)
    client.create_bucket(Bucket="kept")
    ask_who_it_is(endpoint, b"0")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STORE_KEY", made["AccessKeyId"])
        patch.setenv("STORE_SECRET", made["SecretAccessKey"])
        yield Store(endpoint, client)
    ask_who_it_is(endpoint, b"inf")
    server.stop()


def ask_who_it_is(endpoint: str, after: bytes) -> None:
    """From so many requests on, the store checks signatures."""
    asked = Request(f"{endpoint}/moto-api/reset-auth", after, {"Content-Type": "text/plain"})
    urlopen(asked, timeout=10).close()


def test_a_checkpoint_stands_in_an_object_store(
    written: Log, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = ObjectStore("kept", "log/", store.endpoint, access_key_env="STORE_KEY", secret_key_env="STORE_SECRET")
    assert place.newest() is None
    signed = seal(written.connection)
    assert publish_due(written.connection, [place], signed, at_once=True) == {}
    assert place.newest() == signed.note
    store.client.put_object(Bucket="kept", Key="log/checkpoint-300", Body=b"kept before")
    place.put(signed)
    kept = store.client.get_object(Bucket="kept", Key="log/checkpoint-300")["Body"].read()
    assert kept == b"kept before", "never written over"
    with pytest.raises(Unpublished, match="NoSuchBucket"):
        replace(place, bucket="none").put(signed)
    monkeypatch.setenv("STORE_SECRET", "another")
    with pytest.raises(Unpublished, match="SignatureDoesNotMatch"):
        place.put(signed)
    monkeypatch.delenv("STORE_SECRET")
    with pytest.raises(Unpublished, match="STORE_SECRET"):
        place.put(signed)


# what is late


def test_what_cannot_be_published_is_an_alarm_once_it_is_late(written: Log, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    sealing = Sealing(written.connection, [Folder(tmp_path / "out")])
    sealing.seal()
    assert alarms(written) == [], "it may be over soon"
    written.connection.execute("set role whereabouts_owner")
    written.connection.execute("alter table trace.checkpoint disable trigger user")
    written.connection.execute("update trace.checkpoint set signed_at = now() - interval '21 minutes'")
    written.connection.execute("set role whereabouts_follower")
    written.connection.commit()
    sealing.seal()
    sealing.seal()
    assert alarms(written) == [(f"publishing to folder {tmp_path / 'out'}", 1, False)], "told once"
    (tmp_path / "out").unlink()
    sealing.seal()
    assert [healed for *_, healed in alarms(written)] == [True]
    assert written.rows("select published, trouble from trace.sealing") == [(300, None)]


@dataclass
class Broken:
    """A place whose program fails in a way of its own."""

    name: str = "a place that is broken"
    every_seconds: int = 0
    asked: int = 0

    def put(self, signed: Signed) -> None:
        self.asked += 1
        raise RuntimeError("cut off in the middle")

    def newest(self) -> str | None:
        return None


def test_whatever_a_place_outside_does_reading_goes_on_and_it_is_not_asked_at_every_turn(
    written: Log, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as garbage:
        threading.Thread(target=_babble, args=(garbage,), daemon=True).start()
        (tmp_path / "ca.pem").write_text("")
        authority = Authority(f"http://127.0.0.1:{garbage.getsockname()[1]}/", tmp_path / "ca.pem")
        broken = Broken()
        sealing = Sealing(written.connection, [broken, Folder(tmp_path / "out", every_seconds=0)], authority)
        sealing.seal(to_the_end=False)
        trouble = written.rows("select trouble from trace.sealing")[0][0]
        assert "cut off in the middle" in trouble and "no time stamp" in trouble
        written.write([event(400)])
        sealing.seal(to_the_end=False)
    assert broken.asked == 1
    assert (tmp_path / "out" / "checkpoint").exists()


def _babble(server: socket.socket) -> None:
    """What answers is no web server."""
    with suppress(OSError):
        while True:
            asked, _ = server.accept()
            asked.recv(65536)
            asked.sendall(b"what?\r\n\r\n")
            asked.close()


def test_what_stands_outside_and_is_not_of_this_log_is_an_alarm(written: Log, tmp_path: Path) -> None:
    sealing = Sealing(written.connection, [Folder(tmp_path)])
    sealing.seal()
    other = signed(Checkpoint("another", 300, b"r" * 32), Ed25519PrivateKey.generate())
    for number, note in enumerate((other.encode(), b"no checkpoint \xff"), 400):
        (tmp_path / "checkpoint").write_bytes(note)
        written.write([event(number)])
        sealing.seal()
        assert alarms(written) == [("PUBLISHED", 1, False)], "the next checkpoint does not take it back"


def test_a_key_that_is_lost_is_an_alarm(written: Log, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    Sealing(written.connection).seal()
    (tmp_path / "log-key").rename(tmp_path / "away")
    Sealing(written.connection).seal()
    assert alarms(written) == [("the key cannot be used", 300, False)]
    (tmp_path / "away").rename(tmp_path / "log-key")
    Sealing(written.connection).seal()
    assert alarms(written) == [("the key cannot be used", 300, True)]


def test_a_pause_in_signing_is_an_alarm_that_heals(written: Log) -> None:
    Sealing(written.connection).seal()
    written.write([event(400)])
    written.connection.execute("update trace.sealing set sealed_at = now() - interval '16 minutes'")
    written.connection.commit()
    Sealing(written.connection).seal()
    assert alarms(written) == [("signing is late", 301, True)]


def test_what_we_do_ourselves_is_recorded(written: Log) -> None:
    sealing = Sealing(written.connection)
    sealing.seal()
    assert [one["first"] for one in records(written, "key_change")] == [0]
    written.connection.execute("update trace.source set watermark = '2026-11-23 10:00:00.5+00' where name = 'core'")
    written.connection.commit()
    sealing.tell_watermarks()
    sealing.tell_watermarks()
    assert records(written, "watermark") == [{"watermarks": {"core": "2026-11-23T10:00:00.500000Z"}}]


# time stamps


def test_a_checkpoint_is_stamped_and_openssl_says_so_too(written: Log, authority: Authority, tmp_path: Path) -> None:
    sealing = Sealing(written.connection, authority=authority)
    sealing.seal()
    written.write([event(400)])
    sealing.seal()
    assert written.rows("select trouble from trace.sealing") == [(None,)]
    assert written.count("time_stamp") == 1, "not every checkpoint"
    signed = latest(written.connection)
    assert signed is not None and signed.checkpoint.size == 301
    token = token_of(written.connection, signed, authority)
    assert token is not None and written.count("time_stamp") == 1, "asked for now"
    stamped_at = checked(token, signed.note.encode(), authority.ca_file.read_bytes())
    assert stamped_at.tzinfo is not None
    (tmp_path / "checkpoint").write_text(signed.note)
    (tmp_path / "checkpoint.tsr").write_bytes(token)
    openssl("ts", "-verify", "-data", tmp_path / "checkpoint", "-in", tmp_path / "checkpoint.tsr",
                       "-CAfile", authority.ca_file)  # fmt: skip
    for wrong, data in ((token, signed.note.encode() + b"x"), (token[:-1] + b"\0", signed.note.encode()), (b"", b"x")):
        with pytest.raises(BadStamp):
            checked(wrong, data, authority.ca_file.read_bytes())


def test_another_s_stamp_is_not_taken(written: Log, authority: Authority, tmp_path: Path) -> None:
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=A root", "-keyout", tmp_path / "key",
            "-out", tmp_path / "other.pem")  # fmt: skip
    Sealing(written.connection, authority=Authority(authority.url, tmp_path / "other.pem")).seal()
    assert written.count("time_stamp") == 0
    assert "does not hold" in written.rows("select trouble from trace.sealing")[0][0]
    assert json.dumps(alarms(written)) == "[]", "not late yet"
