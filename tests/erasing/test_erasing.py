"""A customer is erased: the values are gone wherever they are looked for, and all that was proved still holds."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import instance, schema
from audit.access import approvals, people
from audit.access.keys import destroy as destroy_key
from audit.access.mask import hidden
from audit.answers.inquiry import inquire
from audit.answers.search import search
from audit.answers.what import what
from audit.answers.where import where
from audit.checking import check_log
from audit.database import reading, sql, use_current_generation
from audit.erasing import again, holds, receipts
from audit.erasing import erase as module
from audit.erasing.again import keep_erased
from audit.erasing.erase import ask, erase, plan
from audit.errors import WhereaboutsError
from audit.log.log_key import history, signing_key
from audit.models import AuditRecord, Export
from audit.pipeline import run
from audit.sources.files import sources_of
from audit.trails import delivery
from audit.trails import folder as exports_folder
from audit.trails.delivery import FORMS
from audit.trails.verify.checks import Trusted, verify
from audit.values import Subject
from tests.conftest import Database, MakeDatabase, using
from tests.console.conftest import Bank, browser_of, read_bank, with_reason
from tests.erasing.conftest import NOTE, PROGRAMS, Erased, leave_files, pg_dump, told, trail_of
from tests.erasing.searching import found_in


def key_now() -> Any:
    with reading() as connection:
        return history(connection)[-1].key


def living(bank: Bank, statement: str, *parameters: object) -> Any:
    return bank.rows(statement, *parameters)[0][0]


def test_the_receipt_says_what_was_destroyed_and_what_is_not_reached(erased: Erased) -> None:
    receipt = erased.receipt
    assert (
        receipt.keys >= 1 and receipt.pieces > 10 and receipt.blind > 0 and receipt.texts == 3 and receipt.exports == 1
    )
    assert str(erased.subject) in receipt.owners and receipt.others, "its name stood under another customer's key"
    assert (receipt.requested_by, receipt.approved_by) == ("data_protection", "authority_desk")
    assert any("backups" in line for line in receipt.still_elsewhere)
    page = browser_of("data_protection").get("/approvals").content.decode()
    assert receipt.file in page and f"keys {receipt.keys}, sealed values {receipt.pieces:,}" in page
    assert "approved by authority_desk" in page
    assert receipt.file not in browser_of("support").get("/approvals").content.decode()
    body = (receipts.folder() / f"{receipt.name}.receipt").read_text()
    assert not [value for value in erased.values if value in body]
    record = AuditRecord.objects.get(kind="erasure")
    assert record.details["sha256"] == receipts.digest(receipt)


def test_no_value_is_read_or_found_any_more(erased: Erased) -> None:
    with reading() as connection:
        seen = inquire(connection, lambda owner, path, value: value)
        shown = repr(what(seen, erased.subject)) + repr(where(seen, erased.subject))
        for flow in [row[0] for row in erased.bank.rows(
            "select s.key from link l join trace.subject s on s.id = l.other_id where l.subject_id = %s"
            " and s.kind = 'transfer'", erased.id)]:  # fmt: skip
            shown += repr(what(seen, Subject("transfer", flow)))
        assert not [value for value in erased.values if value in shown]
    assert_gone(erased)
    assert living(erased.bank, "select count(*) from trace.data_key where owner_key = %s and wrapped is not null",
                  erased.subject.key) == 0  # fmt: skip


def test_nothing_is_offered_to_be_shown_where_nothing_is_left(erased: Erased) -> None:
    living = next(id for id in erased.bank.ids("customer") if id != erased.id)
    support = browser_of("support")
    for id, offered in ((living, True), (erased.id, False)):
        page = with_reason(support, "customer", id).get(f"/of/customer/{id}").content.decode()
        assert (f'action="/of/customer/{id}/unmask"' in page) == ("show all, with a second" in page) == offered
        assert ("(erased)" in page) == (not offered)


def test_salts_are_gone_and_commitments_stay(erased: Erased) -> None:
    rows = erased.bank.rows(
        "select g.salt, g.ciphertext, length(g.commitment) from trace.segment g"
        " join trace.data_key k on k.id = g.key_id"
        " where k.wrapped is null and k.owner_key = %s", erased.subject.key)  # fmt: skip
    assert rows and all((bytes(salt), bytes(text), size) == (b"", b"", 32) for salt, text, size in rows)


def assert_swept(bank: Bank) -> None:
    swept = bank.rows("select relname from pg_stat_user_tables where vacuum_count > 0")
    assert {"data_key", "segment", "blind", "kept_text"} <= {name for (name,) in swept}, "old rows lie in their pages"


def test_old_rows_are_swept_out_of_their_pages(erased: Erased) -> None:
    assert_swept(erased.bank)


def test_timelines_and_balances_are_as_before(erased: Erased) -> None:
    assert told(erased.subject) == erased.before


def test_proofs_from_before_and_after_hold(erased: Erased, tmp_path: Path) -> None:
    after = trail_of(erased.subject, tmp_path / "after.zip")
    for path in (erased.trail, after):
        verdict = verify(path, Trusted(key_now()))
        assert verdict.exit_code == 0 and not verdict.problems, path
    assert check_log((), lambda done, total: None).bad == []


def test_nothing_of_it_stands_in_tables_dumps_files_or_texts(erased: Erased, tmp_path: Path) -> None:
    dump = pg_dump(erased.bank.database, tmp_path / "after.dump")
    values = [*erased.values, "Kirsten", NOTE]
    assert found_in([erased.file], erased.values, {}, tmp_path / "patterns").keys() == set(erased.values)
    assert not found_in([dump, erased.trail, receipts.folder()], values, {}, tmp_path / "patterns")
    with erased.bank.database.connect("owner") as connection:
        for schema, table in connection.execute(
            "select schemaname, tablename from pg_tables"
            " where schemaname in ('trace', 'public') or schemaname like 'read%'"
        ).fetchall():
            with connection.cursor() as cursor, cursor.copy(f"copy {schema}.{table} to stdout".encode()) as copy:
                body = b"".join(bytes(block) for block in copy)
            for value in [*erased.values, NOTE]:
                assert value.encode() not in body and value.encode().hex().encode() not in body, (table, value)
    assert not [path for path in exports_folder().rglob("*") if path.is_file()]


def test_files_that_an_erasure_left_go_the_next_time(erased: Erased) -> None:
    """After a crash between, or of an export that was being made at that moment; another customer's stay."""
    kept = Export.objects.create(subject="customer:nobody", actor="support", state="done")
    row = Export.objects.get(subject=str(erased.subject))
    assert not row.file and row.removed_at
    left, others = leave_files(row.pk), leave_files(kept.pk)
    keep_erased()
    there = {path.name for path in exports_folder().iterdir()}
    assert left not in there and others in there and len(there) == len(FORMS)
    delivery.remove(kept)


def test_reading_the_events_again_brings_nothing_back(erased: Erased, tmp_path: Path) -> None:
    """The same file, and the same events as another source."""
    again = shutil.copy(erased.file, tmp_path / "again.ndjson")
    renamed = tmp_path / "other.ndjson"
    renamed.write_bytes(erased.file.read_bytes().replace(b'"source":"', b'"source":"other-'))
    with reading() as connection:
        known = instance.require(connection)
    assert not run(known, sources_of([str(again), str(renamed)]), once=True, stop=threading.Event()).troubles
    assert_gone(erased)


def test_a_hold_placed_after_an_erasure_keeps_a_new_account(erased: Erased, tmp_path: Path) -> None:
    """What nobody understands of it is sealed under its own key; when the hold is lifted, it goes as well."""
    lines = erased.file.read_bytes().splitlines()
    story = [json.loads(one) for one in lines if b'"AccountOpened"' in one or b'"AccountScreened"' in one]
    opened = next(one for one in story if one["data"].get("customer") == erased.subject.key)
    screened = next(one for one in story if one["type"] == "AccountScreened")
    later = [
        json.dumps({**one, "id": f"{one['id']}-later"}).replace(one["subject"].removeprefix("account-"), "A-later")
        for one in (opened, screened)
    ]
    (tmp_path / "later.ndjson").write_text("\n".join(later) + "\n")
    account, desk = Subject("account", "A-later"), people.actor_named("authority_desk")
    alive = "select count(*) from trace.data_key where owner_key = %s and wrapped is not null"
    holds.hold(desk, account, "Case 13 of the police")
    with reading() as connection:
        known = instance.require(connection)
    assert not run(known, sources_of([str(tmp_path / "later.ndjson")]), once=True, stop=threading.Event()).troubles
    keep_erased()
    assert living(erased.bank, alive, account.key) == 1
    holds.lift(desk, account)
    records = AuditRecord.objects.filter(kind="legal_hold", actor=desk.name).order_by("id")
    assert list(records.values_list("outcome", flat=True))[-2:] == ["placed", "lifted"]
    keep_erased()
    assert living(erased.bank, alive, account.key) == 0


def test_what_has_not_moved_is_not_looked_at_again(erased: Erased, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []
    monkeypatch.setattr(again, "SETTLES_AFTER", timedelta(0))
    monkeypatch.setattr(again, "destroy", lambda *about: calls.append(about))
    keep_erased()
    assert len(calls) == 1
    keep_erased()
    assert len(calls) == 1
    holds.hold(people.actor_named("authority_desk"), Subject("customer", "another"), "Case 14")
    keep_erased()
    assert len(calls) == 2


def forged(erased: Erased, **changes: Any) -> dict[str, Any]:
    receipt = {**msgspec.to_builtins(erased.receipt), "name": "forged", **changes}
    kind, _, key = receipt["subject"].partition(":")
    return {"name": "forged", "kind": kind, "key": key, "receipt": json.dumps(receipt), "at": receipt["at"]}


def test_nobody_forges_a_receipt(erased: Erased) -> None:
    """One approval of two people is for one erasure, of one subject, and of what is that subject's alone."""
    (other,) = erased.bank.rows(
        "select 'customer:' || key from trace.subject where kind = 'customer' and key <> %s limit 1", erased.subject.key
    )[0]
    for changes in (
        {"subject": other, "owners": [other], "approval": 0},
        {"subject": other, "owners": [other]},
        {"requested_by": "support"},
        {"owners": [str(erased.subject), other]},
        {},  # the same once more: its approval is used up
    ):
        with erased.bank.database.connect("erasure") as connection, pytest.raises(psycopg.Error) as refused:
            connection.execute(sql("erasure_add"), forged(erased, **changes))
        kinds = (psycopg.errors.InsufficientPrivilege, psycopg.errors.UniqueViolation)
        assert isinstance(refused.value, kinds[1:] if not changes else kinds[:1]), changes
    with erased.bank.database.connect("erasure") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("update trace.data_key set wrapped = null, destroyed_at = now() where wrapped is not null")
        connection.commit()
    strangers = (
        "update trace.segment g set salt = '', nonce = '', ciphertext = {text} from trace.data_key k"
        " where k.id = g.key_id and k.owner_kind = 'customer' and g.position ="
        " (select max(position) from trace.segment h"
        " join trace.data_key l on l.id = h.key_id and l.wrapped is not null"
        " where l.owner_kind || ':' || l.owner_key = %s)"
    )
    for text in ("''", "'x'"):
        with erased.bank.database.connect("erasure") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            assert connection.execute(strangers.replace("{text}", text).encode(), [other]).rowcount > 0
            connection.commit()
    whole = "delete from trace.blind b using trace.segment g where g.position = b.position and length(g.ciphertext) > 0"
    with erased.bank.database.connect("erasure") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        assert connection.execute(whole.encode()).rowcount > 0
        connection.commit()
    beside = (  # what only later turns out to be the erased one's, in a payment that it took part in
        "update trace.segment g set salt = '', nonce = '', ciphertext = '' from trace.data_key k, timeline t"
        " where k.id = g.key_id and k.wrapped is not null and t.position = g.position and t.subject_id in"
        " (select other_id from link where subject_id = %s)"
    )
    with erased.bank.database.connect("erasure") as connection:
        use_current_generation(connection)
        assert connection.execute(beside.encode(), [erased.id]).rowcount > 0
        connection.execute("set constraints all immediate")
        connection.rollback()


def test_a_restored_backup_is_erased_again_before_anything_is_read(
    erased: Erased, empty_database: Callable[[], str], django_db_blocker: Any
) -> None:
    restored = empty_database()
    schema.make_roles(restored)
    subprocess.run([PROGRAMS / "psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", erased.dump, restored], check=True,
                   stdout=subprocess.DEVNULL, timeout=60)  # fmt: skip
    database = Database("restored", restored)
    with using(database, django_db_blocker):
        bank = Bank(database)
        open_keys = "select count(*) from trace.data_key where owner_key = %s and wrapped is not null"
        assert living(bank, open_keys, erased.subject.key) == 1, "the backup is from before"
        assert keep_erased() == 1 and keep_erased() == 0
        assert_gone(Erased(**{**erased.__dict__, "bank": bank}))
        assert AuditRecord.objects.filter(kind="erasure", outcome="erased again").count() == 1
        assert_swept(bank)


def test_an_empty_database_that_reads_everything_anew_keeps_to_the_receipts(
    erased: Erased, make_database: MakeDatabase, django_db_blocker: Any, tmp_path: Path
) -> None:
    fresh = make_database()
    with using(fresh, django_db_blocker):
        read_bank(tmp_path / "bank.ndjson")
        assert_gone(Erased(**{**erased.__dict__, "bank": Bank(fresh)}))


def assert_gone(erased: Erased) -> None:
    """No piece that can be opened says any of the values, whoever's key it is under, but for the bank's own noise."""
    from audit.erasing.scope import _opened

    with reading() as connection:
        positions = [row[0] for row in connection.execute("select distinct position from trace.segment").fetchall()]
        said = {value for _, _, value in _opened(connection, positions)}
        found = {value for value in erased.values if search(inquire(connection, hidden), value).hits}
    assert not [value for value in erased.values if value in said]
    assert not found, "by what no event says any more nothing is found"


def test_a_refused_erasure_is_not_carried_out_later(erased: Erased, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hold comes after the last look for one: no file says afterwards that it be done, nor does a file alone. Neither
    does one that was only just remembered when the process was killed: the hold wins until it is lifted."""
    (key,) = erased.bank.rows(
        "select owner_key from trace.data_key where owner_kind = 'customer' and wrapped is not null order by id limit 1"
    )[0]
    other = Subject("customer", key)
    alive = "select count(*) from trace.data_key where owner_key = %s and wrapped is not null"
    dora, desk = people.actor_named("data_protection"), people.actor_named("authority_desk")
    approvals.approve(desk, ask(dora, other, "She asked us to", despite_retention=True))
    planned = plan(dora, other)
    holds.hold(desk, other, "Case 99 of the police")
    monkeypatch.setattr(module, "require_none", lambda subjects: None)
    monkeypatch.setattr(module, "plan", lambda actor, subject: planned)
    filed = files()
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="a legal hold stands"):
        erase(dora, other, despite_retention=True)
    assert files() == filed
    owners = [str(one) for one in planned.scope.own]
    unknown = msgspec.structs.replace(erased.receipt, name="unknown", subject=str(other), owners=owners)
    with erased.bank.database.connect("web") as connection:
        receipts.write(unknown, signing_key(connection))
    assert keep_erased() == 0 and living(erased.bank, alive, key) == 1
    holds.lift(desk, other)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(again, "destroy", interrupted)
        keep_erased()
    holds.hold(desk, other, "Case 100 of the police")
    assert erased.bank.rows("select count(*) from trace.erasure where name = 'unknown'") == [(1,)], "it was remembered"
    refused = pytest.raises(psycopg.errors.InsufficientPrivilege, match="a legal hold stands")
    with erased.bank.database.connect("erasure") as connection, refused:
        destroy_key(connection, ("customer", key))
        connection.commit()
    told = AuditRecord.objects.filter(kind="erasure", details__receipt="unknown")
    assert keep_erased() == 0 and living(erased.bank, alive, key) == 1 and not told.exists()
    holds.lift(desk, other)
    assert keep_erased() == 0 and living(erased.bank, alive, key) == 0 and told.count() == 1


def interrupted(*given: object) -> None:
    raise KeyboardInterrupt


def files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in receipts.folder().iterdir()}


def test_a_receipt_that_the_log_did_not_sign_is_not_kept_to(erased: Erased) -> None:
    """One that was written or changed by hand stops whoever would carry it out, until it is taken away."""
    path = receipts.folder() / f"{erased.receipt.name}.receipt"
    real = path.read_bytes()
    text, signed, signature = real.partition(receipts.SIGNED_BY)
    other = b64encode(b64decode(signature)[:32] + Ed25519PrivateKey.generate().sign(receipts.SIGNED_HEAD + text))
    strange = Ed25519PrivateKey.generate()
    own = b64encode(strange.public_key().public_bytes_raw() + strange.sign(receipts.SIGNED_HEAD + text))
    for forged in (text, real.replace(b"customer:", b"customer:9", 1), text + signed + other, text + signed + own,
                   text + signed + b"x", real + b" "):  # fmt: skip
        path.write_bytes(forged)
        with pytest.raises(WhereaboutsError, match="signed by no key of this log"):
            keep_erased()
    path.write_bytes(real)
    renamed = path.with_name("another.receipt")
    renamed.write_bytes(real)
    with pytest.raises(WhereaboutsError, match="signed by no key of this log"):
        keep_erased()
    renamed.unlink()
    assert keep_erased() == 0


def test_the_page_still_opens_and_says_erased(erased: Erased) -> None:
    browser = with_reason(browser_of("support"), "customer", erased.id)
    answer = browser.get(f"/of/customer/{erased.id}")
    assert answer.status_code == 200
    assert not [value for value in erased.values if value.encode() in answer.content]
