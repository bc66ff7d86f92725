"""The answer key: made of what the bank did, complete for each fault, and in the model's words."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from demobank.answer_key import answer_key, write
from demobank.books import nets
from demobank.fault import HOUR
from demobank.faults import DEFAULT, FAULTS
from demobank.history import simulation
from tests.demobank.conftest import Past

CLOSED_AFTER = 6 * HOUR  # as the model says
RULES = """
unbalanced_event transfer_not_conserved residue_at_end trial_balance negative_place amount_drift stuck missing_reaction
late_reaction illegal_transition life_after_death reservation_leak unmatched_resolution double_effect half_compensation
redelivery id_collision duplicate_effect duplicate_reaction version_gap version_clash effect_before_cause orphan_cause
unknown_event position_hole source_silent clock_anomaly asserted_value_differs reconciliation_break unreadable
unreasoned_correction access_anomaly trail_integrity trail_incomplete missing_in_store changed_at_source books_disagree
forbidden_state
"""


def test_it_has_an_entry_for_every_planted_fault(past: Past) -> None:
    names = [entry["fault"] for entry in answer_key(past.run.planting)]
    assert {name: names.count(name) for name in DEFAULT} == DEFAULT


def test_its_rules_are_named_as_the_design_names_them() -> None:
    for fault in FAULTS.values():
        assert fault.rules and set(fault.rules) <= set(RULES.split())


def test_its_evidence_exists(past: Past) -> None:
    known = {f"{row.service}/{row.id}" for row in past.rows}
    for entry in answer_key(past.run.planting):
        assert entry["events"] and set(entry["events"]) <= known, entry["fault"]


def test_a_transfers_places_hold_its_whole_amount_at_every_moment(past: Past) -> None:
    for entry in answer_key(past.run.planting):
        assert [moment["moment"] for moment in entry["moments"]] == ["before", "between", "after"]
        if entry["subject"].startswith("transfer:") and "transfer_not_conserved" not in entry["rules"]:
            for moment in entry["moments"]:
                assert sum(Decimal(place["amount"]) for place in moment["where"]) == Decimal("500.00"), entry["fault"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("clearing_never_answers", "clearing"),
        ("handler_crashed", "transit"),
        ("handled_twice", "other_bank"),
        ("succeeded_still_reserved", "other_bank"),
        ("left_not_arrived", "transit"),
        ("half_compensation", "held"),
        ("illegal_transition", "other_bank"),
        ("id_collision", "customer"),
    ],
)
def test_the_money_ends_where_the_fault_leaves_it(past: Past, fault: str, kind: str) -> None:
    entries = [entry for entry in answer_key(past.run.planting) if entry["fault"] == fault]
    assert entries
    for entry in entries:
        (place,) = entry["moments"][-1]["where"]
        assert place["place"].split(":")[0] == kind


@pytest.mark.parametrize(
    ("fault", "places"),
    [
        ("sent_twice", {"clearing": "500.00", "other_bank": "500.00"}),
        ("settled_twice", {"other_bank": "1000.00"}),
        ("paid_and_given_back", {"other_bank": "500.00", "returned": "500.00"}),
        ("captured_too_much", {"shop": "650.00"}),
        ("reversed_still_held", {"held": "500.00"}),
        ("sweden_forgotten", {"transit": "500.00"}),
    ],
)
def test_money_that_is_there_twice_is_told_as_it_is(past: Past, fault: str, places: dict[str, str]) -> None:
    (entry,) = [entry for entry in answer_key(past.run.planting) if entry["fault"] == fault]
    found = {place["place"].split(":")[0]: place["amount"] for place in entry["moments"][-1]["where"]}
    assert found == places


def test_what_covers_a_dip_takes_the_rule_out_of_the_key() -> None:
    """A reservation that was left behind hides that another was removed twice."""
    run = simulation("covered", 6_000, 0, {}, [("handler_crashed", "handled_twice"), ("handled_twice", "told_twice")])
    list(run.run())
    handled = [entry for entry in answer_key(run.planting) if entry["fault"] == "handled_twice"]
    assert sorted("negative_place" in entry["rules"] for entry in handled) == [False, True]


@pytest.mark.parametrize("seed", ["g7", "g18", "g48", "zz"])
def test_what_was_backdated_fell_into_a_closed_period_of_an_open_account(seed: str) -> None:
    """In a short history many a customer is new, and the time before them was never closed."""
    run = simulation(seed, 3_000, 0)
    list(run.run())
    struck = [planted.rows[0] for planted in run.planting.planted if planted.fault.name == "backdated_event"]
    assert struck and all(row.recorded - row.occurred > CLOSED_AFTER for row in struck)
    assert all(row.occurred > run.planting.kept[row.stream][0].recorded for row in struck)


@pytest.mark.parametrize("seed", ["g1", "g48"])
def test_a_customers_money_is_that_of_all_their_accounts(seed: str) -> None:
    """One in another currency counts, and one that only pays bills."""
    run = simulation(seed, 3_000, 0)
    rows = list(run.run())
    [entry] = [one for one in answer_key(run.planting) if one["fault"] == "version_gap"]
    customer = entry["subject"].partition(":")[2].encode()
    own = {row.stream[8:] for row in rows if row.type == "AccountOpened" and customer in row.data}
    for moment in entry["moments"]:
        until = datetime.fromisoformat(moment["at"]).timestamp() * 1_000_000
        held = nets(row for row in rows if row.recorded <= until)
        expected = {place for book, place, _ in held if book == "ledger" and place.partition(":")[2] in own}
        assert {place["place"] for place in moment["where"]} == expected and len(own) > 1


def test_a_correction_shows_in_the_account(past: Past) -> None:
    for entry in answer_key(past.run.planting):
        if entry["fault"] == "correction":
            before, between, _ = (Decimal(moment["where"][0]["amount"]) for moment in entry["moments"])
            assert between - before == Decimal("125.00")


def test_what_to_tell_is_said_in_both_languages_without_gaps(past: Past) -> None:
    for entry in answer_key(past.run.planting):
        for moment in entry["moments"]:
            for language in ("en", "da"):
                text = moment["tells"][language]
                assert text and "{" not in text, (entry["fault"], text)


def test_a_struck_transfer_is_told_in_words_a_customer_understands(past: Past) -> None:
    entry = next(one for one in answer_key(past.run.planting) if one["fault"] == "clearing_never_answers")
    assert entry["moments"][-1]["tells"]["en"] == (
        "Your 500.00 DKK was sent to the Danish payment system. We do not have its answer yet and have asked again. "
        "Until it comes, the amount stays reserved on your account."
    )


def test_an_unknown_fault_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="there is no fault 'gremlins'"):
        simulation("x", 6_000, 0, {"gremlins": 1})


def test_too_many_faults_for_too_few_people_are_refused() -> None:
    with pytest.raises(ValueError, match="nobody is left"):
        list(simulation("x", 3_000, 0, {"correction": 500}).run())


def test_a_fault_that_few_can_have_finds_its_victim_in_a_short_history_too() -> None:
    """Of this seed's few customers with another currency all had two faults when an exchange was to go wrong."""
    run = simulation("b206", 3_000, 0)
    list(run.run())
    assert sorted(entry["fault"] for entry in answer_key(run.planting)) == sorted(
        name for name, count in DEFAULT.items() for _ in range(count)
    )


def test_it_is_written_whole(past: Past, tmp_path: Path) -> None:
    answers = answer_key(past.run.planting)
    write(tmp_path / "faults.json", answers)
    assert msgspec.json.decode((tmp_path / "faults.json").read_bytes()) == answers
    assert [path.name for path in tmp_path.iterdir()] == ["faults.json"]
