"""Every fault that the demo bank planted is found under every rule there is; an honest bank has nothing to explain."""

from __future__ import annotations

from pathlib import Path

from audit.findings.catalogue import RULES
from demobank.history import simulation
from tests.conftest import Database
from tests.projections.bank import MODEL, History
from tests.projections.feed import Feed

ANCHOR = 1_795_000_000_000_000
EVENTS = 2_500


def history(faults: dict[str, int] | None = None) -> History:
    run = simulation("tests", EVENTS, ANCHOR, faults)
    return History(list(run.run()), run)


def test_every_planted_fault_is_found(database: Database, tmp_path: Path) -> None:
    bank, feed = history(), Feed(tmp_path, database, MODEL)
    feed.take(feed.write(bank.lines()), complete_until=ANCHOR)
    found = {(rule, event) for rule, _, _, event in feed.findings()}
    subjects = {(rule, subject.partition(":")[2]) for rule, subject, _, _ in feed.findings()}
    missing = []
    for answer in bank.answers:
        key = answer["subject"].partition(":")[2]
        for rule in answer["rules"]:
            events = {(rule, event) for event in answer["events"]}
            if rule in RULES and (rule, key) not in subjects and not events & found:
                missing.append((answer["fault"], answer["subject"], rule))
    assert missing == []


def test_an_honest_bank_has_nothing_to_explain(database: Database, tmp_path: Path) -> None:
    bank, feed = history({}), Feed(tmp_path, database, MODEL)
    feed.take(feed.write(bank.lines()), complete_until=ANCHOR)
    assert feed.rows("select count(*) from timeline") != [(0,)]
    assert [row for row in feed.findings() if RULES[row[0]].severity.value != "info"] == []
