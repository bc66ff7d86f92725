"""The table for a spreadsheet: separators of the reader's language, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from audit.trails.spreadsheet import write_table
from audit.trails.told import told
from tests.trails.test_report import event, trail

FORMULAS = (
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "|calc",
    "%0A=1",
    "＝1+1",
    '=HYPERLINK("x")',
)


def table(path: Path, language: str, separator: str) -> list[list[str]]:
    with told(path) as opened:
        write_table(opened, path.with_suffix(".csv"), language)
    raw = path.with_suffix(".csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and b"\n" not in raw.replace(b"\r\n", b"")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=separator))


@pytest.mark.parametrize(
    "language, separator, amount", [("en", ",", "1234.50"), ("da", ";", "1234,50"), ("de-at", ";", "1234,50")]
)
def test_it_is_in_the_readers_language(tmp_path: Path, language: str, separator: str, amount: str) -> None:
    rows = table(trail(tmp_path / "t.zip", [event(1)]), language, separator)
    assert "no evidence" in rows[0][0] and len(rows[0][1]) == 64
    first = dict(zip(rows[2], rows[3], strict=True))
    assert first["amount"] == amount and first["recorded (Europe/Copenhagen)"] == "2026-03-01 10:00:00"
    assert {row[0] for row in rows if row} >= {"Masking", "Model", "Clocks", "Reason", "Approved by", "Muted findings"}


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(tmp_path: Path, text: str) -> None:
    moved = {"amount": "-1.00", "book": text, "currency": text, "from": text, "to": text}
    fields = {"lane": text, "stream": text, "type": text, "movements": [moved]}
    rows = table(trail(tmp_path / "t.zip", [event(1, says=text, **fields)], text=text), "da", ";")
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@", "|", "%", "＝"))]
    assert "1,00" in cells, "an amount has no sign"


def test_what_a_sheet_cannot_hold_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.trails.spreadsheet.ROWS_MAX", 3)
    rows = table(trail(tmp_path / "t.zip", [event(number) for number in range(1, 6)]), "en", ",")
    assert [row[0] for row in rows if row and row[0].startswith("3 of ")] == [
        "3 of 5 rows: Excel shows no more. view/timeline.csv in the trail has all"
    ]
