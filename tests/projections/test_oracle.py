"""States, balances, day sums and flows of random histories are what a plain pass over them says, in any order."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from audit.instance import load_model
from tests.conftest import MakeDatabase, using
from tests.projections.feed import Feed, assert_same, batches_of
from tests.projections.oracle import Event, Place, Truth, truth_of
from tests.projections.oracle_flows import RULES as RULES_OF_FLOWS
from tests.projections.oracle_flows import Found as FlowsFound
from tests.projections.oracle_flows import flows_found
from tests.projections.oracle_reactions import Outcome, Told, outcome_of
from tests.projections.oracle_rules import RULES, Found, found_in
from tests.projections.small import MODEL, line, micros

ACCOUNT = ("Opened", "PaidIn", "PaidOut", "Reserved", "Booked", "LimitSet", "Frozen", "Thawed", "Closed", "Corrected",
           "Split", "Amended", "Stated")  # fmt: skip
PAYMENT = ("Sent", "Arrived", "Ended", "Returned", "Reopened")
STREAMS = {"account-A": ACCOUNT, "account-B": ACCOUNT, "payment-P": PAYMENT, "payment-Q": PAYMENT}

EXPECTED = Path(__file__).parents[1] / "findings" / "expected.toml"
END = micros(30_000_000)  # past the year's end

happenings = st.lists(
    st.tuples(
        st.sampled_from(sorted(STREAMS)),
        st.integers(0, 12),  # which type
        st.integers(0, 10**20),  # minor units: no float, no machine word
        st.integers(0, 40_000),  # seconds since the last event: over midnights, and the hour that summer time takes
        st.integers(-200_000, 2),  # seconds by which it had occurred before
        st.sampled_from(("P", "Q", "A", "B")),
    ),
    min_size=1,
    max_size=40,
)

# Histories that come near to being right: few amounts, short times, and mostly the payment's own order of events
WAYS = (
    ("Reserved", "Sent", "Arrived", "Booked"),
    ("Reserved", "Sent", "Returned", "Booked"),
    ("Reserved", "Sent", "Ended", "Booked", "Amended"),
    ("Reserved", "Sent", "Returned", "Reserved", "Reopened"),
)


def near_misses(seed: int, payments: int) -> list[tuple[str, int, int, int, int, str]]:
    chance, drawn = random.Random(seed), list[tuple[str, int, int, int, int, str]]()
    for number in range(payments):
        way = [name for name in chance.choice(WAYS) for _ in range(chance.choice((0, 1, 1, 1, 1, 1, 1, 2)))]
        if chance.random() < 0.3:
            chance.shuffle(way)
        for name in way:
            stream, types = (f"payment-{number}", PAYMENT) if name in PAYMENT else ("account-A", ACCOUNT)
            drawn.append((stream, types.index(name), chance.choice((100, 100, 100, 100, 200)),
                          chance.choice((0, 1, 3, 20, 90, 8_000)), 0, str(number)))  # fmt: skip
    return drawn


# What the small model leaves out of the rules about flows
SHARPER = {
    'subject = "account"\nrests = false\n': 'subject = "account"\nrests = false\nwithin = "2h"\n',
    'says = { en = "{amount} was reserved" }\n':
        'says = { en = "{amount} was reserved" }\nonce = "reserve"\nundone_by = ["payment.Returned"]\n',
}  # fmt: skip

PHASES = (Phase.explicit, Phase.generate)  # a history of forty events is read as it is; shrinking would take an hour


@settings(max_examples=6, deadline=None, derandomize=True, database=None, phases=PHASES)
@given(happenings=happenings, seed=st.integers(0, 100))
def test_the_read_model_is_what_a_plain_pass_says(
    happenings: Sequence[Any], seed: int, make_database: MakeDatabase, django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    check(happenings, seed, make_database, django_db_blocker, tmp_path_factory)


@pytest.mark.stress
@settings(max_examples=40, deadline=None, derandomize=True, database=None, phases=PHASES)
@given(happenings=happenings, seed=st.integers(0, 100))
def test_it_is_for_many_histories(
    happenings: Sequence[Any], seed: int, make_database: MakeDatabase, django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    check(happenings, seed, make_database, django_db_blocker, tmp_path_factory)


@pytest.mark.parametrize("seed", [12, pytest.param(2, marks=pytest.mark.stress)])
def test_payments_that_nearly_go_right_are_judged_as_plain_passes_judge_them(
    seed: int, make_database: MakeDatabase, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = check(near_misses(seed, 100), seed, make_database, django_db_blocker, tmp_path_factory)
    assert {rule for rule, *_ in found} == set(RULES_OF_FLOWS)


SUMMER, WINTER, YEAR = 46_800, 18_190_800, 24_058_800  # 1:00 UTC on 29 March and 25 October, 23:00 on 31 December
# On account-A: which type, how many minor units, when. No threefold units: they name causes, which part moments.
EDGES = (
    ("Opened", 1, 0), ("PaidIn", 100, 10), ("PaidOut", 200, 20), ("PaidIn", 200, 30),  # below zero, and back
    ("PaidOut", 200, 40), ("PaidIn", 200, 40),  # below within one moment, not after it
    ("PaidOut", 200, 50), ("Corrected", 200, 50), ("Amended", 500, 60), ("Amended", 500, 60),
    *(("PaidIn", 100 + n, turn + n) for turn in (SUMMER, SUMMER + 75_600, WINTER, WINTER + 79_200, YEAR)
      for n in (-2, -1, 0, 1) if (100 + n) % 3),
    ("PaidOut", 10_000, YEAR + 10), ("PaidIn", 20_000, YEAR + 11),
    ("Closed", 1, YEAR + 12), ("Corrected", 100, YEAR + 13),
)  # fmt: skip


@pytest.mark.parametrize("seed", [0, 12])  # each event a batch, and thirteen at once
def test_what_dips_and_recovers_and_what_stands_at_the_edges_of_days_and_years(
    seed: int, make_database: MakeDatabase, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    times = [at for *_, at in EDGES]
    drawn = [
        ("account-A", ACCOUNT.index(type_), units, at - before, -before_it, "A")
        for (type_, units, at), before, before_it in zip(EDGES, [0, *times], cycle((0, 1, 3_600)), strict=False)
    ]
    found = found_in(load_model(MODEL), history_of(drawn))
    below = {event for rule, event in found if rule == "negative_place"}
    assert below == {"account-A.3.PaidOut", "account-A.7.PaidOut", f"account-A.{len(EDGES) - 3}.PaidOut"}
    check(drawn, seed, make_database, django_db_blocker, tmp_path_factory)


def check(
    happenings: Sequence[Any], seed: int, make_database: MakeDatabase, django_db_blocker: Any, folders: Any
) -> FlowsFound:
    events = history_of(happenings)
    made = make_database()
    with using(made, django_db_blocker), pytest.MonkeyPatch.context() as monkeypatch:
        batches_of(monkeypatch, 1 + seed % 13)
        feed = Feed(folders.mktemp("oracle"), made, model_in(folders.mktemp("model")))
        chance, mixed = random.Random(seed), list(events)
        chance.shuffle(mixed)
        for start in range(0, len(mixed), 17):
            feed.take(write(feed, mixed[start : start + 17]), complete_until=END)
        model = load_model(feed.model)
        truth = truth_of(model, events)
        told = told_of(truth, mixed)
        outcome = outcome_of(model, told, END)
        compare(feed, truth)
        compare_reactions(feed, truth, outcome)
        compare_findings(feed, found_in(model, events))
        of_flows = flows_found(model, told, END)
        compare_findings_of_flows(feed, of_flows)
        before = feed.dump()
        feed.rebuild()
        compare(feed, truth)
        compare_reactions(feed, truth, outcome)
        assert_same(feed.dump(), before)
    return of_flows


def model_in(folder: Path) -> Path:
    """The small model, with expectations and known causes."""
    path = folder / "model.toml"
    text = MODEL.read_text().replace('languages = ["en"]', 'languages = ["en"]\ncauses_are_events = true', 1)
    for old, new in SHARPER.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text + EXPECTED.read_text())
    return path


def told_of(truth: Truth, mixed: Sequence[Event]) -> dict[tuple[str, str], list[Told]]:
    """Each key's events in story order; within one time and source as they were read."""
    place = {event.id: number for number, event in enumerate(mixed)}
    told: dict[tuple[str, str], list[Told]] = {}
    for event in sorted(mixed, key=lambda event: (event.recorded, event.source, place[event.id])):
        keys = {*truth.ties[event.id], ("correlation", event.correlation or "")}
        for key in keys:
            told.setdefault(key, []).append(Told(event, (event.stream.partition("-")[0], event.type)))
    return told


def history_of(happenings: Sequence[Any]) -> list[Event]:
    """Versions count up in each stream, and recorded times with them; everything else may be as absurd as it likes."""
    versions: Counter[str] = Counter()
    events: list[Event] = []
    now = 0
    for stream, type_number, units, later, earlier, other in happenings:
        now += later
        versions[stream] += 1
        types = ACCOUNT if stream.startswith("account") else PAYMENT
        type_ = types[type_number % len(types)]
        amount = f"{units // 100}.{units % 100:02d}"
        data = {"amount": amount, "currency": "DKK", "limit": str(units), "payment": other, "account": other,
                "customer": f"C-{other}", "reason": "slip", "by": "ann", "approved_by": "ann" if units % 2 else "bo",
                "total": amount if units % 4 else f"{units // 100 + 1}.00", "balance": "0.00"}  # fmt: skip
        source = "pay" if stream.startswith("payment") else "core"
        version = versions[stream]
        cause = events[units % len(events)].id if events and units % 3 == 0 else None
        events.append(Event(source, stream, version, type_, f"{stream}.{version}.{type_}", micros(now),
                            micros(now + earlier), data, other, cause))  # fmt: skip
    return events


def write(feed: Feed, events: Sequence[Event]) -> Path:
    start = micros(0)
    return feed.write(
        line(event.stream, event.version, event.type, (event.recorded - start) / 1_000_000,
             occurred=(event.occurred - start) / 1_000_000, envelope=envelope(event), **event.data)
        for event in events
    )  # fmt: skip


def envelope(event: Event) -> dict[str, str]:
    causes = {} if event.cause is None else {"causationid": event.cause}
    return {"correlationid": event.correlation or "", **causes}


def compare_reactions(feed: Feed, truth: Truth, outcome: Outcome) -> None:
    calls = feed.rows("select expectation, a.event_id, (extract(epoch from due_at) * 1000000)::int8, m.event_id, "
                      "reactions from expected e join log a on a.position = e.after_position "
                      "left join log m on m.position = e.met_position")  # fmt: skip
    by_key = sorted((row[0], row[1], row[2:]) for row in calls)
    assert by_key == sorted((*key, value) for key, value in outcome.calls.items())
    found = feed.rows("select rule, l.event_id, (numbers->>'expectation')::int, state = 'resolved' from finding f "
                      "join log l on l.position = f.opened_by where rule like '%%_reaction'")  # fmt: skip
    assert sorted(found) == sorted((*key, is_over) for key, is_over in outcome.findings.items())
    met = Counter(number for (number, _), (_, by, _) in outcome.calls.items() if by is not None)
    usual = feed.rows("select expectation, sum(reactions)::int from usual group by 1 having sum(reactions) > 0")
    assert dict(usual) == met
    passed = feed.rows("select lane, from_state, to_state, type, sum(passed)::int from passage group by 1, 2, 3, 4 "
                       "having sum(passed) <> 0")  # fmt: skip
    assert {row[:4]: row[4] for row in passed} == truth.passages


def compare_findings(feed: Feed, found: Found) -> None:
    rows = feed.rows("select f.rule, l.event_id from finding f join log l on l.position = f.opened_by "
                     "where f.rule = any(%s)", list(RULES))  # fmt: skip
    assert Counter((row[0], row[1]) for row in rows) == found


def compare_findings_of_flows(feed: Feed, found: FlowsFound) -> None:
    rows = feed.rows("select f.rule, s.key, (extract(epoch from f.opened_at) * 1000000)::int8, f.state = 'resolved' "
                     "from finding f join subject s on s.id = f.subject_id where f.rule = any(%s)",
                     list(RULES_OF_FLOWS))  # fmt: skip
    assert Counter((row[0], row[1], row[2], row[3]) for row in rows) == found


PLACE = "p.book, p.kind, p.key, p.currency"


def compare(feed: Feed, truth: Truth) -> None:
    states = feed.rows("select r.name, a.state from aggregate a join stream r on r.id = a.stream_id")
    assert {row[0]: row[1] for row in states} == truth.states
    balances = feed.rows(f"select {PLACE}, amount, entries from balance b join place p on p.id = b.place_id")
    by_place = {row[:4]: (int(row[4]), row[5]) for row in balances if row[5]}
    assert by_place == {place: (truth.balances[place], n) for place, n in truth.entries.items() if not of_flow(place)}
    compare_days(feed, truth)
    compare_entries(feed, truth)
    compare_flows(feed, truth)
    books = feed.rows("select book, currency, sum(amount) from kind_total group by 1, 2")
    assert all(total == 0 for _, _, total in books)
    lines = feed.rows(
        "select s.kind, s.key, l.event_id from timeline t join subject s on s.id = t.subject_id "
        "join log l on l.position = t.position where s.kind !~ '^[$]'"
    )
    of_truth = {(kind, key, id_) for (kind, key), ids in truth.timelines.items() if " of " not in kind for id_ in ids}
    assert len(lines) == len(set(lines)) and set(lines) == of_truth


def of_flow(place: Place) -> bool:
    return place[1] == "transit"  # its entries are summed when they are asked for


def compare_days(feed: Feed, truth: Truth) -> None:
    rows = feed.rows(f"select {PLACE}, recorded_day, occurred_day, incoming - outgoing, entries from day_sum d "
                     "join place p on p.id = d.place_id")  # fmt: skip
    found = {(row[:4], row[4], row[5]): int(row[6]) for row in rows if row[7]}
    assert found == {key: units for key, units in truth.days.items() if not of_flow(key[0])}


def compare_entries(feed: Feed, truth: Truth) -> None:
    rows = feed.rows(f"select l.event_id, {PLACE}, balance from entry e join place p on p.id = e.place_id "
                     "join log l on l.position = e.position order by e.position, e.ordinal")  # fmt: skip
    assert len(rows) == sum(truth.entries.values())
    found: dict[tuple[str, Place], list[int]] = {}
    for row in rows:
        if row[5] is not None:
            found.setdefault((row[0], row[1:5]), []).append(int(row[5]))
    owned = {key: balances for key, balances in truth.running.items() if key[1][1] in ("available", "reserved")}
    assert found == owned


def compare_flows(feed: Feed, truth: Truth) -> None:
    rows = feed.rows("select s.key, f.nets from flow f join subject s on s.id = f.subject_id")
    places = {row[0]: row[1:] for row in feed.rows("select id, book, kind, key, currency from place")}
    found = {key: {places[place]: int(units) for place, units, _ in nets} for key, nets in rows}
    wanted = {flow: {place: units for place, units in nets.items() if units and not is_others(place, flow)}
              for flow, nets in truth.nets.items()}  # fmt: skip
    assert {flow: nets for flow, nets in found.items() if nets} == {flow: nets for flow, nets in wanted.items() if nets}


def is_others(place: Place, flow: str) -> bool:
    return place[1] == "transit" and place[2] != flow
