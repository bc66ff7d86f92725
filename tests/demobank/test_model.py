"""The model says what the bank does: every honest event is legal and in time by it, and nothing is left unsaid."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from typing import Any

import msgspec
import pytest

from audit.model.load import examine, load
from audit.model.meaning import Facts, Model, Reading
from demobank import books
from demobank.answer_key import MODEL as MODEL_FILE
from demobank.books import lane_of
from demobank.work import Row
from tests.demobank.conftest import Past

MODEL: dict[str, Any] = tomllib.loads(MODEL_FILE.read_text(encoding="utf-8"))
RARE = {("card_payment", "LateCaptureRefused"), ("exchange", "Declined")}  # not in every history


def meaning(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = MODEL["lane"][lane_of(row.stream)[0]]["event"][row.type]
    return found


def test_every_event_type_but_the_planted_one_is_declared(past: Past) -> None:
    unknown = {row.type for row in past.rows if row.type not in MODEL["lane"][lane_of(row.stream)[0]].get("event", {})}
    assert unknown == {"AccountScreened"}


def test_every_declared_event_happens(past: Past) -> None:
    declared = {(lane, type_) for lane, parts in MODEL["lane"].items() for type_ in parts["event"]}
    happened = {(lane_of(row.stream)[0], row.type) for row in past.rows}
    assert declared - RARE == happened - RARE - {("account", "AccountScreened")}


def test_every_event_and_state_has_its_words_in_both_languages() -> None:
    for lane in MODEL["lane"].values():
        for event in lane["event"].values():
            for text in ("title", "says", "tells"):
                assert set(event[text]) == {"en", "da"}
        assert all(set(state["title"]) == {"en", "da"} for state in lane["state"].values())


def test_customers_hear_of_no_services_and_events() -> None:
    for lane in MODEL["lane"].values():
        for type_, event in lane["event"].items():
            for text in event["tells"].values():
                for word in ("adapter", "clearing", "core", "event", "{transfer}", "custody", "ledger", type_ + "ed"):
                    assert word not in text.lower(), text


def test_every_honest_transition_is_legal_and_no_state_outlasts_its_time(past: Past, model: Model) -> None:
    state: dict[str, tuple[str, int]] = {}
    for row in past.honest():
        declared = meaning(row).get("state", {})
        now, since = state.get(row.stream, ("none", row.recorded))
        assert now in declared.get("from", [now]), row
        known = model.lanes[lane_of(row.stream)[0]].states.get(now)
        if "to" in declared:
            if known is not None and known.within is not None:
                assert row.recorded <= model.due(since, known.within), row
            state[row.stream] = (declared["to"], row.recorded)


def test_every_expected_reaction_comes_in_time_and_not_too_often(past: Past, model: Model) -> None:
    flows: dict[str, list[tuple[tuple[str, str], int]]] = defaultdict(list)
    for row in past.rows:
        if row.correlation and row.correlation not in past.run.planting.watched:
            flows[row.correlation].append(((lane_of(row.stream)[0], row.type), row.recorded))
    for expected in model.expectations:
        for key, events in flows.items():
            for time in [time for type_, time in events if type_ == expected.after]:
                reactions = [at for type_, at in events if type_ in expected.one_of and at >= time]
                assert reactions and reactions[0] <= model.due(time, expected.within), (key, expected)
                assert len(reactions) <= (expected.at_most or len(reactions)), (key, expected)


def test_no_personal_field_steers_money_or_states() -> None:
    for lane in MODEL["lane"].values():
        for event in lane["event"].values():
            used = str(event.get("moves", "")) + str(event.get("ties", "")) + str(event.get("sets", ""))
            assert not any(path in used for path in event.get("personal", []))


@pytest.fixture(scope="module")
def model() -> Model:
    return load(MODEL_FILE)


def test_the_model_moves_exactly_what_the_banks_own_books_move(past: Past, model: Model) -> None:
    """Two accounts of the same events: the bank's, kept by hand, and the model's, which the console reads."""
    for row in past.rows:
        reading = read(model, row)
        if reading is None:
            assert not books.movements(row)
            continue
        assert reading.problem is None, (row, reading.problem)
        moved = [
            (
                move.book,
                place(move.from_kind, move.from_key),
                place(move.to_kind, move.to_key),
                move.units,
                move.currency,
            )
            for move in reading.movements
        ]
        assert moved == list(books.movements(row)), row


def test_every_transfer_is_tied_to_it_in_all_its_lanes(past: Past, model: Model) -> None:
    for row in past.rows:
        reading = read(model, row)
        if (
            reading is not None
            and row.correlation
            and row.correlation.startswith("T-")
            and row.type != "TransferRefused"
        ):
            assert ("transfer", row.correlation) in reading.ties, row


def test_its_check_finds_nothing_wrong() -> None:
    examined = examine(MODEL_FILE.read_text(encoding="utf-8"))
    assert not examined.errors
    assert not examined.warnings


def read(model: Model, row: Row) -> Reading | None:
    """What the compiled model makes of the event; None where it is unreadable or unknown."""
    found = model.meaning(row.stream, row.type)
    assert found is not None, row.stream
    if found[2] is None:
        return None
    try:
        data = msgspec.json.decode(row.data)
    except msgspec.DecodeError:
        return None
    facts = Facts(
        row.service, row.stream, row.type, row.id, row.version, row.occurred, row.recorded, row.correlation, None
    )
    return found[2].read(facts, data, {})


def place(kind: str, key: str) -> str:
    return f"{kind}:{key}" if key else kind
