"""One reason opens a batch: whoever was paid in it stands behind a door of their own, on pages as in trails."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from audit.access.mask import hidden
from audit.answers.documents import what_document
from audit.answers.inquiry import inquire
from audit.answers.reading.names import subject_of
from audit.answers.what import whole_story_in_pages
from audit.database import reading
from audit.log.log_key import history
from audit.trails.bundle import write_bundle
from audit.trails.scope import Scope
from audit.trails.verify.checks import Trusted, verify
from audit.values import Subject
from tests.console.conftest import Bank, browser_of, with_reason
from tests.console.reading import text_of
from tests.trails.conftest import ASKED


def test_a_batch_does_not_give_away_what_each_colleague_got(bank: Bank) -> None:
    """One reason opens a batch; how much somebody's salary is stands behind that person's own door."""
    batch = bank.ids("batch")[0]
    browser = with_reason(browser_of("support"), "batch", batch)
    paid = bank.rows(
        "select distinct e.amount from link l join timeline t on t.subject_id = l.other_id"
        " join entry e on e.position = t.position where l.subject_id = %s and l.other_kind = 'transfer'"
        " and e.amount > 0",
        batch,
    )
    amounts = {f"{units // 100:,}.{units % 100:02}" for (units,) in paid}
    assert len(amounts) > 3
    last = int(re.findall(r"step=(\d+)", text_of(browser, f"/of/batch/{batch}"))[-1])
    urls = [f"/of/batch/{batch}", *(f"/of/batch/{batch}?step={step}" for step in (1, 2, last))]
    for url in [*urls, f"/of/batch/{batch}/steps.json", f"/of/batch/{batch}/steps.csv"]:
        text = text_of(browser, url)
        plain = {amount.replace(",", "") for amount in amounts}
        assert not [amount for amount in amounts | plain if amount in text], url
    assert "Sender" not in text_of(browser, urls[0])
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        told = what_document(whole_story_in_pages(inquiry, subject_of(connection, "batch", batch)))
    moved = {row["amount"] for step in told["steps"] for row in step["movements"]}
    assert len(told["steps"]) > 3 and not moved & plain
    assert not [amount for amount in amounts if any(amount in step["says"] for step in told["steps"])]


def test_a_trail_of_a_batch_shows_no_colleague_s_payment(bank: Bank, tmp_path: Path) -> None:
    """The payments are stubs, counted and with a reason; the raw events of none of them leave the house."""
    batch = bank.ids("batch")[0]
    ((total,),) = bank.rows("select count(distinct position) from timeline where subject_id = %s", batch)
    carried = {
        str(position)
        for (position,) in bank.rows(
            "select t.position from timeline t join timeline o on o.position = t.position"
            " join trace.subject s on s.id = o.subject_id and s.kind = 'transfer' where t.subject_id = %s",
            batch,
        )
    }
    with reading() as connection:
        inquiry, subject = inquire(connection, hidden), subject_of(connection, "batch", batch)
        write_bundle(inquiry, Scope.of(subject), ASKED, tmp_path / "trail.zip")
        scope = Scope("case:1", (subject, *_carried_by(bank, carried)[:1]))
        write_bundle(inquiry, scope, ASKED, tmp_path / "case.zip")
        public = history(connection)[-1].key.raw
    shown, stubs = (_lines(tmp_path / "trail.zip", name) for name in ("entries.jsonl", "stubs.jsonl"))
    assert len(carried) > 3 and {one["i"] for one in stubs} == carried
    assert {one["reason"] for one in stubs} == {"other_customer"} and len(shown) + len(stubs) == total
    assert not carried & {one["i"] for one in shown} and {one["stream"] for one in shown} == {f"batch-{subject.key}"}
    told = {str(one["event"]["position"]) for one in _lines(tmp_path / "trail.zip", "view/story.jsonl")}
    assert not carried & told and verify(tmp_path / "trail.zip", Trusted(public)).exit_code == 0
    one_told = carried & {one["i"] for one in _lines(tmp_path / "case.zip", "entries.jsonl")}
    assert len(one_told) == 1, "of the payment that the case is of, and of no other"
    assert verify(tmp_path / "case.zip", Trusted(public)).exit_code == 0


def _carried_by(bank: Bank, positions: set[str]) -> list[Subject]:
    found = bank.rows(
        "select distinct s.key from timeline t join trace.subject s on s.id = t.subject_id"
        " where s.kind = 'transfer' and t.position = any(%s) order by 1",
        sorted(map(int, positions)),
    )
    return [Subject("transfer", key) for (key,) in found]


def _lines(path: Path, name: str) -> list[Any]:
    with ZipFile(path) as archive:
        return [json.loads(line) for line in archive.read(name).splitlines()]
