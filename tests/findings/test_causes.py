"""Events held against what they name as their causes, whichever of the two is read first."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from tests.conftest import Database
from tests.projections.feed import Feed, assert_same, batches_of
from tests.projections.small import MODEL, line, micros


@pytest.fixture
def feed(database: Database, tmp_path: Path) -> Feed:
    model = tmp_path / "causes.toml"
    text = MODEL.read_text()
    model.write_text(text.replace('languages = ["en"]', 'languages = ["en"]\ncauses_are_events = true', 1))
    return Feed(tmp_path, database, model)


def caused(stream: str, type_: str, at: float, cause: str | None, **more: str) -> bytes:
    return line(stream, 1, type_, at, envelope={"id": stream} | ({"causationid": cause} if cause else {}), **more)


def account(name: str, at: float, cause: str | None = None) -> bytes:
    return caused(f"account-{name}", "Opened", at, cause, customer="C")


def payment(name: str, at: float, cause: str | None = None) -> bytes:
    return caused(f"payment-{name}", "Sent", at, cause, account="A")


ENDS = (account("Z", 9_000), payment("Z", 9_000))


def found(feed: Feed) -> list[tuple[str, str, str]]:
    """Rule, event and state; the same once more after a rebuild."""
    before = feed.dump()
    feed.rebuild()
    assert_same(feed.dump(), before)
    rules = ("effect_before_cause", "orphan_cause")
    return [(row[0], row[3].partition("/")[2], row[2]) for row in feed.findings() if row[0] in rules]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize(
    ("cause_at", "rules"),
    [
        (0, []),
        (11, []),  # a second is what clocks differ by
        (11.5, [("effect_before_cause", "payment-P", "open")]),
        (69, [("effect_before_cause", "payment-P", "open")]),
        (200, [("effect_before_cause", "payment-P", "open"), ("orphan_cause", "payment-P", "resolved")]),
    ],
)
def test_a_cause_is_held_against_its_effect(
    feed: Feed, order: tuple[int, int], cause_at: float, rules: list[tuple[str, str, str]]
) -> None:
    told = [payment("P", 10, "account-A"), account("A", cause_at)]
    for number in order:
        feed.tell(told[number])
    feed.tell(*ENDS)
    assert found(feed) == rules


def test_a_cause_that_never_comes_is_told_once_all_sources_are_past_it(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches_of(monkeypatch, 1)
    feed.tell(account("A", 0), payment("P", 10, "nowhere"), payment("Q", 11, "account-A"), payment("Y", 5_000))
    assert found(feed) == []  # the other source has not got so far
    feed.tell(account("Y", 69.9), complete_until=micros(69.9))
    assert found(feed) == []
    feed.tell(account("X", 70))
    assert found(feed) == [("orphan_cause", "payment-P", "open")]
    assert feed.rows("select extract(epoch from opened_at)::int8 from finding where rule = 'orphan_cause'") == [
        (micros(70) // 1_000_000,)
    ]
    feed.tell(caused("account-W", "Opened", 300, None, customer="C").replace(b'"account-W"', b'"nowhere"', 1))
    assert found(feed) == [("effect_before_cause", "payment-P", "open"), ("orphan_cause", "payment-P", "resolved")]


def test_two_events_cannot_cause_each_other(feed: Feed) -> None:
    feed.tell(account("A", 0, "payment-P"), payment("P", 0.5, "account-A"), account("B", 2, "account-B"), *ENDS)
    assert found(feed) == [
        ("orphan_cause", "account-A", "open"), ("orphan_cause", "payment-P", "open"),
        ("orphan_cause", "account-B", "open"),
    ]  # fmt: skip


def test_any_event_of_the_causes_identifier_that_is_in_order_will_do(feed: Feed) -> None:
    """Every order in which an effect and the events that may be its cause can be read tells the same of it."""
    situations = {
        "in-time": (5, False, 300, []),
        "nearer": (300, False, 100, [("effect_before_cause", "open", "90"), ("orphan_cause", "resolved", None)]),
        "near": (50, False, 300, [("effect_before_cause", "open", "40")]),
        "beside-a-circle": (5, True, 8, []),
        "circle": (5, True, 300, [("orphan_cause", "open", None)]),
    }
    rounds: list[list[bytes]] = [[], [], []]
    for name, (core_at, is_circle, pay_at, _) in situations.items():
        for number, order in enumerate(permutations(range(3))):
            key, cause = f"{name}-{number}", f"cause-{name}-{number}"
            told = [
                payment(key, 10, cause),
                account(cause, core_at, f"payment-{key}" if is_circle else None),
                payment(cause, pay_at),
            ]
            for turn, which in enumerate(order):
                named = told[which]
                for lane in ("account", "payment"):
                    named = named.replace(f'"id": "{lane}-{cause}"'.encode(), f'"id": "{cause}"'.encode())
                rounds[turn].append(named)
    for lines in rounds:
        feed.tell(*lines)
    feed.tell(*ENDS)
    before = feed.dump()
    feed.rebuild()
    assert_same(feed.dump(), before)
    rows = feed.rows(
        "select l.event_id, f.rule, f.state, f.numbers->>'seconds' from finding f "
        "join log l on l.position = f.opened_by where f.rule in ('effect_before_cause', 'orphan_cause') order by 1, 2"
    )
    for name, (*_, expected) in situations.items():
        for number in range(6):
            found = [row[1:] for row in rows if row[0] == f"payment-{name}-{number}"]
            assert found == expected, (name, number)


def test_without_the_models_word_causes_are_nobodys_business(database: Database, tmp_path: Path) -> None:
    feed = Feed(tmp_path, database, MODEL)
    feed.tell(payment("P", 10, "command-7"), *ENDS)
    assert found(feed) == []
