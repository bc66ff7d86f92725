"""What one event means: ties, states, movements, fields; and a problem, in words, where it cannot be read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.model.load import loads
from audit.model.meaning import Movement, Reading
from tests.model.good import changed, facts, read, small

MODEL = small()
RESERVED = '{"transfer": "T-1", "amount": "500.00", "currency": "DKK", "channel": "app"}'


def test_an_event_says_all_that_it_means() -> None:
    reading = read(MODEL, "account-A-1", "Reserved", RESERVED)
    assert reading == Reading(
        ties=[("account", "A-1"), ("transfer", "T-1")],
        allowed=frozenset({"open"}),
        sets={"paid": "500.00"},
        movements=[Movement("ledger", "available", "A-1", "reserved", "A-1", 50000, "DKK")],
        declared=(50000, "DKK"),
    )


def test_own_subject_stands_first_and_nothing_is_tied_twice() -> None:
    reading = read(MODEL, "payout/T-1/A-2", "Begun", {})
    assert reading.ties == [("payment", "T-1"), ("transfer", "T-1"), ("account", "A-2")]
    assert read(MODEL, "payment-T-1", "Begun", {}).ties == [("payment", "T-1"), ("transfer", "T-1")]
    twice = loads(changed('ties = { transfer = "transfer" }', 'ties = { transfer = ["transfer", "other"] }'))
    ties = read(
        twice, "account-A-1", "Reserved", {"transfer": "T", "other": "T", "amount": "1", "currency": "DKK"}
    ).ties
    assert ties == [("account", "A-1"), ("transfer", "T")]


def test_of_several_paths_any_may_be_missing_and_each_ties() -> None:
    model = loads(
        changed('ties = { customer = "customer" }', 'ties = { customer = ["sender", "receiver"] }').replace(
            "of {customer} ", ""
        )
    )
    assert read(model, "account-A", "Opened", {"receiver": "R", "sender": "S"}).ties[1:] == [
        ("customer", "S"),
        ("customer", "R"),
    ]
    assert read(model, "account-A", "Opened", {"receiver": "R"}).ties[1:] == [("customer", "R")]
    assert read(model, "account-A", "Opened", {}).problem is None


def test_a_tie_may_be_optional_or_the_correlation() -> None:
    model = loads(changed('ties = { customer = "customer" }', 'ties = { customer = "customer?" }'))
    assert read(model, "account-A", "Opened", {}).problem is None
    model = loads(changed('ties = { customer = "customer" }', 'ties = { transfer = "$correlation" }'))
    assert read(model, "account-A", "Opened", {}, correlation="T-9").ties == [("account", "A"), ("transfer", "T-9")]
    assert read(model, "account-A", "Opened", {}).problem is None
    assert model.lanes["account"].correlates == ("transfer",)


def test_an_identifier_may_be_a_number() -> None:
    assert read(MODEL, "account-A", "Opened", '{"customer": 692}').ties[1] == ("customer", "692")
    assert read(MODEL, "account-A", "Opened", '{"customer": 90071992547409931234}').ties[1] == (
        "customer",
        "90071992547409931234",
    )


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        ("{}", 'the field "transfer" is missing'),
        ('{"transfer": "T", "channel": "app", "currency": "DKK"}', 'the field "amount" is missing'),
        ('{"transfer": "T", "channel": "app", "amount": "5"}', 'the field "currency" is missing'),
        (
            '{"transfer": "T", "channel": "app", "amount": "5", "currency": "SEK"}',
            'the field "currency" names a currency that the model does not know. Declare it as [currency.CODE]',
        ),
        (
            '{"transfer": "T", "channel": "app", "amount": " 5", "currency": "DKK"}',
            'the field "amount" has spaces around it',
        ),
        ('{"transfer": "T", "channel": "app", "amount": "-5", "currency": "DKK"}', 'the field "amount" is negative'),
        (
            '{"transfer": "T", "channel": "app", "amount": "5.001", "currency": "DKK"}',
            'the field "amount" has more than the currency\'s 2 decimals',
        ),
        (
            '{"transfer": "T", "channel": "app", "amount": 5.5, "currency": "JPY"}',
            'the field "amount" has more than the currency\'s 0 decimals',
        ),
        ('{"transfer": "T\\u0000", "amount": "5", "currency": "DKK"}', 'the field "transfer" holds a character'),
        ('{"transfer": {"id": "T"}, "amount": "5", "currency": "DKK"}', 'the field "transfer" is missing'),
        ('"a text"', 'the field "transfer" is missing'),
        ("[1, 2]", 'the field "transfer" is missing'),
        ("null", 'the field "transfer" is missing'),
    ],
)
def test_an_event_that_cannot_be_read_moves_and_sets_nothing(payload: str, problem: str) -> None:
    reading = read(MODEL, "account-A", "Reserved", payload)
    assert reading.problem is not None and reading.problem.startswith(problem)
    assert (reading.to, reading.sets, list(reading.movements), reading.declared) == (None, None, [], None)
    assert reading.ties[0] == ("account", "A")


def test_a_problem_never_tells_the_value() -> None:
    reading = read(
        MODEL, "account-A", "Reserved", {"transfer": "T", "amount": "secret", "currency": "DKK", "channel": "app"}
    )
    assert reading.problem is not None and "secret" not in reading.problem


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ('"500"', "JPY", 500),
        ('"0.001"', "BHD", 1),
        ("123456789012345678901234567890.12", "DKK", 12345678901234567890123456789012),
    ],
)
def test_each_currency_has_its_own_digits(amount: str, currency: str, units: int) -> None:
    reading = read(MODEL, "account-A", "Deposited", f'{{"amount": {amount}, "currency": "{currency}"}}')
    assert [(one.units, one.currency) for one in reading.movements] == [(units, currency)]


def test_a_condition_decides_whether_money_moves() -> None:
    assert not read(MODEL, "account-A", "Reserved", RESERVED.replace("app", "letter")).movements
    for condition, payload, moves in [
        ('{ above = "0" }', '{"x": "0.01"}', True),
        ('{ above = "0" }', '{"x": 0}', False),
        ('{ above = "0" }', "{}", False),
        ('{ below = "0" }', '{"x": -0.5}', True),
        ("{ exists = true }", '{"x": null}', False),
        ("{ exists = false }", "{}", True),
        ("true", '{"x": true}', True),
        ("5", '{"x": 5}', True),
        ('{ above = "0", below = "9" }', '{"x": 9}', False),
    ]:
        model = loads(changed('when = { channel = ["app", "web"] }', f"when = {{ x = {condition} }}"))
        rest = ', "transfer": "T", "amount": "1", "currency": "DKK"}'
        made = read(model, "account-A", "Reserved", (payload[:-1] + rest).replace("{,", "{")).movements
        assert bool(made) is moves, (condition, payload)


def test_the_increase_of_a_cumulative_field_moves() -> None:
    memory: dict[str, str] = {}
    units = []
    for total in ("100.00", "100.00", "130.5"):
        reading = read(MODEL, "payment-T", "Grew", {"total": total}, memory)
        units.append([one.units for one in reading.movements])
        memory |= {f"set:{name}": value for name, value in (reading.sets or {}).items()}
    assert units == [[10000], [], [3050]]
    fallen = read(MODEL, "payment-T", "Grew", {"total": "130.49"}, memory)
    assert fallen.problem is not None and "less than before" in fallen.problem


def test_fields_are_totalled_and_computed() -> None:
    memory = {"set:limit": "1000", "set:paid": "123456789012345678901234567890.01"}
    reading = read(MODEL, "account-A", "Reserved", RESERVED, memory)
    assert reading.sets is not None and reading.sets["paid"] == "123456789012345678901234568390.01"
    assert reading.sets["left"] == "-123456789012345678901234567390.01"
    assert read(MODEL, "account-A", "Opened", {"customer": "C", "limit": 7}).sets == {"limit": "7", "left": "7"}
    assert read(MODEL, "account-A", "Opened", {"customer": "C"}).sets == {}


def test_older_events_are_read_as_the_newer_ones() -> None:
    old = read(MODEL, "account-A", "PaidIn", {"sum": {"value": "7"}, "currency": "DKK"})
    new = read(MODEL, "account-A", "Deposited", {"amount": "7", "currency": "DKK"})
    assert old == new and old.movements


def test_without_from_any_state_but_the_final_ones_may_be_left() -> None:
    assert read(MODEL, "account-A", "Closed", {}).allowed == frozenset({"", "open", "closed"})
    model = loads(changed('state = { to = "closed" }', 'state = { to = "open" }'))
    assert read(model, "account-A", "Closed", {}).allowed == frozenset({"", "open"})
    model = loads(changed('state = { to = "closed" }', 'correction = true\nstate = { to = "open" }'))
    assert read(model, "account-A", "Closed", {}).allowed is None


def test_identifiers_say_whether_they_are_personal() -> None:
    reading = read(MODEL, "account-A", "Opened", {"customer": "C", "iban": "DK1", "holder": {"name": "Mette"}})
    assert reading.identifiers == [("iban", "DK1", False), ("holder", "Mette", True)]


def test_an_item_keeps_a_state_of_its_own() -> None:
    model = loads(
        changed("inherits", 'item = "work"\ninherits').replace(
            "[lane.account.event.Closed]", '[lane.account.event.Closed]\nitem = { literal = "close" }'
        )
    )
    assert read(model, "account-A", "Opened", {"customer": "C", "work": "w"}).item == "w"
    assert read(model, "account-A", "Closed", {}).item == "close"
    assert "work" in (read(model, "account-A", "Opened", {"customer": "C"}).problem or "")


def test_a_place_may_be_named_by_what_the_stream_remembers() -> None:
    model = loads(
        changed(
            'from = "outside", to = "available:{account}"', 'from = "outside:{customer}", to = "available:{account}"'
        )
    )
    payload = {"amount": "1", "currency": "DKK"}
    assert read(model, "account-A", "Deposited", payload, {"customer": "C"}).movements[0].from_key == "C"
    assert read(model, "account-A", "Deposited", {**payload, "customer": "P"}).movements[0].from_key == "P"
    assert "customer" in (read(model, "account-A", "Deposited", payload).problem or "")


def test_personal_fields_are_sealed_under_the_customer_else_the_first_tie() -> None:
    owner = MODEL.lanes["account"].events["Opened"].owner
    assert owner is not None
    assert owner(facts("account-A", "Opened"), {"customer": "C"}) == ("customer", "C")
    assert owner(facts("account-A", "Opened"), {}) == ("account", "A")
    assert owner(facts("nothing", "Opened"), "no object") == ("stream", "nothing")  # type: ignore[arg-type]


def test_asserted_values_are_read() -> None:
    asserted = MODEL.lanes["account"].events["Deposited"].asserted
    assert asserted is not None
    (one,) = asserted(facts("account-A", "Deposited"), {"balance": "-3.5", "currency": "DKK"}, {})
    assert (one.units, one.tolerance, one.places) == (-350, 10, (("available", "A"), ("reserved", "A")))
    assert asserted(facts("account-A", "Deposited"), {"balance": "x", "currency": "DKK"}, {}) == ()


def test_what_an_index_cannot_hold_is_a_problem() -> None:
    assert "longer than 500" in (read(MODEL, "account-A", "Opened", {"customer": "x" * 501}).problem or "")
    assert MODEL.lane_of("account-" + "x" * 501) is None
    assert MODEL.lane_of("account-a\x00b") is None
    assert MODEL.lane_of("account-") is None
    assert MODEL.lane_of('account-"a\nb') is not None


def test_a_derived_stream_belongs_to_no_lane_and_is_known() -> None:
    assert MODEL.lane_of("public") is None
    assert any(one.matches("public") for one in MODEL.derived)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["transfer", "amount", "currency", "channel", "customer", "limit", "holder", "iban", "total", "balance", "sum"]
)
LIKELY = st.sampled_from(
    [
        "DKK",
        "JPY",
        "5.00",
        "-1",
        " 5",
        "",
        "app",
        "T-1",
        Decimal("1E+5000"),
        Decimal("NaN"),
        10**5000,
        "\x00",
        "\ud800",
        "x" * 600,
    ]
)
MEMORIES = st.dictionaries(
    st.sampled_from(["customer", "set:paid", "set:limit", "set:total"]),
    st.text() | st.sampled_from(["5", "x"]),
    max_size=4,
)


@settings(max_examples=400)
@given(
    st.sampled_from([(lane.name, type_) for lane in MODEL.lanes.values() for type_ in lane.events]),
    st.sampled_from(["account-A", "payment-T", "payout/T/A", "nothing", ""]) | st.text(),
    JSON | st.dictionaries(FIELDS, LIKELY | JSON, max_size=8),
    MEMORIES,
)
def test_reading_never_raises(event: tuple[str, str], stream: str, payload: Any, memory: dict[str, str]) -> None:
    meaning = MODEL.lanes[event[0]].events[event[1]]
    reading = meaning.read(facts(stream, event[1]), payload, memory)
    if reading.problem is not None:
        assert "please report" not in reading.problem, reading.problem
        assert not reading.movements and reading.to is None and not reading.sets
    assert all(one.units >= 0 and one.currency in MODEL.digits for one in reading.movements)
    assert len(set(reading.ties)) == len(reading.ties)
    assert meaning.owner is not None and meaning.owner(facts(stream, event[1]), payload)
    if meaning.asserted is not None:
        meaning.asserted(facts(stream, event[1]), payload, memory)
