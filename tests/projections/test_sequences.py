"""A customer's entries are numbered without a gap, whatever was learnt late, and no number ever changes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from audit.database import use_generation
from audit.log.links import beginning, link_of
from audit.projections import sequences
from audit.projections.sequences import Numbered, number_all, of
from tests.conftest import Database
from tests.projections.bank import History, in_disorder
from tests.projections.feed import Feed, batches_of
from tests.projections.small import MODEL, line


@pytest.fixture
def small(database: Database, tmp_path: Path) -> Feed:
    return Feed(tmp_path, database, MODEL)


def sequence(feed: Feed, subject: str) -> Numbered:
    return sequences_of(feed, [subject])[subject]


def sequences_of(feed: Feed, subjects: Iterable[str]) -> dict[str, Numbered]:
    with feed.database.connect("web") as connection:
        use_generation(connection, feed.instance.generation)
        ids: dict[str, int] = dict(connection.execute("select kind || ':' || key, id from trace.subject").fetchall())
        return {subject: of(connection, ids[subject], subject) for subject in subjects}


def told(feed: Feed) -> dict[str, list[int]]:
    """The timeline's entries of each customer, by position."""
    rows = feed.rows("select 'customer:' || s.key, array_agg(position order by position) from timeline t "
                     "join trace.subject s on s.id = t.subject_id where s.kind = 'customer' group by 1")  # fmt: skip
    return dict(rows)


def head(subject: str, numbered: Numbered) -> bytes:
    link = beginning(subject)
    for number, position in enumerate(numbered.positions, 1):
        link = link_of(link, number, position)
    return link


def test_every_entry_of_a_customer_has_one_number(
    feed: Feed, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In any order and cut: streams that are folded again tell their ties again, and some of them late."""
    batches_of(monkeypatch, 300)
    monkeypatch.setattr(sequences, "BATCHES_AT_ONCE", 3)
    monkeypatch.setattr(sequences, "SUBJECTS_AT_ONCE", 50)
    lines = in_disorder(history.rows, 7)
    feed.take(feed.write(lines[:1000]))
    before = {subject: list(found.positions) for subject, found in sequences_of(feed, told(feed)).items()}
    feed.take(feed.write(lines[1000:]))
    entries = told(feed)
    for subject, found in sequences_of(feed, entries).items():
        positions = entries[subject]
        assert found.is_complete and head(subject, found) == found.head, subject
        assert sorted(found.positions) == positions, subject
        earlier = before.get(subject, [])
        assert list(found.positions)[: len(earlier)] == earlier, f"{subject}: a number changed"
    feed.rebuild()
    rows = "select subject_id, first, positions, link from trace.sequence order by 1, 2"
    assert feed.rows("select is_whole, generation from trace.sequencing") == [(True, 2)]
    numbered = feed.rows(rows)
    with feed.database.connect("follower") as connection:
        assert number_all(connection) == 0
    assert feed.rows(rows) == numbered and sum(len(row[2]) for row in numbered) == sum(map(len, told(feed).values()))


def test_a_late_tie_gets_the_next_number_and_the_same_before_it_is_stored(
    small: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account's first event comes last: only it names the customer, to whom the later ones belong then."""
    small.tell(line("account-1", 1, "Opened", 0, customer="C-1"))
    small.tell(line("account-2", 2, "Closed", 5), line("account-1", 2, "Closed", 6))
    before = sequence(small, "customer:C-1")
    monkeypatch.setattr("audit.pipeline.number_all", lambda connection: 0)
    monkeypatch.setattr("audit.projections.sequences.number_all", lambda connection: 0)
    small.tell(line("account-2", 1, "Opened", 1, customer="C-1"))
    waiting = sequence(small, "customer:C-1")
    assert small.rows("select count(*) from tied")[0][0] == 1
    assert list(waiting.positions[:2]) == list(before.positions) and sorted(waiting.positions) == [1, 2, 3, 4]
    with small.database.connect("follower") as connection:
        assert number_all(connection) == 2
    assert sequence(small, "customer:C-1") == waiting, "what was told before it was stored holds"
    assert head("customer:C-1", waiting) == waiting.head
