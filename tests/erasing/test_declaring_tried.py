"""By its own words to the database the role erasure tries to change what it seals anew."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import psycopg
import pytest

from audit.checking import check_log
from audit.database import Role
from audit.erasing import declared
from audit.erasing.declared import seal_declared
from audit.log.append import append
from audit.log.seals import commitment_of_value
from tests.erasing.declaring import BEFORE, COUNT, LATER, World, paid, remodel, world
from tests.log.conftest import NOW, event

__all__ = ["world"]

CHANGES = ("key", "sha256", "length", "commitment", "at", "ciphertext", "no pieces", "model",
           "path", "gone", "json")  # fmt: skip


def test_nothing_else_can_be_changed_this_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The role that seals cannot put anything else in the place of what was read, and no other role can seal."""
    for change in CHANGES:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(psycopg, "connect", changing(change).connect)
            patch.setattr(declared, "_unsealed", declared._seal)  # each refusal is seen, not only told
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidTextRepresentation)):
                remodel() if change == CHANGES[0] else seal_declared()
        assert world.plain() == COUNT
    assert check_log([], lambda done, total: None).bad == []
    call = "select trace.seal_anew('', '[]', '[]', '[]')"
    refused: list[tuple[Role, str]] = [("web", call), ("follower", call)]
    refused += [
        ("erasure", "update trace.payload set skeleton = ''"),
        ("erasure", "update trace.declaring set done = upto"),
    ]
    refused += [("follower", "update trace.declaring set done = done + 1")]
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
    with world.database.connect("follower") as connection:  # a type of the same name, in a lane that has none personal
        append(connection, 1, [event(10, paid("C1"), type="Paid", stream="account-shop-1")], BEFORE, [10], now=NOW)
        connection.execute("update trace.source set events = 10")
    remodel()
    assert world.plain() == 1, "of another lane, which nobody declared"
    for at, status in ((9, "kept"), (10, "kept"), (3, "destroyed")):
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
                if at != 3:  # its type has nothing personal at all
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
