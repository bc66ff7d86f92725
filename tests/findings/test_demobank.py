"""Every fault that the demo bank planted is found under every rule it must fire, and nothing else is found.

The key is made from what the bank did and from the rules' definitions, never from what the console says.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from audit import configuration
from audit.access.mask import hidden
from audit.answers.inquiry import Inquiry, inquire
from audit.answers.pages.transfer import transfer
from audit.answers.shapes.why import Ends
from audit.answers.when import when
from audit.answers.where import where
from audit.answers.who import who
from audit.answers.why import why
from audit.database import reading
from audit.findings.catalogue import RULES
from audit.log.recount import recount_all
from audit.sources.postgres import PostgresSource
from audit.values import Subject
from demobank import store
from demobank.fault import DAY
from demobank.faults import FAULTS
from demobank.history import simulation
from demobank.loading import load_history
from demobank.planting import Stroke
from demobank.tampering import TAMPERINGS, Answer, skip_number
from tests.conftest import Database, MakeDatabase, using
from tests.findings.scoring import Found, Score, scores, table, wrong
from tests.pipeline.following import CONFIGURATION, follow_once
from tests.projections.bank import MODEL, History
from tests.projections.feed import Feed

ANCHOR = 1_795_000_000_000_000
EVENTS, MANY = 6_000, 200_000
TOLD = (
    "select f.rule, s.kind, s.key, o.name || '/' || l.event_id, t.name,"
    " extract(epoch from f.opened_at - l.recorded_at), f.numbers->>'money_text', c.rule"
    " from finding f join subject s on s.id = f.subject_id join log l on l.position = f.opened_by"
    " join source o on o.id = l.source_id join event_type t on t.id = l.type_id"
    " left join finding c on c.id = f.because_of"
)
ALONE = dict.fromkeys(FAULTS, 1)


def judged(
    feed: Feed, events: int, faults: Mapping[str, int], together: Sequence[Stroke] = ()
) -> tuple[list[Score], list[Found]]:
    run = simulation("tests", events, ANCHOR, faults, together)
    bank = History(list(run.run()), run)
    feed.take(feed.write(bank.lines()), complete_until=ANCHOR)
    found = [Found(*row) for row in feed.findings()]
    return scores(bank.answers, found), found


@dataclass(frozen=True)
class Planted:
    """A history with every fault in it, read and judged; nothing in it is changed by a test."""

    answers: Sequence[Answer]
    made: Sequence[Score]
    told: Sequence[tuple[Any, ...]]


@pytest.fixture(scope="module")
def planted(
    make_database: MakeDatabase, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[Planted]:
    made = make_database()
    with using(made, django_db_blocker):
        run = simulation("tests", EVENTS, ANCHOR, ALONE, ())
        bank, feed = History(list(run.run()), run), Feed(tmp_path_factory.mktemp("planted"), made, MODEL)
        feed.take(feed.write(bank.lines()), complete_until=ANCHOR)
        yield Planted(bank.answers, scores(bank.answers, [Found(*row) for row in feed.findings()]), feed.rows(TOLD))


def test_every_fault_is_found_and_nothing_else(planted: Planted) -> None:
    assert wrong(planted.made) == []


def test_each_is_told_of_its_event_its_time_its_money_and_its_cause(planted: Planted) -> None:
    expected = tomllib.loads(Path(__file__).with_name("told.toml").read_text())
    found: dict[str, dict[str, list[str]]] = {answer["fault"]: defaultdict(list) for answer in planted.answers}
    for answer in planted.answers:
        keys = {subject.partition(":")[2] for subject in answer["subjects"]}
        for rule, kind, key, event, type_, seconds, money, cause in planted.told:
            if rule in answer["rules"] and (key in keys or event in answer["events"]):
                delay = "" if rule == "half_compensation" else f"{float(seconds):g} s "
                parts = [kind, f"{delay}after {type_}", money, cause and f"because of {cause}"]
                found[answer["fault"]][rule].append(", ".join(part for part in parts if part))
    assert {fault: {rule: sorted(lines) for rule, lines in one.items()} for fault, one in found.items()} == expected


def test_why_each_faults_subject_is_so(planted: Planted) -> None:
    """Every value has its event and its causes; what never came is awaited; `when` and `who` say the same."""
    said = 0
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        for answer in planted.answers:
            subject = Subject.parse(answer["subject"])
            page = why(inquiry, subject)
            chains = [one.because for one in page.states] + [one.because for one in page.fields]
            assert all(chain.events and chain.ends is not Ends.CYCLE for chain in chains), answer["fault"]
            for state in page.states:
                if state.line.item:
                    continue
                intervals = when(inquiry, subject, f"{state.line.lane}.state = {state.line.state}").intervals
                assert intervals and intervals[-1].until is None, (answer["fault"], state.key)
                said += 1
            for line in page.findings.rows:
                if line.state == "open" and line.rule == "missing_reaction" and line.subject.subject == subject:
                    assert any(wait.overdue_seconds is not None for wait in page.waiting), answer["fault"]
                if line.state == "open" and line.subject.subject.kind in inquiry.model.kinds:
                    alike = who(inquiry, Subject(line.subject.subject.kind, "*"), f"finding = {line.rule}", size=1000)
                    assert line.subject.subject in [one.subject.subject for one in alike.subjects.rows], answer["fault"]
    assert said > 50


def keys_of(inquiry: Inquiry, kind: str, type_: str) -> list[tuple[str, datetime]]:
    """Those of a kind for which an event of a type was recorded, and when."""
    return inquiry.connection.execute(
        "select s.key, l.recorded_at from trace.subject s join timeline t on t.subject_id = s.id"
        " join trace.log l on l.position = t.position join trace.event_type y on y.id = l.type_id"
        " where s.kind = %s and y.name = %s order by l.position", [kind, type_]).fetchall()  # fmt: skip


def test_what_was_taken_after_its_hold_was_gone_is_told_so_and_is_whole(planted: Planted) -> None:
    """The late capture is the shop's right: nothing is open, the shop has the money, and what an earlier state told
    bears its time."""
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        late = keys_of(inquiry, "card_payment", "CapturedLate")
        assert late, "nobody was late: it tests nothing"
        for key, _ in late:
            page = transfer(inquiry, Subject("card_payment", key))
            assert [(line.place.kind, line.money) for line in where(inquiry, page.subject.subject).places] == [
                ("shop", page.money)
            ]
            assert "after the hold had expired" in page.tells and not any(one.is_open for one in page.findings.rows)
            [approved] = [at for one, at in keys_of(inquiry, "card_payment", "Authorised") if one == key]
            assert {fact.name: fact.was_so for fact in page.facts if fact.name in ("approval", "merchant.name")} == {
                "merchant.name": None, "approval": approved}  # fmt: skip
        held = next(one["subject"] for one in planted.answers if one["fault"] == "hold_never_ends")
        facts = transfer(inquiry, Subject.parse(held)).facts
        assert [fact.was_so for fact in facts if fact.name == "approval"] == [None], "it is authorised still"


def test_an_exchange_adds_up_at_its_own_rate_with_its_fee_and_rounding(planted: Planted) -> None:
    currencies = set()
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        for key, _ in keys_of(inquiry, "exchange", "Completed"):
            page = transfer(inquiry, Subject("exchange", key))
            held = {line.place.kind: line.money for line in where(inquiry, page.subject.subject).places}
            told = {fact.name: fact.value for fact in page.facts}
            sold, bought, unit = held["fx"].amount, held["available"], Decimal(10) ** -held["available"].digits
            currencies.add(bought.currency)
            assert abs(sold * Decimal(told["rate"]) - bought.amount) <= unit, key
            assert bought.amount == Decimal(told["bought"]) and bought.currency == told["bought_currency"]
            for name, kind in (("fee", "fees"), ("rounding", "rounding")):
                assert Decimal(told[name]) == (held[kind].amount if kind in held else 0), (key, name)
    assert len(currencies) > 2, "currencies of two, three and no minor digits"


def test_an_honest_bank_has_nothing_to_explain(database: Database, tmp_path: Path) -> None:
    feed = Feed(tmp_path, database, MODEL)
    _, found = judged(feed, EVENTS, {})
    assert feed.rows("select count(*) > 5000 from timeline") == [(True,)]
    assert [one for one in found if RULES[one.rule].severity.value != "info"] == []


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_what_befalls_a_store_after_it_was_read_is_found_and_nothing_else(
    database: Database,
    empty_database: Callable[[], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tamper: Callable[[Connection, str, str], Answer],
) -> None:
    feed, url = Feed(tmp_path, database, MODEL), empty_database()
    load_history(url, datetime.fromtimestamp(ANCHOR / 1_000_000, UTC), "tests", 1_500, faults={})
    monkeypatch.setenv("BANK_DATABASE_URL", store.reader_url(url))
    _follow(feed)
    with store.connect(url) as connection:
        answer = tamper(connection, "dk-adapter", "tests")
    for source in _sources():
        with feed.database.connect("follower", autocommit=True) as own, closing(source):
            recount_all(own, source)
    _follow(feed)
    made = scores([answer], [Found(*row) for row in feed.findings() if row[0] not in ("source_silent", "redelivery")])
    assert wrong(made) == []


def test_a_number_that_a_store_never_used_is_found_and_nothing_else(
    database: Database, empty_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the bank to say of its stores that they leave no number out."""
    model, url = tmp_path / "model.toml", empty_database()
    text = MODEL.read_text() + "\n[source.se-adapter]\n"
    for name in ("core", "dk-adapter", "se-adapter"):
        text = text.replace(f"[source.{name}]", f"[source.{name}]\ndense = true", 1)
    model.write_text(text)
    load_history(url, datetime.fromtimestamp(ANCHOR / 1_000_000, UTC), "tests", 1_500, faults={})
    monkeypatch.setenv("BANK_DATABASE_URL", store.reader_url(url))
    with store.connect(url) as connection:
        answer = skip_number(connection, "dk-adapter", "tests")
    feed = Feed(tmp_path, database, model)
    _follow(feed)
    rows = [Found(*row) for row in feed.findings() if row[0] not in ("source_silent", "redelivery")]
    assert wrong(scores([answer], rows)) == []


def _sources() -> list[PostgresSource]:
    opened = configuration.open_sources(configuration.configuration(CONFIGURATION))
    return [source for source in opened if isinstance(source, PostgresSource)]


def _follow(feed: Feed) -> None:
    follow_once(feed.instance, _sources())


def test_a_service_that_falls_silent_is_found(database: Database, tmp_path: Path) -> None:
    """The others go on for two days after the history's end; the adapter says nothing."""
    feed, run = Feed(tmp_path, database, MODEL), simulation("tests", 1_500, ANCHOR, {})
    bank = History(list(run.run()), run)
    for service, until in (("dk-adapter", ANCHOR), ("se-adapter", ANCHOR), ("core", ANCHOR + 2 * DAY)):
        feed.take(feed.write(bank.lines(service)), complete_until=until)
    silent = {row[1] for row in feed.findings("source_silent")}
    assert "source:dk-adapter" in silent and "source:se-adapter" not in silent


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
