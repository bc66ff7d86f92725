"""What was expected and did not come, came late, or came too often: by the watermark, and the same in every order."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from audit.findings import carrying, expecting
from audit.findings.reactions import Matched, matched
from tests.conftest import Database
from tests.projections.feed import Feed, assert_same, batches_of
from tests.projections.small import MODEL, line, micros, paid

RULES = ("missing_reaction", "late_reaction", "duplicate_reaction")
OPENED = line("account-A", 1, "Opened", -50, customer="C")
FUNDS = line("account-A", 2, "PaidIn", -40, **paid("90.00"))
RESERVED = line("account-A", 3, "Reserved", 0, **paid("90.00", payment="P"))
CALL = "core/account-A.3.Reserved"


@pytest.fixture
def feed(database: Database, tmp_path: Path) -> Feed:
    model = tmp_path / "model.toml"
    model.write_text(MODEL.read_text() + Path(__file__).with_name("expected.toml").read_text())
    return Feed(tmp_path, database, model)


def of_reactions(feed: Feed) -> list[tuple[str, ...]]:
    return [row for row in feed.findings() if row[0] in RULES]


def both_sources_reach(feed: Feed, seconds: float) -> None:
    """Both sources are complete up to then."""
    feed.tell(line("account-Z", None, "Opened", 0, customer="Z"), complete_until=micros(seconds))
    feed.tell(line("payment-Z", None, "Ended", 0), complete_until=micros(seconds))


def test_it_is_missing_from_its_time_on_and_not_before(feed: Feed) -> None:
    feed.tell(OPENED, FUNDS, RESERVED)
    both_sources_reach(feed, 9.999)
    assert of_reactions(feed) == []
    assert feed.rows("select reactions, met_at is null from expected") == [(0, True)]
    both_sources_reach(feed, 10)
    assert of_reactions(feed) == [("missing_reaction", "payment:P", "open", CALL)]
    assert feed.rows("select numbers->>'due', money from finding where rule = 'missing_reaction'") == [
        ("2026-03-28T12:00:10Z", [["9000", "DKK"]])
    ]


def test_one_source_that_is_behind_holds_judgement_back(feed: Feed) -> None:
    feed.tell(line("payment-Z", None, "Ended", 5))
    feed.tell(OPENED, FUNDS, RESERVED, line("account-A", 4, "LimitSet", 9_000, limit="1"))
    assert of_reactions(feed) == []


@pytest.mark.parametrize(("at", "found"), [(10, []), (10.5, ["missing_reaction", "late_reaction"])])
def test_a_late_reaction_resolves_the_missing_one(feed: Feed, at: float, found: list[str]) -> None:
    """One in time takes it back, though it was read late."""
    feed.tell(OPENED, FUNDS, RESERVED)
    both_sources_reach(feed, 20)
    ids = feed.rows("select id from finding where rule = 'missing_reaction'")
    feed.tell(line("payment-P", 1, "Sent", at, account="A"), complete_until=micros(40))
    both_sources_reach(feed, 40)
    assert [(row[0], row[2]) for row in of_reactions(feed)] == [(rule, "resolved") for rule in found]
    assert feed.rows("select id from finding where rule = 'missing_reaction'") == (ids if found else [])
    assert feed.rows("select sum(reactions) from usual") == [(1,)]


def test_a_failure_is_a_reaction(feed: Feed) -> None:
    feed.tell(OPENED, FUNDS, RESERVED, line("payment-P", 1, "Sent", 1, account="A"),
              line("payment-P", 2, "Returned", 2, account="A", **paid("90.00")))  # fmt: skip
    both_sources_reach(feed, 900)
    assert of_reactions(feed) == []


def test_one_too_many_is_found(feed: Feed) -> None:
    again = line("payment-P", 2, "Sent", 5, account="A")
    feed.tell(OPENED, FUNDS, RESERVED, line("payment-P", 1, "Sent", 1, account="A"), again)
    both_sources_reach(feed, 6)
    assert of_reactions(feed) == [("duplicate_reaction", "payment:P", "open", "pay/payment-P.2.Sent")]


def test_between_services_clocks_may_differ_by_a_second(feed: Feed) -> None:
    feed.tell(OPENED, FUNDS, RESERVED, line("payment-P", 1, "Sent", -1, account="A"))
    both_sources_reach(feed, 20)
    assert of_reactions(feed) == []


@pytest.mark.parametrize("caused_by", [1, 2, None])
def test_a_reaction_belongs_to_the_call_that_it_names(feed: Feed, caused_by: int | None) -> None:
    """Two calls and one reaction; without a cause it is the older call's, which still has time."""
    calls = [line("account-A", 3 + n, "Frozen", n) for n in (1, 2)]
    cause = {} if caused_by is None else {"causationid": f"account-A.{3 + caused_by}.Frozen"}
    feed.tell(OPENED, FUNDS, *calls, line("account-A", 6, "Thawed", 3, envelope=cause))
    both_sources_reach(feed, 9_000)
    other = {1: 2, 2: 1, None: 2}[caused_by]
    assert of_reactions(feed) == [("missing_reaction", "account:A", "open", f"core/account-A.{3 + other}.Frozen")]


def test_what_stays_as_it_was_is_not_written_again(feed: Feed) -> None:
    """An account's history is long: its next event must not cost a row for each call that it ever had."""
    met = [line("account-A", 2 + n, "Thawed" if n % 2 else "Frozen", 10 * n) for n in range(2, 8)]
    feed.tell(OPENED, FUNDS, *met, complete_until=micros(100))
    query = "select after_position, ctid::text, xmin::text, met_position from expected order by after_position"
    both_sources_reach(feed, 100)
    before = feed.rows(query)
    feed.tell(line("account-A", 10, "Frozen", 150))
    both_sources_reach(feed, 200)
    called = feed.rows(query)
    assert len(before) == 3 and called[:3] == before and [row[3] for row in called[3:]] == [None]
    feed.tell(line("account-A", 11, "Thawed", 210))
    both_sources_reach(feed, 300)
    after = feed.rows(query)
    assert after[:3] == before and len(after) == 4 and after[3][3] is not None
    kept = feed.dump()
    feed.rebuild()
    assert_same(feed.dump(), kept)


@pytest.mark.parametrize(("caused_by", "missing"), [(1, []), (2, [1]), (None, [])])
def test_what_moves_a_flow_on_answers_all_that_was_asked_since(
    feed: Feed, caused_by: int | None, missing: list[int]
) -> None:
    calls = [line("account-A", 2 + n, "Reserved", n, **paid("9.00", payment="P")) for n in (1, 2)]
    cause = {} if caused_by is None else {"causationid": f"account-A.{2 + caused_by}.Reserved"}
    feed.tell(OPENED, FUNDS, *calls, line("payment-P", 1, "Sent", 3, account="A", envelope=cause))
    both_sources_reach(feed, 50)
    found = [
        ("missing_reaction", "payment:P", "open", f"core/account-A.{2 + n}.Reserved") for n in missing]
    assert of_reactions(feed) == found


def test_a_correlation_joins_what_no_subject_does(feed: Feed) -> None:
    limit = line("account-A", 2, "LimitSet", 0, limit="1", envelope={"correlationid": "X"})
    feed.tell(OPENED, limit, line("account-B", 1, "Opened", 0, customer="C"))
    both_sources_reach(feed, 300)
    assert of_reactions(feed) == [("missing_reaction", "account:A", "open", "core/account-A.2.LimitSet")]
    other = line("account-B", 2, "PaidIn", 310, envelope={"correlationid": "X"}, **paid("1.00"))
    feed.tell(other, complete_until=micros(400))
    both_sources_reach(feed, 400)
    assert [row[::2] for row in of_reactions(feed)] == [("missing_reaction", "resolved"), ("late_reaction", "resolved")]
    assert feed.rows("select name from counts where name like 'subject:$%%'") == []
    before = feed.dump()
    feed.rebuild()
    assert_same(feed.dump(), before)


HISTORY = [
    OPENED, FUNDS,
    line("account-A", 4, "Frozen", 5), line("account-A", 5, "Thawed", 1_900),
    line("account-A", 6, "Frozen", 2_000), line("account-A", 7, "Frozen", 2_100),
    line("account-A", 8, "LimitSet", 2_200, limit="1", envelope={"correlationid": "X"}),
    line("account-A", 9, "PaidIn", 2_300, envelope={"correlationid": "X"}, **paid("1.00")),
    line("account-A", 10, "PaidIn", 2_310, envelope={"correlationid": "X"}, **paid("1.00")),
    RESERVED, line("payment-P", 1, "Sent", 30, account="A"), line("payment-P", 2, "Sent", 31, account="A"),
    line("payment-P", 3, "Arrived", 400, **paid("90.00")),
    line("account-B", 1, "Opened", 0, customer="C"), line("account-B", 2, "Reserved", 1, **paid("1.00", payment="Q")),
]  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_order_and_cut_gives_the_same(feed: Feed, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance, lines = random.Random(seed), list(HISTORY)
    chance.shuffle(lines)
    batches_of(monkeypatch, 1 + seed)
    for start in range(0, len(lines), 4):
        feed.tell(*lines[start : start + 4])
    both_sources_reach(feed, 9_000)
    assert sorted((row[0], row[3].partition("-")[2], row[2]) for row in of_reactions(feed)) == FOUND
    before = feed.dump()
    feed.rebuild()
    assert_same(feed.dump(), before)


FOUND = [
    ("duplicate_reaction", "A.10.PaidIn", "open"),
    ("duplicate_reaction", "P.2.Sent", "open"),
    ("late_reaction", "A.5.Thawed", "resolved"),
    ("late_reaction", "P.1.Sent", "resolved"),
    ("late_reaction", "P.3.Arrived", "resolved"),
    ("missing_reaction", "A.3.Reserved", "resolved"),
    ("missing_reaction", "A.4.Frozen", "resolved"),
    ("missing_reaction", "A.6.Frozen", "open"),
    ("missing_reaction", "A.7.Frozen", "open"),
    ("missing_reaction", "B.2.Reserved", "open"),
    ("missing_reaction", "P.1.Sent", "resolved"),
]


@pytest.mark.parametrize("order", [("core", "pay"), ("pay", "core")])
def test_what_is_stuck_points_to_what_never_came(feed: Feed, order: tuple[str, str]) -> None:
    """Both wait for longer than their states may last because nobody answered; not for what was missing before."""
    limit = line("account-A", 4, "LimitSet", 2, limit="1", envelope={"correlationid": "X"})
    told = {
        "core": (OPENED, FUNDS, RESERVED, limit, line("account-A", 5, "Frozen", 5)),
        "pay": (line("payment-P", 1, "Sent", 1, account="A"),),
    }
    for source in order:
        feed.tell(*told[source], complete_until=micros(9_000))
    links = (
        "select s.rule, r.kind, m.rule, l.event_id from finding s join subject r on r.id = s.subject_id "
        "left join finding m on m.id = s.because_of left join log l on l.position = m.opened_by "
        "where s.rule = 'stuck' order by 2"
    )
    found = [("stuck", "account", "missing_reaction", "account-A.5.Frozen"),
        ("stuck", "payment", "missing_reaction", "payment-P.1.Sent"),
    ]
    assert feed.rows(links) == found
    feed.rebuild()
    assert feed.rows(links) == found
    feed.tell(line("payment-P", 2, "Arrived", 60, **paid("90.00")), complete_until=micros(9_500))
    feed.tell(line("account-Z", None, "Opened", 0, customer="Z"), complete_until=micros(9_500))
    assert feed.rows(links) == found[:1]


def test_a_long_history_is_carried_on_and_the_same_as_one_read_whole(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frozen and thawed for years, answered in time, late, never, twice, by name or not: only what is open is read."""
    read: list[int] = []

    def counted(*arguments: Any) -> Matched:
        read.append(len(arguments[2]))
        return matched(*arguments)

    monkeypatch.setattr(expecting, "matched", counted)
    monkeypatch.setattr(carrying, "SHORT", 8)
    chance, names, lines, now = random.Random(1), ["account-A.1.Opened"], [(0.0, OPENED)], 0.0
    for version in range(2, 62):
        now += chance.choice((0, 0.5, 1.5, 600, 600, 2_500))
        type_ = chance.choice(("Frozen", "Frozen", "Thawed"))
        causes = {"causationid": chance.choice(names[-30:])} if chance.random() < 0.3 else {}
        lines.append((now, line("account-A", version, type_, now, envelope=causes)))
        names.append(f"account-A.{version}.{type_}")
    for start in range(0, len(lines), 12):
        feed.tell(*(text for _, text in lines[start : start + 12]))
        reached = lines[min(start + 12, len(lines) - 1)][0] - 0.25
        feed.tell(line("payment-Z", None, "Ended", 0), complete_until=micros(reached))
    both_sources_reach(feed, now + 1_700)
    both_sources_reach(feed, now + 2_000)
    assert max(read) > 8 > read[-1]
    before = feed.dump()
    monkeypatch.setattr(carrying, "SHORT", 1_000)
    feed.rebuild()
    assert read[-1] > 50
    assert_same(feed.dump(), before)
