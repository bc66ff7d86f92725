"""Lists as files: RFC 4180, no formula, nothing cut silently."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.answers.shapes import Page
from audit.shown import visible
from audit.values import Money
from console import listing
from console.listing import Fields, as_csv, as_json, cell, gather


@dataclass(frozen=True)
class Row:
    text: str
    money: Money


FIELDS: Fields = {"text": lambda row: row.text, "amount": lambda row: row.money}


def page_of(rows: list[Row], size: int = 2) -> listing.Listed:
    def page_at(cursor: str | None) -> Page[Row]:
        start = int(cursor or 0)
        following = str(start + size) if start + size < len(rows) else None
        return Page(tuple(rows[start : start + size]), None, 1000, following)

    return gather("rows", FIELDS, page_at)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "|calc", "＝1", "-", "+45 123"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize("text", ["-500.00", "0", "12.5", "rent november", "a=b"])
def test_numbers_and_plain_text_stay_as_they_are(text: str) -> None:
    assert cell(text) == text


def test_a_cell_with_quotes_commas_and_lines_is_quoted() -> None:
    made = as_csv(page_of([Row('a "b", c\r\nd', Money(-50000, "DKK", 2))]))
    assert made == 'text,amount\r\n"a ""b"", c\r\nd",-500.00\r\n'


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), max_size=5))
def test_csv_is_read_back_as_it_was(texts: list[str]) -> None:
    rows = [Row(text, Money(1, "DKK", 2)) for text in texts]
    read = list(csv.reader(io.StringIO(as_csv(page_of(rows)), newline="")))
    assert [line[0].replace("'", "") for line in read[1:]] == [visible(text).replace("'", "") for text in texts]


def test_every_page_is_gathered() -> None:
    listed = page_of([Row(str(number), Money(number, "DKK", 2)) for number in range(7)])
    assert [row.text for row in listed.rows] == list("0123456")
    assert json.loads(as_json(listed, {"subject": "account:1"})) == {
        "subject": "account:1", "list": "rows", "shown": 7, "total": 7, "is_cut": False,
        "rows": [{"text": str(n), "amount": f"0.0{n}"} for n in range(7)],
    }  # fmt: skip


def test_a_cut_list_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "ROWS_MAX", 4)
    listed = page_of([Row("x", Money(1, "DKK", 2))] * 9)
    assert listed.is_cut
    assert as_csv(listed).endswith("cut here: 4 rows of more\r\n")
    assert json.loads(as_json(listed, {}))["is_cut"] is True
