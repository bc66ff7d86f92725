"""The functions that are written of a model: what stands in them, and that nothing of a model's text runs as code."""

from __future__ import annotations

import json
import linecache

from audit.model.load import loads
from tests.model.good import changed, facts, read, small

HOSTILE = """'); import os; os._exit(7) #{x}\n\\"""
PAYLOAD = {"transfer": "T", "amount": "5.00", "currency": "DKK", "channel": "app"}


def test_what_a_model_says_stands_as_a_literal_whatever_it_holds() -> None:
    model = loads(changed("sets = { paid", f"sets = {{ note = {{ literal = {json.dumps(HOSTILE)} }}, paid"))
    assert read(model, "account-A", "Reserved", PAYLOAD).sets == {"note": HOSTILE, "paid": "5.00"}


def test_what_is_looked_up_under_a_condition_is_not_known_outside_it() -> None:
    model = small()
    assert len(read(model, "account-A", "Reserved", PAYLOAD).movements) == 1
    reading = read(model, "account-A", "Reserved", {**PAYLOAD, "channel": "branch"})
    assert (reading.problem, reading.movements, reading.declared) == (None, [], (500, "DKK"))


def test_the_lines_are_there_for_who_reads_a_traceback() -> None:
    small()
    lines = linecache.getlines("<model: account.Reserved>")
    assert lines[0] == "def read(facts, data, memory):\n"
    assert sum("data.get('amount')" in line for line in lines) == 2  # under the condition, and once after it


def test_ties_of_one_event_are_not_those_of_the_next() -> None:
    model = small()
    meaning = model.lanes["account"].events["Reserved"]
    meaning.read(facts("account-A", "Reserved"), PAYLOAD, {})
    again = meaning.read(facts("account-A", "Reserved"), {**PAYLOAD, "transfer": "U"}, {})
    assert again.ties == [("account", "A"), ("transfer", "U")]
