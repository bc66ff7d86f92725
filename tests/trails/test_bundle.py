"""A trail: complete, the same bytes for the same question, every file under its hash, nothing personal in it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from base64 import b64decode
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest

from audit.answers.inquiry import Inquiry
from audit.errors import UnknownSubject, WhereaboutsError
from audit.trails.bundle import write_bundle
from audit.trails.canonical import canonical
from audit.trails.contents import ORDER, UNLISTED
from audit.trails.tabular import cell, csv_line
from audit.values import Moment, Subject
from tests.answers.conftest import asking
from tests.answers.oracle import Bank
from tests.conftest import Database
from tests.trails.conftest import ASKED

CUSTOMER, TRANSFER = Subject("customer", "C0"), Subject("transfer", "T7")


def made(folder: Path, subject: Subject = CUSTOMER, name: str = "trail.zip", **options: Any) -> dict[str, bytes]:
    with asking(**options) as inquiry:
        write_bundle(inquiry, subject, ASKED, folder / name)
    with ZipFile(folder / name) as archive:
        assert [info.filename for info in archive.infolist()] == list(ORDER)
        assert all(info.compress_type == ZIP_STORED and info.date_time[0] == 1980 for info in archive.infolist())
        return {info.filename: archive.read(info) for info in archive.infolist()}


def test_every_file_stands_under_its_hash(world: Database, tmp_path: Path) -> None:
    files = made(tmp_path)
    manifest = json.loads(files["manifest.json"])
    assert {entry["name"] for entry in manifest["files"]} == set(ORDER) - set(UNLISTED)
    for entry in manifest["files"]:
        assert hashlib.sha256(files[entry["name"]]).hexdigest() == entry["sha256"]
        assert len(files[entry["name"]]) == entry["bytes"]
    for line in files["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest
    assert canonical(manifest) + b"\n" == files["manifest.json"]
    assert manifest["asked_by"] == {"actor": "eva", "role": "auditor"} and manifest["reason"]["ticket"] == "A-1"


def test_its_readme_tells_the_same_story_in_plain_words(world: Database, tmp_path: Path) -> None:
    files = made(tmp_path, TRANSFER)
    text = files["README.txt"].decode()
    says = [row["says"] for row in csv.DictReader(io.StringIO(files["view/timeline.csv"].decode()))]
    places = [text.find(sentence) for sentence in dict.fromkeys(says)]
    assert places == sorted(places) and places[0] > text.index("WHAT HAPPENED")
    where = json.loads(files["where.json"])
    assert f"To say to the customer: “{where['to_say']}”" in text
    assert all(f"  {place['amount']} {place['currency']}  " in text for place in where["places"])
    assert "for eva (auditor); reason: audit, ticket A-1." in text


def test_the_same_question_gives_the_same_bytes(world: Database, tmp_path: Path) -> None:
    made(tmp_path, name="one.zip")
    made(tmp_path, name="two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.zip", "two.zip"], "no draft is left behind"


def test_it_holds_every_event_and_its_commitment(world: Database, bank: Bank, tmp_path: Path) -> None:
    files = made(tmp_path, TRANSFER)
    entries = [json.loads(line) for line in files["entries.jsonl"].splitlines()]
    assert {entry["event_id"] for entry in entries} == {e.id for e in bank.events if e.transfer == "T7"}
    assert [int(entry["i"]) for entry in entries] == sorted(int(entry["i"]) for entry in entries)
    payloads = {one["i"]: one for one in map(json.loads, files["payloads.jsonl"].splitlines())}
    for line, entry in zip(files["entries.jsonl"].splitlines(), entries, strict=True):
        assert canonical(entry) == line
        assert committed(payloads[entry["i"]]) == entry["commitment"]


def committed(payload: dict[str, Any]) -> str:
    """What VERIFY.txt says, written anew."""
    salt, skeleton = bytes.fromhex(payload["salt"]), b64decode(payload["skeleton"])
    parts = [b"\3", salt, bytes([payload["status"]]), number(payload["data_length"])]
    parts += [text(payload[name]) for name in ("encoding", "problem", "place")] + [number(len(skeleton)), skeleton]
    for piece in payload["pieces"]:
        parts += [number(piece["start"]), text(piece["path"]), bytes.fromhex(piece["commitment"])]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def number(value: int) -> bytes:
    return value.to_bytes(4, "big")


def text(value: str | None) -> bytes:
    return b"\xff" * 4 if value is None else number(len(value.encode())) + value.encode()


def test_nothing_personal_leaves(world: Database, tmp_path: Path) -> None:
    for subject in (CUSTOMER, TRANSFER, Subject("account", "A0")):
        whole = b"".join(made(tmp_path, subject).values())
        for name in ("Mette Hansen", "Hansen", "Åse Lund", "Lund", "DK5000400440116"):
            assert name.encode() not in whole and name.encode("unicode_escape") not in whole


def test_a_past_trail_ends_at_its_moment(world: Database, bank: Bank, tmp_path: Path) -> None:
    story = [event for event in bank.events if event.transfer == "T7"]
    files = made(tmp_path, TRANSFER, at=Moment(story[-1].recorded - timedelta(microseconds=1)))
    ids = {json.loads(line)["event"]["id"] for line in files["view/story.jsonl"].splitlines()}
    assert ids == {event.id for event in story if event.recorded < story[-1].recorded}


def test_the_table_sums_to_what_the_account_holds(world: Database, bank: Bank, tmp_path: Path) -> None:
    rows = list(
        csv.DictReader(io.StringIO(made(tmp_path, Subject("account", "A2"))["view/timeline.csv"].decode(), newline=""))
    )
    assert all(float(row["amount"]) >= 0 for row in rows if row["amount"]), (
        "amounts are unsigned; the direction says the rest"
    )
    total = sum(
        {"in": 1, "out": -1, "": 0}[row["direction"]] * round(float(row["amount"]) * 100)
        for row in rows
        if row["book"] == "ledger" and row["currency"] == "DKK"
    )
    places = [("ledger", f"{kind}:A2 DKK") for kind in ("available", "reserved")]
    last = max(event.recorded for event in bank.events)
    assert total == sum(bank.holds(places, last, "recorded").values())


def test_a_place_has_a_trail(world: Database, tmp_path: Path) -> None:
    files = made(tmp_path, Subject("place", "custody/clearing:dk"))
    assert json.loads(files["manifest.json"])["scope"]["events"] == len(files["entries.jsonl"].splitlines()) > 10


def test_an_unknown_subject_leaves_no_file(world: Database, tmp_path: Path) -> None:
    with pytest.raises(UnknownSubject):
        made(tmp_path, Subject("customer", "nobody"))
    assert not list(tmp_path.iterdir())


def test_a_changed_log_is_not_exported(world: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = Inquiry.rows

    def tampered(self: Inquiry, name: str, *args: Any, **parts: str) -> list[tuple[Any, ...]]:
        rows = original(self, name, *args, **parts)
        return [(*row[:7], "another-id", *row[8:]) for row in rows] if name == "trail_entries" else rows

    monkeypatch.setattr(Inquiry, "rows", tampered)
    with pytest.raises(WhereaboutsError, match="does not give its leaf"):
        made(tmp_path, TRANSFER)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", " =1", "＝1", "|x", "%x"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"
    assert csv_line(["a", 'say "hi", now\n']) == b'a,"say ""hi"", now\n"\r\n'


@pytest.mark.parametrize("text", ["x;=1+1", "x; +1", "x\t@SUM(A1)", "a;b;-1+2", "x;＝1", 'x;"=1+1', 'x; "" +1'])
def test_nothing_behind_another_separator_is_a_formula(text: str) -> None:
    """A spreadsheet of a language with decimal commas cuts cells at semicolons, and takes quotes there away."""
    assert re.search(r"[;\t][\s\"]*[=+\-@＝]", cell(text)) is None and cell(text).replace("'", "") == text


def test_canonical_json_is_that_of_the_rfc() -> None:
    assert canonical({"b": 1, "a": [None, True, "é\n\u0001"], "\U0001f600": 1, "\ufb33": 2}) == (
        '{"a":[null,true,"é\\n\\u0001"],"b":1,"\U0001f600":1,"\ufb33":2}'.encode()
    )
    assert canonical({"n": 2**60}) == b'{"n":"1152921504606846976"}'
