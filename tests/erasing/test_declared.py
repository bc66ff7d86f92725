"""A field is declared personal later: what was read before holds it sealed, and all that was proved still holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from audit import rebuilding
from audit.access import people
from audit.access.mask import closed
from audit.answers.documents import status_document
from audit.answers.inquiry import inquire
from audit.answers.pages.overview import overview
from audit.cases import adding
from audit.cases.answers import as_may_be_told
from audit.cases.reading import case
from audit.checking import check_log
from audit.database import reading
from audit.erasing import declared
from audit.erasing.declared import seal_declared
from audit.errors import WhereaboutsError
from audit.log.append import append
from audit.models import AuditRecord, Export
from audit.trails import folder, make
from audit.trails.expiry import WITHDRAWN, withdraw
from audit.trails.scope import Sieve
from tests.console.conftest import browser_of, make_user
from tests.erasing.conftest import leave_files, pg_dump
from tests.erasing.declaring import BEFORE, COUNT, CUSTOMER, LATER, MODEL, SECRETS, World, remodel, told_before, world
from tests.log.conftest import NOW, event

__all__ = ["world"]


def test_what_is_personal_now_is_sealed_and_all_proofs_hold(world: World, tmp_path: Path, server_url: str) -> None:
    before = world.trail(tmp_path / "before.zip")
    root, leaves = check_log([], lambda done, total: None).root, world.rows("select leaf from trace.log order by 1")
    lease = world.rows("select lease from trace.source")
    assert f"stands in the clear in {COUNT} older events: " in told_before() and world.plain() == COUNT
    assert remodel() == COUNT
    assert world.plain() == 0 and seal_declared() == 0
    assert not world.telling(), "no table of any schema says it"
    with world.database.connect("owner", autocommit=True) as connection:
        connection.execute("vacuum full trace.payload")  # as docs/how-to/erase.md says
    for body in (pg_dump(world.database, tmp_path / "after.dump").read_bytes(), *pages(world, server_url)):
        assert not [one for one in SECRETS if one in body or one.hex().encode() in body]
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
    assert "a hole, or no beginning: 5 entries are withheld" in after.derivation_told
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


def pages(world: World, server_url: str) -> list[bytes]:
    """The files of the permanent tables, free space and all."""
    name = conninfo_to_dict(world.database.url)["dbname"]
    with psycopg.connect(server_url, user="postgres", dbname=name, autocommit=True) as connection:
        connection.execute("checkpoint")
        found = connection.execute(
            "select pg_read_binary_file(pg_relation_filepath(c.oid)) from pg_class c"
            " join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 't') and"
            " n.nspname in ('trace', 'public', 'pg_toast') and pg_relation_size(c.oid) > 0"
        ).fetchall()
    return [bytes(one) for (one,) in found]


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
    real = declared._seal

    def refuse(connection: Any, model: Any, entries: Any) -> None:
        if any(one.logged.position == 2 for one in entries):
            raise WhereaboutsError("for now")
        real(connection, model, entries)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(declared, "_seal", refuse)
        remodel()
    assert world.plain() == 1 and seal_declared(is_again=False) == 0
    assert check_log([], lambda done, total: None).in_clear == [2, 10]
    assert seal_declared() == 1, "what was refused for a passing reason is tried again"
    assert world.plain() == 0 and seal_declared() == 0
    assert world.rows("select skeleton from trace.payload where position = 10") == [(twice.encode(),)]
    assert "entries 10 to 10" in caplog.text
    checked = check_log([], lambda done, total: None)
    assert checked.bad == [] and checked.in_clear == [10]
    with reading() as connection:
        assert status_document(overview(inquire(connection, closed)))["evidence"]["in_clear"] == 1
    assert b"One older event holds in the clear" in browser_of(make_user("administrator")).get("/sources").content


def test_what_another_lane_reads_now_is_sealed_too() -> None:
    """The lane has the type and the field as before, but until now it was not this lane that read the stream."""
    moved = MODEL.replace("PERSONAL", '["to", "reference", "born", "list.phone"]')
    for streams in (("account-{account}", "other-{account}"), ("account-shop-{shop}", "account-{shop}-1")):
        assert declared._types(LATER, [moved.replace(*streams)]) == ["Paid"]
    assert declared._types(LATER, [LATER.source]) == []


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


def test_a_later_model_seals_further_pieces_of_what_was_sealed_anew(world: World, tmp_path: Path) -> None:
    """And while it has not done so yet, no trail tells them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rebuilding, "seal_declared", lambda: 0)
        remodel('"to"')
        assert world.verdict(world.trail(tmp_path / "between.zip")).stubs == {"declared_personal": 5}
    remodel('"to.name", "list.phone", "born"')
    assert world.plain() == COUNT
    for personal in ('"to.home", "list.phone", "born"', '"to", "list", "born"'):  # each encloses earlier ones
        remodel(personal)
        assert check_log([], lambda done, total: None).bad == []
    remodel()
    assert world.plain() == 0 and check_log([], lambda done, total: None).bad == []
    assert all(raw is None or raw == world.raw[at] for at, raw in world.opened().items())


def test_what_was_pinned_or_waits_to_be_fetched_tells_it_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer pinned to a case is sealed, and the sentence that says the value is not shown any more. Of trails those
    are withdrawn that were made before, and one whose making ends after; one that is begun after stays."""
    for left in folder().glob("trail-*"):  # by other tests, of other databases
        left.unlink()
    make_user("investigator")
    actor = people.actor_named("investigator")
    number = adding.open_case(actor, "why so?", CUSTOMER)
    with reading() as connection:
        adding.pin_answer(actor, number, inquire(connection, closed), "what", CUSTOMER)
    assert _told_of(number)["steps"][0]["says"] == "5.00 was paid for rent of \u00f8l"
    sold = '[lane.shop.event.Sold]\nsays = { en = "Sold" }\npersonal = ["buyer"]\n[lane.shop.event.Paid]'
    remodel('"to.name"', MODEL.replace("[lane.shop.event.Paid]", sold))
    assert _told_of(number)["steps"][0]["says"], "it tells of no shop"
    made = [Export.objects.create(subject=str(CUSTOMER), actor="eva", state="done") for _ in range(2)]
    for one in made[:1]:
        Export.objects.filter(pk=one.pk).update(file=leave_files(one.pk))
    between, after = (Export.objects.create(subject=str(CUSTOMER), actor="eva") for _ in range(2))

    def write(asked: Export, progress: object) -> str:
        name = leave_files(asked.pk)
        remodel()
        return name

    monkeypatch.setattr(make, "_write", write)
    make.make(between.pk)
    told = _told_of(number)
    assert not told["steps"][0]["says"] and told["steps"][0]["event"] and told["is_bare"]
    assert not [one for one in SECRETS if one.decode() in json.dumps(told, ensure_ascii=False)]
    assert not world.telling()
    assert [Export.objects.get(pk=one.pk).trouble for one in made] == [WITHDRAWN, ""]
    assert Export.objects.get(pk=made[0].pk).removed_at and not Export.objects.get(pk=made[0].pk).file
    failed = Export.objects.get(pk=between.pk)
    assert (failed.state, failed.file) == ("failed", "") and "ask for it again" in failed.trouble
    records = AuditRecord.objects.filter(kind="export", outcome=WITHDRAWN)
    assert [one.details for one in records] == [{"export": made[0].pk}]
    make.make(after.pk)
    assert seal_declared() == 0 and Export.objects.get(pk=after.pk).file
    assert {path.name.split("-")[1] for path in folder().glob("trail-*")} == {str(after.pk)}
    withdraw(Export.objects.filter(pk=after.pk))


def _told_of(number: int) -> Mapping[str, Any]:
    document = case(people.SYSTEM, number).entries[-1].document
    assert document is not None
    with reading() as connection:
        return as_may_be_told(inquire(connection, closed), document)
