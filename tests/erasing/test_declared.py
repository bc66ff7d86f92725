"""A field is declared personal later: what was read before holds it sealed, and all that was proved still holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import psycopg
import pytest

from audit import instance
from audit.access.mask import Mask
from audit.answers.inquiry import inquire
from audit.checking import check_log
from audit.database import Role, reading
from audit.erasing import declared
from audit.erasing.declared import seal_declared
from audit.errors import WhereaboutsError
from audit.log.append import append
from audit.log.checkpoints import seal
from audit.log.log_key import history
from audit.log.opened import open_payloads
from audit.log.seals import commitment_of_value
from audit.management.differing import tell_difference
from audit.model.load import loads
from audit.pipeline import Projection
from audit.rebuilding import rebuild_all, rehearse
from audit.trails.asked import Asked
from audit.trails.bundle import write_bundle
from audit.trails.scope import Sieve
from audit.trails.verify.checks import Trusted, verify
from audit.trails.verify.verdict import Verdict
from audit.values import Subject
from tests.conftest import Database
from tests.log.conftest import NOW, destroy, event

MODEL = """
[model]
name = "declared"
version = 1
zone = "UTC"
languages = ["en"]
[kind.customer]
title = { en = "Customer" }
[kind.account]
title = { en = "Account" }
[lane.account]
title = { en = "Account" }
streams = "account-{account}"
[lane.account.event.Paid]
says = { en = "{amount} was paid" }
ties = { customer = "customer" }
personal = PERSONAL
identifiers = { reference = "reference" }
[lane.account.event.Opened]
says = { en = "It was opened" }
"""
BEFORE = loads(MODEL.replace("PERSONAL", '["to.name"]'))
LATER = loads(MODEL.replace("PERSONAL", '["to", "reference", "born", "list.phone"]'))
SECRETS = (b"Bent", b"Bakkevej", b"rent of", b"19710503", b"5-55-12", b"5-55-13")
CUSTOMER = Subject("customer", "C1")
COUNT = 7  # entries that are not as the later model wants them


def paid(customer: str, text: str = "rent of") -> str:
    to = {"name": "Bent", "street": "Bakkevej 3\n", "home": {"floor": "2, Bakkevej"}}
    data = {"customer": customer, "to": to, "reference": f"{text} \u00f8l", "born": 19710503,
            "list": [{"phone": "5-55-12"}, {"phone": "5-55-13", "kind": "home"}], "amount": "5.00"}  # fmt: skip
    return json.dumps(data, ensure_ascii=customer == "C1")


def line(customer: str) -> str:
    return '{"specversion": "1.0", "data": ' + paid(customer) + ', "subject": "after"}'


@dataclass
class World:
    database: Database
    raw: dict[int, bytes]

    def rows(self, query: str, *values: Any, role: Role = "owner") -> list[tuple[Any, ...]]:
        with self.database.connect(role) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def plain(self) -> int:
        """How many payloads hold what is personal by the later model."""
        found = self.rows("select skeleton from trace.payload")
        return sum(any(secret in bytes(one) for secret in SECRETS) for (one,) in found)

    def telling(self) -> list[str]:
        """Tables in which any of it stands."""
        tables = "select schemaname || '.' || tablename from pg_tables where schemaname ~ '^(trace|public|read_)'"
        found = []
        with self.database.connect("owner") as connection:
            for (table,) in connection.execute(tables).fetchall():
                with connection.cursor() as cursor, cursor.copy(f"copy {table} to stdout".encode()) as copy:
                    body = b"".join(bytes(block) for block in copy)
                told = body.lower().replace(b" ", b"")  # as identifiers are kept
                said = [one for one in SECRETS if one.lower().replace(b" ", b"") in told or one.hex().encode() in body]
                found += [table] * bool(said)
        return found

    def opened(self) -> dict[int, bytes | None]:
        with self.database.connect("follower") as connection:
            return {at: one.raw for at, one in open_payloads(connection, list(self.raw)).items()}

    def trail(self, path: Path) -> Path:
        with reading() as connection:
            asked = Asked("eva", "auditor", datetime(2026, 4, 1, tzinfo=UTC), "audit", "A-1")
            write_bundle(inquire(connection, Mask()), CUSTOMER, asked, path)
        return path

    def verdict(self, path: Path) -> Verdict:
        with self.database.connect("follower") as connection:
            key = history(connection)[-1].key
        return verify(path, Trusted(key))


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    """Rows and lines of two customers; the second one is erased before the field is declared."""
    told = [paid("C1"), paid("C1"), paid("C2"), '{"customer": "C1", "reference": ""}']
    events = [event(number, text, type="Paid") for number, text in enumerate(told, 1)]
    lines = [event(number, line(customer), type="Paid", encoding="cloudevent", data_length=0)
             for number, customer in ((5, "C1"), (6, "C2"), (7, "C1"))]  # fmt: skip
    events += [*lines, event(8, paid("C1", "rent of another"), type="Paid", id="event-1"), event(9)]
    with database.connect("follower") as connection:
        connection.execute(
            "insert into trace.source (id, name, kind, watermark, events) values (1, 'core', 'files', now(), 9)"
        )
        begun = instance.begin(connection, BEFORE)
        append(connection, 1, events, BEFORE, [one.position for one in events], now=NOW)
        connection.commit()
    projection = Projection(begun)
    projection.catch_up()
    projection.number_all()
    projection.close()
    destroy(database, "C2")
    with database.connect("follower", autocommit=True) as connection:
        seal(connection)
    yield World(database, {one.position: one.raw for one in events})


def remodel() -> int:
    """How many older entries were sealed."""
    return rebuild_all(lambda number: None, lambda seconds: None, lambda done, total: None, LATER).sealed


def told_before() -> str:
    """What a rehearsal says of it."""
    said: list[str] = []
    tell_difference(said.append, rehearse(lambda number: None, lambda seconds: None, lambda done, total: None, LATER))
    return "\n".join(said)


def test_what_is_personal_now_is_sealed_and_all_proofs_hold(world: World, tmp_path: Path) -> None:
    before = world.trail(tmp_path / "before.zip")
    root, leaves = check_log([], lambda done, total: None).root, world.rows("select leaf from trace.log order by 1")
    lease = world.rows("select lease from trace.source")
    assert f"stands in the clear in {COUNT} older events: " in told_before() and world.plain() == COUNT
    assert remodel() == COUNT
    assert world.plain() == 0 and seal_declared() == 0
    assert not world.telling(), "no table of any schema says it"
    opened = world.opened()
    assert {at for at, raw in opened.items() if raw is None} == {3, 6}, "erased before: nothing of them is kept"
    assert all(raw is None or raw == world.raw[at] for at, raw in opened.items())
    kept = "select count(*) from trace.segment where position in (3, 6) and path not like '%%name' and length(salt) > 0"
    assert world.rows(kept) == [(0,)]
    assert world.rows("select leaf from trace.log order by 1")[: len(leaves)] == leaves
    checked = check_log([], lambda done, total: None)
    assert checked.bad == [] and checked.root == root
    ((told,),) = world.rows("select details from public.audit_record where kind = 'sealed_anew'")
    assert told["model"] == LATER.hash and [one["i"] for one in told["entries"]] == [1, 2, 3, 5, 6, 7, 8]
    assert world.rows("select lease from trace.source") > lease, "who reads by the model before is shut out"
    assert world.verdict(before).exit_code == 0
    after = world.verdict(world.trail(tmp_path / "after.zip"))
    assert after.exit_code == 0 and after.is_complete and after.stubs == {"declared_personal": 5}
    with pytest.MonkeyPatch.context() as patch:  # as when it was begun before, by a process that was killed
        patch.setattr(Sieve, "_sealed_anew", lambda sieve, positions: frozenset())
        with pytest.raises(WhereaboutsError, match="ask for the trail again"):
            world.trail(tmp_path / "between.zip")
    with ZipFile(tmp_path / "after.zip") as archive:
        assert not [one for one in SECRETS if any(one in archive.read(name) for name in archive.namelist())]
    blind = "select count(*) from trace.blind where position = %s"
    assert world.rows(blind, 1) == [(1,)] and world.rows(blind, 3) == [(0,)]
    for path, is_its in (("to.name", False), ("reference", True)):
        assert forgets(world, path) is is_its, "what is found blind goes with the very piece that it is of"
    with world.database.connect("owner") as connection:
        connection.execute("update trace.payload set skeleton = skeleton || ' ' where position = 2")
    assert [(one.kind, one.position) for one in check_log([], lambda done, total: None).bad] == [("DISCLOSURE", 2)]


def forgets(world: World, path: str) -> bool:
    """Whether an entry may be found blind no more once this piece of it is emptied; nothing of it stays."""
    with world.database.connect("erasure") as connection:
        connection.execute("update trace.segment set salt = '', nonce = '', ciphertext = '' where position = 1"
                           " and path = %s", [path])  # fmt: skip
        assert connection.execute("delete from trace.blind where position = 1").rowcount == 1
        try:
            connection.execute("set constraints trace.blind_has_emptied immediate")
        except psycopg.errors.InsufficientPrivilege:
            return False
        finally:
            connection.rollback()
    return True


def test_what_cannot_be_sealed_holds_up_nothing_else(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """A payload with a key twice, as an earlier program may have let in: cut and put together it would be another."""
    twice = '{"customer": "C1", "reference": "one", "reference": "two"}'
    with world.database.connect("follower") as connection:
        append(connection, 1, [event(10, twice, type="Paid")], BEFORE, [10], now=NOW)
        connection.execute("update trace.source set events = 10")
    remodel()
    assert world.plain() == 0 and seal_declared() == 0
    assert world.rows("select skeleton from trace.payload where position = 10") == [(twice.encode(),)]
    assert "entries 10 to 10" in caplog.text
    assert check_log([], lambda done, total: None).bad == []


def test_what_another_lane_reads_now_is_sealed_too(world: World) -> None:
    """The lane has the type and the field as before, but until now it was not this lane that read the stream."""
    moved = MODEL.replace("PERSONAL", '["to", "reference", "born", "list.phone"]')
    moved = moved.replace("account-{account}", "other-{account}")
    assert declared._types(LATER, [moved]) == ["Paid"] and declared._types(LATER, [LATER.source]) == []


def test_it_may_be_killed_between_any_two_lines(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was reached is whole, checks, and the rest is done later. One of the entries holds nothing personal."""
    monkeypatch.setattr(declared, "BATCH", 2)
    for name, run, left in (("_seal", remodel, COUNT - 2), ("_batch", seal_declared, COUNT - 3)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(declared, name, _killed(getattr(declared, name)))
            with pytest.raises(KeyboardInterrupt):
                run()
        assert world.plain() == left and check_log([], lambda done, total: None).bad == []
    assert seal_declared() == COUNT - 3 and world.plain() == 0
    assert check_log([], lambda done, total: None).bad == [] and seal_declared() == 0


def test_killed_before_old_rows_are_forgotten_it_forgets_them_later(world: World) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(declared, "_forget_old_rows", _killed(lambda: None, first=True))
        with pytest.raises(KeyboardInterrupt):
            remodel()
    assert world.plain() == 0
    forgotten: list[bool] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(declared, "_forget_old_rows", lambda: forgotten.append(True))
        assert seal_declared() == 0 and seal_declared() == 0
    assert forgotten == [True]


def _killed(real: Callable[..., Any], *, first: bool = False) -> Callable[..., Any]:
    calls: list[object] = []

    def killed(*given: Any) -> Any:
        calls.append(given)
        done = real(*given)
        if len(calls) == 2 - first:
            raise KeyboardInterrupt
        return done

    return killed


def test_a_later_model_seals_further_pieces_of_what_was_sealed_anew(world: World) -> None:
    rebuild_all(lambda number: None, lambda seconds: None, lambda done, total: None,
                loads(MODEL.replace("PERSONAL", '["to.name", "list.phone", "born"]')))  # fmt: skip
    assert world.plain() == COUNT
    remodel()
    assert world.plain() == 0 and check_log([], lambda done, total: None).bad == []
    assert all(raw is None or raw == world.raw[at] for at, raw in world.opened().items())


CHANGES = ("key", "sha256", "length", "commitment", "at", "ciphertext", "no pieces", "model",
           "path", "gone", "json")  # fmt: skip


def test_nothing_else_can_be_changed_this_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The role that seals cannot put anything else in the place of what was read, and no other role can seal."""
    for change in CHANGES:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(psycopg, "connect", changing(change).connect)
            patch.setattr(declared, "_sealed_of", declared._seal)  # each refusal is seen, not only told
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidTextRepresentation)):
                remodel() if change == CHANGES[0] else seal_declared()
        assert world.plain() == COUNT
    assert check_log([], lambda done, total: None).bad == []
    call = "select trace.seal_anew('', '[]', '[]', '[]')"
    refused: list[tuple[Role, str]] = [("web", call), ("follower", call)]
    refused += [("erasure", "update trace.payload set skeleton = ''")]
    refused += [("erasure", "insert into trace.recommitment values (1, 1, '')")]
    for role, statement in refused:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            world.rows(statement, role=role)


def changing(what: str) -> type[psycopg.Connection[tuple[Any, ...]]]:
    """Connections that ask the database to seal something else than was asked for."""

    class Changing(psycopg.Connection[tuple[Any, ...]]):
        def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
            if "seal_anew" in str(query):
                entries, pieces = json.loads(params[1]), json.loads(params[2])
                if what == "sha256":
                    entries[0]["sha256"] = "00" * 32
                elif what == "no pieces":
                    pieces = [one for one in pieces if one["i"] != 1]
                elif what in ("length", "at"):
                    pieces[0][what] += 1
                elif what == "key":  # of who was erased, at an entry of somebody else
                    pieces[0]["key"] = next(one["key"] for one in pieces if not one["ciphertext"])
                elif what == "path":
                    pieces[0]["path"] = ["amount"]
                elif what == "json":
                    entries[0]["json"] -= 1
                elif what == "gone":  # nobody could open it, so nobody would see
                    next(one for one in pieces if not one["ciphertext"])["commitment"] = "00" * 32
                elif what != "model":
                    pieces[0][what] = pieces[0][what][2:] + "00" * (what == "commitment")
                model = BEFORE.hash if what == "model" else params[0]
                params = [model, json.dumps(entries), json.dumps(pieces), params[3]]
            return super().execute(query, params, **more)

    return Changing


def test_amounts_are_neither_rewritten_nor_lost(world: World) -> None:
    """By its own words to the database the role erasure can take nothing that is not personal."""
    remodel()
    for at, status in ((9, "kept"), (3, "destroyed")):
        ((skeleton, key),) = world.rows(
            "select p.skeleton, (select min(id) from trace.data_key where (wrapped is null) = %s)"
            " from trace.payload p where p.position = %s", status == "destroyed", at)  # fmt: skip
        text, salt = bytes(skeleton), "11" * 32
        ((last,),) = world.rows("select coalesce(max(ordinal), -1) from trace.segment where position = %s", at)
        first = text.index(b"5.00")
        for cuts in ([(first, 4)], [(first, 1), (first + 3, 1)]):
            pieces = [{"i": at, "ordinal": last + n, "at": start, "length": length, "is_whole": False,
                       "key": key, "salt": salt, "nonce": "", "ciphertext": "00" * (length + 16),
                       "commitment": commitment_of_value(bytes.fromhex(salt), text[start : start + length]).hex()}
                      for n, (start, length) in enumerate(cuts, 1)]  # fmt: skip
            for path, why in (["amount"], "is not personal"), (["reference"], "would say something else"):
                entries = [{"i": at, "sha256": sha256(text).hexdigest(), "salt": salt, "json": len(text)}]
                given = [json.dumps(one) for one in (entries, [one | {"path": path} for one in pieces], [])]
                if at == 9:  # its type has nothing personal at all
                    why = "is not personal"
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match=why):
                    world.rows("select trace.seal_anew(%s, %s, %s, %s)", LATER.hash, *given, role="erasure")


def test_pieces_that_were_put_in_another_order_are_found(world: World) -> None:
    """Two phone numbers of one length, exchanged by the owner, who commits to that anew in our own name."""
    remodel()
    with world.database.connect("owner") as connection:
        for table in ("trace.segment", "trace.recommitment", "public.audit_record"):
            connection.execute(f"alter table {table} disable trigger user".encode())
        connection.execute(
            "update trace.segment g set start = o.start from trace.segment o"
            " where g.position = 1 and o.position = 1 and g.path like 'list._.phone' and o.path like 'list._.phone'"
            " and o.path <> g.path"
        )
        forged = "encode(trace.committed_to(1), 'hex')"
        connection.execute("update trace.recommitment set commitment = trace.committed_to(1) where position = 1")
        connection.execute(
            "update public.audit_record"
            f" set details = jsonb_set(details, '{{entries,0,commitment}}', to_jsonb({forged}))"
            " where kind = 'sealed_anew' and details #>> '{entries,0,i}' = '1'".encode()
        )
    said = [(one.kind, one.says) for one in check_log([], lambda done, total: None).bad]
    assert said == [("DISCLOSURE", "the pieces of entry 1 do not stand where their paths say")]


def test_elements_that_are_not_alike_are_all_taken_apart() -> None:
    data = {"list": [{"to": {"name": "", "x": {"y": "Y"}}}, {"to": "S"}, {"to": [1, "C"]}, "z"]}
    found = [".".join(path) for path in declared._leaves(data, ("list", "to"))]
    assert found == ["list.0.to.name", "list.0.to.x.y", "list.1.to", "list.2.to.0", "list.2.to.1"]
