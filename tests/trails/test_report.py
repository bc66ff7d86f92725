"""The PDF of a trail: says what the trail says, takes nothing in it for markup, and is the same on every machine."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Any
from zipfile import ZipFile

import pytest

from audit.shown import breakable, shown
from audit.trails.report.contents import contents
from audit.trails.report.typeset import typeset
from audit.trails.told import told

TIME = "2026-03-01T09:00:00.123456Z"
NASTY = '#panic("x") $a *b* _c_ `d` <e> @f [g] {h} \\u{0} "quoted" \\ // /* #eval("1") = + - @SUM(A1)'
EVENT = {"id": "e1", "position": 7, "source": "core"}


def event(number: int, says: str = "500.00 DKK was reserved", **more: Any) -> dict[str, Any]:
    moved = {"amount": "1234.50", "book": "ledger", "currency": "DKK", "from": "available:A-1", "to": "reserved:A-1"}
    return {
        "event": {**EVENT, "position": number},
        "findings": [],
        "lane": "account",
        "movements": [moved],
        "occurred": TIME,
        "recorded": TIME,
        "says": says,
        "step": number,
        "stream": "account-A-1",
        "type": "FundsReserved",
        "understood": True,
        "version": number,
        **more,
    }


def trail(
    path: Path, events: list[dict[str, Any]], count: int | None = None, text: str = "plain", is_case: bool = False
) -> Path:
    """What a PDF is made from; `text` stands in every field that the bank or a person fills."""
    place = {
        "amount": "500.00",
        "book": "c",
        "certainty": text,
        "currency": "DKK",
        "place": f"held:{text}",
        "since": TIME,
    }
    finding = {"says": text, "state": "open", "severity": "high", "opened_at": TIME, "would_resolve": text}
    where = {
        "subject": f"customer:{text}",
        "to_say": f"It is {text}",
        "tells": text,
        "complete": False,
        "ledger": [],
        "places": [place],
        "on_its_way": [],
    }
    manifest = {
        "subject": f"customer:{text}",
        "model": {"name": text, "hash": text, "zone": "Europe/Copenhagen"},
        "at": {"time": TIME, "clock": "recorded", "sealed": True},
        "asked_by": {"actor": text, "role": text},
        "reason": {"code": "audit", "ticket": text, "caller_identified": text},
        "approved_by": {"by": text},
        "made_at": TIME,
        "masking": text,
        "clocks": text,
        "muted": [{"rule": text}],
        "withheld": {"entries": {text: 3}, "fields": 2},
        "scope": {
            "events": len(events) if count is None else count,
            "entries": len(events),
            "findings": 1,
            "complete": False,
            "not_understood": [EVENT],
            "range": {"from": text},
        },
        "sources": [{"name": text, "kind": text, "watermark": TIME, "gaps": 0}],
        "log": {"origin": text, "size": "9", "root": "00"},
    }
    with ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        archive.writestr("where.json", json.dumps({"subjects": [where, where]} if is_case else where))
        archive.writestr("findings.jsonl", json.dumps(finding) + "\n")
        archive.writestr("view/story.jsonl", "".join(json.dumps(one) + "\n" for one in events))
    return path


@pytest.fixture
def pdf_text() -> Callable[[Path], list[str]]:
    """A PDF's pages as text, by a program that is not ours."""
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext (poppler-utils)")

    def read(path: Path) -> list[str]:
        found = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, timeout=60, check=True)
        return found.stdout.decode().split("\f")[:-1]

    return read


def test_each_page_says_which_trail_and_which_page(tmp_path: Path, pdf_text: Callable[[Path], list[str]]) -> None:
    made = trail(tmp_path / "t.zip", [event(n) for n in range(1, 90)])
    typeset(made, tmp_path / "t.pdf")
    digest = sha256(ZipFile(made).read("manifest.json")).hexdigest()
    pages = pdf_text(tmp_path / "t.pdf")
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        assert digest in page and f"page {number} of {len(pages)}" in page
    whole = " ".join(" ".join(pages).split())
    for said in ("It is plain", "Complete: no", "89 of 89 events", "Approved by", "Muted findings", "1,234.50 DKK"):
        assert said in whole


def test_nothing_in_it_is_markup(tmp_path: Path, pdf_text: Callable[[Path], list[str]]) -> None:
    names: dict[str, Any] = {name: NASTY for name in ("says", "lane", "stream", "type")}
    made = trail(tmp_path / "t.zip", [event(1, **{**names, "movements": []})], text=NASTY)
    typeset(made, tmp_path / "t.pdf")
    whole = "".join("".join(pdf_text(tmp_path / "t.pdf")).split())
    assert whole.count('#panic("x")$a*b*_c_`d`<e>@f') >= 4


@pytest.mark.parametrize(
    "text",
    [
        "😀👩‍👩‍👧 漢字",
        "שלום עולם العربية",
        "\u2068משה\u2069, 1",
        "x" * 3000,
        "\u202egpj.exe",
        "a\x00b\x1b[2J",
        "e\u0301" * 99,
        '"\\',
        "❤️🇩🇰",
    ],
)
def test_every_text_can_be_set(tmp_path: Path, text: str) -> None:
    made = trail(tmp_path / "t.zip", [event(1, says=text, lane=text)], text=text)
    typeset(made, tmp_path / "t.pdf")
    assert (tmp_path / "t.pdf").read_bytes().startswith(b"%PDF-1.7")


def test_what_cannot_be_seen_stands_as_its_number() -> None:
    assert shown("\u202egpj.exe\x00") == "⟨202E⟩gpj.exe⟨0000⟩"
    assert shown("line\r\nline") == "line line"
    assert shown("to \u2068\u202eמשה\u2069") == "to \u2068⟨202E⟩משה\u2069"
    assert breakable("a" * 64, 72) == "a" * 64, "a hash can be copied"
    assert breakable("y" * 30).replace("\u200b", "") == "y" * 30 and "\u200b" in breakable("y" * 30)


def test_the_same_trail_gives_the_same_bytes(tmp_path: Path) -> None:
    made = trail(tmp_path / "t.zip", [event(1)])
    typeset(made, tmp_path / "1.pdf")
    command = [sys.executable, "-m", "audit.trails.report", str(made), str(tmp_path / "2.pdf")]
    subprocess.run(command, check=True, timeout=60)
    assert (tmp_path / "1.pdf").read_bytes() == (tmp_path / "2.pdf").read_bytes()


def test_places_are_told_before_and_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every event is here; else only after."""
    moved = {"amount": "200.00", "book": "c", "currency": "DKK", "from": "outside:", "to": "held:plain"}
    made = trail(tmp_path / "t.zip", [event(1, movements=[moved]), event(2, movements=[])])
    with told(made) as opened:
        assert contents(opened)["places"] == [
            ["c", "held plain", "300.00", "200.00", "0.00", "500.00", "DKK"],
            ["c", "outside", "", "0.00", "200.00", "", "DKK"],
        ]
        monkeypatch.setattr("audit.trails.report.contents.EVENTS_MAX", 1)
        assert contents(opened)["places"][0] == ["c", "held plain", "", "200.00", "0.00", "500.00", "DKK"]


def test_what_is_not_shown_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.trails.report.contents.EVENTS_MAX", 5)
    with told(trail(tmp_path / "t.zip", [event(n) for n in range(1, 9)])) as opened:
        found = contents(opened)
    assert (len(found["events"]), found["events_total"]) == (5, 8)


def test_a_case_says_of_each_subject_where_its_money_is(tmp_path: Path) -> None:
    with told(trail(tmp_path / "t.zip", [event(1)], is_case=True)) as opened:
        found = contents(opened)
    assert found["says"] == ["customer plain: It is plain"] * 2 and len(found["money"]) == 2


@pytest.mark.slow
def test_ten_thousand_events_within_a_minute_and_a_gigabyte(tmp_path: Path) -> None:
    made = trail(tmp_path / "t.zip", [event(n) for n in range(1, 10_001)])
    command = [sys.executable, "-m", "audit.trails.report", str(made), str(tmp_path / "t.pdf")]
    subprocess.run(command, check=True, timeout=60)
    kilobytes = 1024 if sys.platform == "darwin" else 1  # macOS counts bytes
    assert getrusage(RUSAGE_CHILDREN).ru_maxrss / kilobytes < 1 << 20


def test_without_its_package_it_says_what_is_missing(tmp_path: Path) -> None:
    without = "import runpy, sys; sys.modules['typst'] = None; "
    guard = without + "runpy.run_module('audit.trails.report', run_name='__main__')"
    call = [sys.executable, "-c", guard, str(tmp_path / "trail.zip"), str(tmp_path / "report.pdf")]
    done = subprocess.run(call, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and done.stderr == "the PDF needs `pip install typst==0.15.2` (typst is missing)\n"
