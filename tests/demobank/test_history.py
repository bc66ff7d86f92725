"""The history: the same for the same seed, exact in number, conserved, dense, with nothing honest left unfinished."""

from __future__ import annotations

from collections import defaultdict

import msgspec
import pytest

from demobank import books
from demobank.aggregates import KINDS
from demobank.faults import DEFAULT
from demobank.history import simulation
from demobank.work import SERVICES, Row
from tests.demobank.conftest import ANCHOR, EVENTS, Past, make_past

PASSING = ("between", "held", "transit", "clearing")
HELD = ("reserved", "scheduled", "card_hold")
FINAL = {kind.prefix: kind.final for kind in KINDS if kind.final and kind.lane not in ("account", "standing_order")}


def test_the_same_seed_gives_the_same_bytes(past: Past) -> None:
    assert make_past().rows == past.rows


@pytest.mark.parametrize("days", [400, 3, 38])
def test_another_anchor_shifts_the_times_and_nothing_else(past: Past, days: int) -> None:
    """But for the accounts that follow the bank's days; 38 days later lies Christmas."""
    shift = 86_400_000_000 * days + 12_345_678
    moved = make_past(anchor=ANCHOR + shift)
    here, there = _by_stream(past), _by_stream(moved)
    assert here.keys() == there.keys()
    for stream, rows in here.items():
        assert list(map(_timeless, rows)) == list(map(_timeless, there[stream]))
        assert all(
            abs(moved.recorded - row.recorded - shift) < 50_000 for row, moved in zip(rows, there[stream], strict=True)
        )


def _timeless(row: Row) -> Row:
    """An exchange ends on an account that may follow the bank's days: its cause's version is then another."""
    causation = None if row.stream.startswith("exchange-") else row.causation
    return msgspec.structs.replace(row, occurred=0, recorded=0, causation=causation)


def _by_stream(past: Past) -> dict[str, list[Row]]:
    """The rows of streams in which the bank's days have no part, without the deposits that fill a history up."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in past.rows:
        if row.recorded < past.run.start + past.run.closing:
            found[row.stream].append(row)
    accounts = {f"account-{key}" for key in past.run.by_day.accounts()}
    follows = past.run.by_day.follows
    return {
        stream: rows
        for stream, rows in found.items()
        if stream not in accounts and not any(follows(row.correlation) for row in rows)
    }


def test_another_seed_gives_another_bank(past: Past) -> None:
    ids = {row.id for row in past.rows}
    assert ids.isdisjoint(row.id for row in simulation("other", EVENTS, ANCHOR).run())


def test_it_writes_exactly_as_many_events_as_asked() -> None:
    for events in (6_000, 20_001):
        assert sum(1 for _ in simulation("exact", events).run()) == events


def test_it_ends_at_the_anchor(past: Past) -> None:
    assert ANCHOR - 5_000_000 < past.rows[-1].recorded < ANCHOR


def test_recorded_times_never_go_back_and_occurred_never_follow_recorded(past: Past) -> None:
    rows = past.unstruck()
    for earlier, later in zip(rows, rows[1:], strict=False):
        assert earlier.recorded <= later.recorded
    assert all(row.occurred <= row.recorded for row in rows)


def test_versions_are_dense_but_for_the_planted_gap(past: Past) -> None:
    versions: dict[str, list[int]] = defaultdict(list)
    for row in past.rows:
        versions[row.stream].append(row.version)
    broken = {stream for stream, found in versions.items() if found != list(range(1, len(found) + 1))}
    gaps = [planted for planted in past.run.planting.planted if planted.fault.name == "version_gap"]
    assert broken == {planted.rows[0].stream for planted in gaps}


def test_event_identifiers_are_unique_in_each_store(past: Past) -> None:
    for service in SERVICES:
        ids = [row.id for row in past.rows if row.service == service]
        assert len(ids) == len(set(ids))


def test_only_the_planted_collision_bears_an_identifier_of_the_other_store(past: Past) -> None:
    stores = [{row.id for row in past.rows if row.service == service} for service in SERVICES]
    planted = [one for one in past.run.planting.planted if one.fault.borrows]
    borrowed = {one.borrowed.id for one in planted if one.borrowed}
    assert stores[0] & stores[1] == borrowed


def test_every_cause_is_known_and_comes_before_its_effect(past: Past) -> None:
    recorded: dict[str, int] = {}
    known = {id(row) for row in past.unstruck()}
    for row in past.rows:
        if row.causation is not None and id(row) in known:
            assert recorded[row.causation] <= row.recorded
        recorded.setdefault(row.id, row.recorded)


def test_a_few_streams_know_no_causes(past: Past) -> None:
    effects = [row for row in past.rows if row.stream.startswith("adapter-transfer-")]
    without = sum(row.causation is None for row in effects)
    assert 0 < without < len(effects) / 10


def test_on_every_prefix_the_books_are_conserved_and_no_passing_place_owes(past: Past) -> None:
    balance: dict[tuple[str, str], int] = defaultdict(int)
    total: dict[str, int] = defaultdict(int)
    for row in past.unstruck():
        for book, source, target, units, currency in books.movements(row):
            assert units >= 0
            for place, change in ((source, -units), (target, units)):
                balance[book, place + currency] += change
                total[book + currency] += change
            assert balance[book, source + currency] >= 0 or source.split(":")[0] not in PASSING
        assert not any(total.values())


def test_no_honest_flow_is_in_flight_at_the_anchor(past: Past) -> None:
    states: dict[str, str] = {}
    for row in past.honest():
        for kind in KINDS:
            if row.stream.startswith(kind.prefix):
                states[row.stream] = kind.legal[row.type][1] or states[row.stream]
    for stream, state in states.items():
        for prefix, final in FINAL.items():
            if stream.startswith(prefix):
                assert state in final, stream


def test_every_honest_transfer_leaves_its_passing_places_empty(past: Past) -> None:
    flows: dict[str, list[Row]] = defaultdict(list)
    for row in past.rows:
        if row.correlation is not None and row.correlation[:2] in ("T-", "P-"):
            flows[row.correlation].append(row)
    for key, rows in flows.items():
        left = {place.split(":")[0] for _, place, _ in books.nets(rows)} & {*HELD, *PASSING}
        assert not left or key in past.struck(), key


def test_every_transfer_has_its_whole_amount_somewhere_at_every_step(past: Past) -> None:
    nets: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    whole_of: dict[str, int] = {}
    struck = past.struck()
    for row in past.rows:
        for book, source, target, units, _ in books.movements(row):
            if book == "custody" and row.correlation is not None and row.correlation not in struck:
                flow = nets[row.correlation]
                flow[source] -= units
                flow[target] += units
                whole = whole_of.setdefault(row.correlation, units)
                assert sum(net for net in flow.values() if net > 0) == whole


def test_accounts_are_never_overdrawn(past: Past) -> None:
    available: dict[str, int] = defaultdict(int)
    struck = [one for one in past.run.planting.planted if one.fault.name == "overdrawn_by_fee"]
    fined = {f"available:{planted.account}" for planted in struck}
    for row in past.rows:
        for book, source, target, units, _ in books.movements(row):
            if book == "ledger":
                available[source] -= units
                available[target] += units
        place = f"available:{row.stream.removeprefix('account-')}"
        assert available[place] >= 0 or place in fined


def test_every_fault_is_planted_as_often_as_stated(past: Past) -> None:
    planted = [planted.fault.name for planted in past.run.planting.planted]
    assert {name: planted.count(name) for name in DEFAULT} == DEFAULT


def test_no_faults_are_planted_when_none_are_wanted() -> None:
    run = simulation("none", 6_000, ANCHOR, {})
    rows = list(run.run())
    assert not run.planting.planted
    assert all(row.type != "AccountScreened" for row in rows)


def test_the_history_has_every_kind_of_honest_trouble(past: Past) -> None:
    types = {row.type for row in past.honest()}
    wanted = {"TimedOut", "AskedAgain", "Rejected", "Failed", "ReservationReleased", "TransactionReversed", "Corrected"}
    assert wanted | {"TransferRefused", "BatchReceived", "RoutedInside", "AddressChanged"} <= types
    cards = {"Captured", "CapturedInPart", "RestReleased", "Declined", "Reversed", "HoldExpired", "CapturedLate"}
    assert cards | {"CurrencySold", "Queued", "Settled", "Executed", "Skipped", "Cancelled", "StatementMade"} <= types
