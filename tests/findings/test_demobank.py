"""Every fault that the demo bank planted is found under every rule it must fire, and nothing else is found.

The key is made from what the bank did and from the rules' definitions, never from what the console says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import pytest

from audit.findings.catalogue import RULES
from demobank.faults import FAULTS
from demobank.history import simulation
from demobank.planting import Stroke
from tests.conftest import Database
from tests.findings.scoring import Found, Score, scores, table, wrong
from tests.projections.bank import MODEL, History
from tests.projections.feed import Feed

ANCHOR = 1_795_000_000_000_000
EVENTS, MANY = 6_000, 200_000
ALONE = dict.fromkeys(FAULTS, 1)


def judged(
    feed: Feed, events: int, faults: Mapping[str, int], together: Sequence[Stroke] = ()
) -> tuple[list[Score], list[Found]]:
    run = simulation("tests", events, ANCHOR, faults, together)
    bank = History(list(run.run()), run)
    feed.take(feed.write(bank.lines()), complete_until=ANCHOR)
    found = [Found(*row) for row in feed.findings()]
    return scores(bank.answers, found), found


def test_every_fault_is_found_and_nothing_else(database: Database, tmp_path: Path) -> None:
    made, _ = judged(Feed(tmp_path, database, MODEL), EVENTS, ALONE)
    assert wrong(made) == []


def test_an_honest_bank_has_nothing_to_explain(database: Database, tmp_path: Path) -> None:
    feed = Feed(tmp_path, database, MODEL)
    _, found = judged(feed, EVENTS, {})
    assert feed.rows("select count(*) > 5000 from timeline") == [(True,)]
    assert [one for one in found if RULES[one.rule].severity.value != "info"] == []


def pairs() -> list[Stroke]:
    """Every two kinds of fault on one customer, an hour apart; what ends all comes last."""
    found = [sorted(pair, key=lambda name: FAULTS[name].ends_all) for pair in combinations(FAULTS, 2)]
    return [
        (one, other)
        for one, other in found
        if not FAULTS[one].ends_all and not FAULTS[other].strikes_empty
    ]


@pytest.mark.slow
def test_alone_and_in_pairs_recall_and_precision_are_one(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    together = pairs()
    made, _ = judged(Feed(tmp_path, database, MODEL), MANY, dict.fromkeys(FAULTS, 3), together)
    with capsys.disabled():
        print(f"\n{MANY:,} events, {len(FAULTS)} kinds of fault, each alone three times, {len(together)} pairs")
        print(table(made))
    assert wrong(made) == []


@pytest.mark.slow
def test_an_honest_bank_of_many_events_has_nothing_to_explain(database: Database, tmp_path: Path) -> None:
    _, found = judged(Feed(tmp_path, database, MODEL), MANY, {})
    assert [one for one in found if RULES[one.rule].severity.value != "info"] == []
