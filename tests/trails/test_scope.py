"""What a trail is of: nothing of its subject is left out unseen, nothing beyond it is shown, and what was withheld can
be counted and proven. Forged trails are signed by the bank's own key: the strongest forger there is."""

from __future__ import annotations

import json
import subprocess
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.answers.reading.names import customers_of
from audit.database import connect, reading
from audit.errors import UsageError
from audit.instance import put_down
from audit.log.checkpoints import sign
from audit.log.log_key import signing_key
from audit.log.stamps import checked as checked_stamp
from audit.log.time_stamps import Authority
from audit.model.load import loads
from audit.projections.sequences import number_all
from audit.trails.bundle import write_bundle
from audit.trails.canonical import canonical
from audit.trails.contents import ORDER
from audit.trails.scope import Scope, Wish, scope_of
from audit.trails.stamping import write_stamp
from audit.trails.verify.checks import Trusted, verify
from audit.trails.verify.verdict import CLASSES, Verdict
from audit.trails.work import Work
from audit.values import Moment, Subject
from tests.answers.conftest import MODEL, asking
from tests.answers.oracle import Bank
from tests.authority import openssl
from tests.conftest import Database
from tests.trails.conftest import ASKED, unpack
from tests.trails.test_verify import forged

LONG_AGO = "1800-01-01T00:00:00Z"
CUSTOMER, TRANSFER = Subject("customer", "C0"), Subject("transfer", "T7")
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def numbered(world: Database) -> Database:
    """What the follower does between its batches."""
    with connect("follower", autocommit=True) as connection:
        number_all(connection)
    return world


@pytest.fixture(scope="module")
def customer(numbered: Database, tmp_path_factory: pytest.TempPathFactory) -> Files:
    return files_of(tmp_path_factory.mktemp("customer"), CUSTOMER)


def files_of(folder: Path, scope: Scope | Subject, **options: Any) -> Files:
    folder.mkdir(exist_ok=True)
    with asking(**options) as inquiry:
        write_bundle(inquiry, scope, ASKED, folder / "trail.zip")
    unpacked = unpack(folder / "trail.zip", folder)
    return {name: (unpacked / name).read_bytes() for name in ORDER}


def checked(path: Path) -> Verdict:
    return verify(path, Trusted(key().public_key().public_bytes_raw()))


def key() -> Any:
    with reading() as connection:
        return signing_key(connection)


def told(files: Files) -> Any:
    return json.loads(files["manifest.json"])


def lines(files: Files, name: str) -> list[Any]:
    return [json.loads(line) for line in files[name].splitlines()]


def rests_on(files: Files) -> set[str]:
    """What the answer in it names as the last event of each place and state, and one of each finding's events."""
    where = json.loads(files["where.json"])
    parts = ("places", "empty", "on_its_way", "came_from", "ledger", "states")
    found = {str(line["event"]["position"]) for name in parts for line in where[name]}
    shown = {one["i"] for one in lines(files, "entries.jsonl")}
    for one in lines(files, "findings.jsonl"):
        events = {str(ref["position"]) for ref in (one["opened_by"], *one["evidence"], one["resolved_by"]) if ref}
        found |= (events & shown) or events
    return found


def test_a_customer_is_complete_and_what_its_events_amount_to_is_folded_again(
    numbered: Database, bank: Bank, tmp_path: Path
) -> None:
    files = files_of(tmp_path, CUSTOMER)
    verdict = checked(tmp_path / "trail.zip")
    assert verdict.exit_code == 0, [str(one) for one in verdict.problems]
    assert verdict.is_complete and verdict.numbers == int(told(files)["sequence"]["n"]) >= verdict.entries
    assert verdict.is_derived and verdict.streams == len(lines(files, "derived.jsonl")) > 2
    assert any(one["balances"] for one in lines(files, "derived.jsonl"))
    assert any(one["states"] for one in lines(files, "derived.jsonl"))
    instructions = files["VERIFY.txt"].decode().splitlines()
    by_hand = [line.strip() for line in instructions if line.startswith("    ") and "sequence.jsonl" in line]
    assert len(by_hand) == 2
    for command in by_hand:
        done = subprocess.run(["sh", "-c", command], cwd=tmp_path / "unpacked", capture_output=True, timeout=60)
        assert done.stdout.decode().strip() == str(verdict.numbers)


def test_a_range_of_time_leaves_stubs_of_the_rest(customer: Files, tmp_path: Path) -> None:
    whole = lines(customer, "entries.jsonl")
    times = sorted(one["recorded_at"] for one in whole)
    first, last = times[len(times) // 3], times[2 * len(times) // 3]
    scope = Scope(str(CUSTOMER), (CUSTOMER,), since=_time(first))
    files = files_of(tmp_path / "part", scope, at=Moment(_time(last)))
    shown = {one["i"] for one in lines(files, "entries.jsonl")}
    assert shown == {one["i"] for one in whole if first <= one["recorded_at"] <= last}
    stubs = lines(files, "stubs.jsonl")
    assert {one["i"] for one in stubs} == {one["i"] for one in whole} - shown
    assert {one["reason"] for one in stubs} == {"out_of_range"} == set(told(files)["withheld"]["entries"])
    entries = "entry" if len(stubs) == 1 else "entries"
    said = f"\n  Withheld here, and only counted and proven: {len(stubs)} {entries} (out of range: {len(stubs)}).\n"
    assert said in files["README.txt"].decode()
    assert rests_on(files) <= shown and sum(told(files)["scope"]["left_out"].values()) > 0
    verdict = checked(tmp_path / "part" / "trail.zip")
    assert verdict.exit_code == 0 and verdict.is_complete and verdict.stubs["out_of_range"] == len(stubs)


def test_a_transfer_shows_one_side_and_stubs_of_the_other(numbered: Database, bank: Bank, tmp_path: Path) -> None:
    with asking() as inquiry:
        flow = TRANSFER
        customers = (*customers_of(inquiry.connection, flow), Subject("customer", "C2"))
        assert len(customers) == 2 and customers[0] != customers[1]
        assert scope_of(inquiry, flow, customers, Wish()).side == customers[0]
        assert scope_of(inquiry, flow, customers, Wish(side=str(customers[1]))).side == customers[1]
        assert scope_of(inquiry, flow, customers, Wish(side="both")).side is None
        assert scope_of(inquiry, CUSTOMER, [CUSTOMER], Wish()).side is None
        sides_and_times = (Wish(side="account:A0"), Wish(side="x"), Wish(since="now"), Wish(since=LONG_AGO))
        for wish in (*sides_and_times, Wish(accounts=["account:A0"])):
            with pytest.raises(UsageError):
                scope_of(inquiry, flow, customers, wish)
    both = files_of(tmp_path / "both", flow)
    sides = [files_of(tmp_path / one.key, Scope(str(flow), (flow,), side=one)) for one in customers]
    everything = {one["i"] for one in lines(both, "entries.jsonl")}
    for files in sides:
        shown, stubs = ({one["i"] for one in lines(files, name)} for name in ("entries.jsonl", "stubs.jsonl"))
        assert shown | stubs == everything and not shown & stubs
        assert {one["reason"] for one in lines(files, "stubs.jsonl")} <= {"other_customer"}
        ids = {str(one["event"]["position"]) for one in lines(files, "view/story.jsonl")}
        assert ids == shown, "what is withheld stands in no view either"
        assert rests_on(files) <= shown
    assert any(lines(files, "stubs.jsonl") for files in sides) and not told(both)["scope"]["left_out"]
    for one in customers:
        assert checked(tmp_path / one.key / "trail.zip").exit_code == 0


def test_chosen_accounts_leave_stubs_of_the_others(numbered: Database, bank: Bank, tmp_path: Path) -> None:
    chosen = Subject("account", "A0")
    files = files_of(tmp_path, Scope(str(CUSTOMER), (CUSTOMER,), accounts=(chosen,)))
    streams = {one["stream"] for one in lines(files, "entries.jsonl") if one["stream"].startswith("account-")}
    assert streams == {"account-A0"}
    where, findings = json.loads(files["where.json"]), lines(files, "findings.jsonl")
    assert {one["place"].partition(":")[2] for one in (*where["places"], *where["empty"])} == {"A0"}
    own = {str(Subject("transfer", str(one.transfer))) for one in bank.events if one.stream == "account-A0"}
    assert where["on_its_way"] and {one["flow"] for one in where["on_its_way"]} <= own
    lanes = {subject.replace("transfer:", f"{lane}:") for subject in own for lane in ("order", "sending")}
    assert findings and {one["subject"] for one in findings} <= {*own, *lanes, "account:A0", str(CUSTOMER)}
    assert b"Not told, for it rests on withheld entries alone: places and states: " in files["README.txt"]
    verdict = checked(tmp_path / "trail.zip")
    assert verdict.exit_code == 0 and verdict.is_complete


def test_what_a_later_model_declares_personal_stays_inside(customer: Files, numbered: Database, tmp_path: Path) -> None:
    """It was committed to in the clear: each such event is a stub, and no file of the trail tells the value."""
    later = loads(MODEL.read_text().replace('personal = ["to.name"]', 'personal = ["to.name", "reference"]'))
    with connect("owner") as connection:
        put_down(connection, later)
    try:
        with asking() as inquiry:
            write_bundle(replace(inquiry, model=later), CUSTOMER, ASKED, tmp_path / "trail.zip")
    finally:
        with connect("owner") as connection:
            connection.execute("delete from trace.model where hash = %s", [later.hash])
    before = {one["i"]: b64decode(one["skeleton"]) for one in lines(customer, "payloads.jsonl")}
    plain = {i: json.loads(raw)["data"]["reference"] for i, raw in before.items() if b'"reference"' in raw}
    files = {name: (unpack(tmp_path / "trail.zip", tmp_path) / name).read_bytes() for name in ORDER}
    stubs = {one["i"]: one["reason"] for one in lines(files, "stubs.jsonl")}
    assert plain and stubs == dict.fromkeys(plain, "declared_personal") and any(plain.values())
    payloads = b"".join(b64decode(one["skeleton"]) for one in lines(files, "payloads.jsonl"))
    for text in (*files.values(), payloads):
        assert not [value for value in plain.values() if value.encode() in text]
    verdict = checked(tmp_path / "trail.zip")
    assert verdict.exit_code == 0 and verdict.is_complete and verdict.stubs["declared_personal"] == len(plain)


def test_a_case_is_several_subjects_and_what_was_pinned(numbered: Database, tmp_path: Path) -> None:
    pinned = int(lines(files_of(tmp_path / "one", Subject("account", "A2")), "entries.jsonl")[0]["i"])
    own = Subject("transfer", "T0")  # of that customer: the same events are of both
    scope = Scope("case:7", (CUSTOMER, own), pinned=(pinned,))
    files = files_of(tmp_path / "case", scope)
    shown = [one["i"] for one in lines(files, "entries.jsonl")]
    assert str(pinned) in shown and len(set(shown)) == len(shown)
    story = [one["event"]["position"] for one in lines(files, "view/story.jsonl")]
    assert len(story) == len(set(story)) == len(shown), "an event of two subjects is told once"
    assert told(files)["subject"] == "case:7" and len(json.loads(files["where.json"])["subjects"]) == 2
    verdict = checked(tmp_path / "case" / "trail.zip")
    assert verdict.exit_code == 0 and verdict.is_complete is None


def _without(name: str, number: int) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        found = files[name].splitlines(keepends=True)
        del found[number]
        files[name] = b"".join(found)

    return change


def _renumbered(files: Files) -> None:
    """One left out, and those behind it moved up."""
    kept = [line for number, line in enumerate(lines(files, "sequence.jsonl")) if number != 3]
    files["sequence.jsonl"] = b"".join(canonical({**one, "n": str(n)}) + b"\n" for n, one in enumerate(kept, 1))


def _counted_anew(files: Files) -> None:
    _renumbered(files)
    manifest = told(files)
    manifest["sequence"]["n"] = str(len(lines(files, "sequence.jsonl")))
    files["manifest.json"] = canonical(manifest) + b"\n"


def _elsewhere(files: Files) -> None:
    found = lines(files, "sequence.jsonl")
    found[2]["i"] = "999999"
    files["sequence.jsonl"] = b"".join(canonical(one) + b"\n" for one in found)


def _richer(files: Files) -> None:
    found = lines(files, "derived.jsonl")
    line = next(one for one in found if one["balances"])
    line["balances"][0]["units"] = str(int(line["balances"][0]["units"]) + 1)
    files["derived.jsonl"] = b"".join(canonical(one) + b"\n" for one in found)


def _other_state(files: Files) -> None:
    found = lines(files, "derived.jsonl")
    next(one for one in found if one["states"])["states"][0]["state"] = "elsewhere"
    files["derived.jsonl"] = b"".join(canonical(one) + b"\n" for one in found)


def _other_model(files: Files) -> None:
    files["model.toml"] += b"# another\n"
    files["model.toml"] = files["model.toml"].replace(b"version = 1", b"version = 2")


def _opened(files: Files) -> None:
    found = lines(files, "payloads.jsonl")
    found[1]["salt"] = "00" * 32
    files["payloads.jsonl"] = b"".join(canonical(one) + b"\n" for one in found)


@pytest.mark.parametrize(
    ("change", "kind", "index"),
    [
        (_without("sequence.jsonl", 3), "SUBJECT_GAP", 4),
        (_without("sequence.jsonl", -1), "SUBJECT_GAP", None),
        (_renumbered, "SUBJECT_GAP", None),
        (_counted_anew, "LINK", None),
        (_elsewhere, "SUBJECT_GAP", "999999"),
        (_richer, "ARITHMETIC", "some"),
        (_other_state, "ARITHMETIC", "some"),
        (_other_model, "ARITHMETIC", None),
        (_opened, "DISCLOSURE", "second"),
    ],
)
def test_even_the_bank_cannot_leave_out_or_make_up(
    customer: Files, tmp_path: Path, change: Callable[[Files], None], kind: str, index: Any
) -> None:
    files = dict(customer)
    numbers, entries = lines(files, "sequence.jsonl"), lines(files, "entries.jsonl")
    change(files)
    verdict = checked(forged(tmp_path, files, key()))
    assert kind in CLASSES and verdict.exit_code == 1 and verdict.first is not None
    assert verdict.first.kind == kind, str(verdict.first)
    if index == "some":
        assert verdict.first.index is not None and verdict.is_derived is False
    elif index == "second":
        assert verdict.first.index == int(entries[1]["i"])
    elif isinstance(index, int):
        assert verdict.first.index == int(numbers[index]["i"])
    else:
        assert verdict.first.index == (None if index is None else int(index))


def test_where_a_transfer_s_money_is_follows_from_its_events(numbered: Database, tmp_path: Path) -> None:
    files = files_of(tmp_path, TRANSFER)
    assert checked(tmp_path / "trail.zip").is_derived
    found = lines(files, "derived.jsonl")
    found[-1]["places"][0]["units"] += "0"
    files["derived.jsonl"] = b"".join(canonical(one) + b"\n" for one in found)
    verdict = checked(forged(tmp_path, files, key()))
    assert verdict.first is not None and verdict.first.kind == "ARITHMETIC" and str(TRANSFER) in str(verdict.first)


def test_an_entry_left_out_of_record_and_proof_is_a_gap(customer: Files, tmp_path: Path) -> None:
    """A trail of the same checkpoint that is honest in everything but one entry: proof and signature are right."""
    with asking() as inquiry:
        write_bundle(inquiry, Subject("account", "A0"), ASKED, tmp_path / "trail.zip")
    part = unpack(tmp_path / "trail.zip", tmp_path)
    files = {name: (part / name).read_bytes() for name in ORDER}
    whole = customer
    files["sequence.jsonl"] = whole["sequence.jsonl"]
    numbers = told(whole)["sequence"]
    missing = {one["i"] for one in lines(whole, "sequence.jsonl")} - {one["i"] for one in lines(files, "entries.jsonl")}

    def with_numbers(manifest: Any) -> Any:
        return {**manifest, "subject": str(CUSTOMER), "sequence": numbers}

    (tmp_path / "forged").mkdir()
    verdict = checked(forged(tmp_path / "forged", files, key(), with_numbers))
    assert verdict.is_in_log and verdict.first is not None and verdict.first.kind == "SUBJECT_GAP"
    assert str(verdict.first.index) in missing


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_another_checkpoint_gets_a_stamp_of_its_own(numbered: Database, authority: Authority, tmp_path: Path) -> None:
    """A trail that is gone on with after the log's key was changed: the old stamp is not its checkpoint's."""
    ca, work = authority.ca_file.read_bytes(), Work.of(tmp_path / "work", {})
    away = replace(authority, url="http://127.0.0.1:9/")
    with reading() as connection:
        before, after, last = (sign(connection, 20, Ed25519PrivateKey.generate()) for _ in range(3))
        for note in (before, after):
            assert write_stamp(connection, note, authority, work) == "there"
            assert checked_stamp((work.folder / "checkpoint.tsr").read_bytes(), note.note.encode(), ca)
        failed = write_stamp(connection, last, away, work)
        assert "does not answer" in failed and not (work.folder / "checkpoint.tsr").read_bytes()
        again = Work.of(tmp_path / "work", {})
        assert write_stamp(connection, last, authority, again) == failed, "what was said stays said"


def test_an_outside_clock_says_when_the_checkpoint_was_there(
    numbered: Database, authority: Authority, tmp_path: Path
) -> None:
    with asking() as inquiry:
        write_bundle(inquiry, TRANSFER, ASKED, tmp_path / "trail.zip", authority=authority)
    raw = key().public_key().public_bytes_raw()
    verdict = verify(tmp_path / "trail.zip", Trusted(raw, authority=authority.ca_file.read_bytes()))
    assert verdict.exit_code == 0 and verdict.anchoring == "L1" and verdict.stamped_at is not None
    unjudged = verify(tmp_path / "trail.zip", Trusted(raw))
    assert unjudged.exit_code == 0 and unjudged.anchoring == "L0" and "--tsa-ca" in " ".join(unjudged.not_proven)
    files = {name: (unpack(tmp_path / "trail.zip", tmp_path) / name).read_bytes() for name in ORDER}
    other = files_of(tmp_path / "other", CUSTOMER)
    inside = tmp_path / "unpacked"
    openssl("ts", "-verify", "-data", inside / "checkpoint", "-in", inside / "checkpoint.tsr",
            "-CAfile", authority.ca_file)  # fmt: skip
    files["checkpoint.tsr"] = other["manifest.sig"]
    bad = verify(forged(tmp_path, files, key()), Trusted(raw, authority=authority.ca_file.read_bytes()))
    assert bad.exit_code == 1 and bad.first is not None and bad.first.kind == "TIME"
