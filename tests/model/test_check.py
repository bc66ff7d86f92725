"""What is wrong in a model is told exactly: the file, the line, the key and the mend. One thing is changed in a good one."""

# ruff: noqa: E501

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.model.good import GOOD, changed, errors, found

SLIPS = tomllib.loads(Path(__file__).with_name("slips.toml").read_text(encoding="utf-8"))["slip"]


@pytest.mark.parametrize("slip", SLIPS, ids=[slip["new"].strip()[:60] for slip in SLIPS])
def test_a_mistake_is_told_with_its_mend(slip: dict[str, Any]) -> None:
    assert errors(changed(slip["old"], slip["new"])) == slip["says"]


def test_all_mistakes_are_told_at_once() -> None:
    text = changed('to = "open" }', 'to = "opne" }').replace('zone = "Europe/Copenhagen"', 'zone = "Nowhere"', 1)
    text = text.replace('book = "ledger", amount', 'book = "ledgr", amount', 1)
    assert [message.split(":")[0] for message in errors(text)] == [
        "m.toml, line 4, model.zone",
        "m.toml, line 54, lane.account.event.Opened.state.to",
        "m.toml, line 67, lane.account.event.Reserved.moves[1].book",
    ]


def test_every_line_of_a_broken_file_is_survived() -> None:
    """Whatever single line is lost, there is a word for it and never an exception."""
    lines = GOOD.splitlines()
    for number in range(len(lines)):
        examined = found("\n".join(lines[:number] + lines[number + 1 :]))
        assert (examined.model is None) == bool(examined.errors)


def test_every_value_may_be_of_the_wrong_type() -> None:
    for wrong in ("5", "true", "[1]", "{ a = 1 }", '"?"', "1.5", "2026-01-01", "[]", "{}"):
        lines = GOOD.splitlines()
        for number, line in enumerate(lines):
            key, equals, _ = line.partition(" = ")
            if equals and not line.startswith("["):
                examined = found("\n".join([*lines[:number], f"{key} = {wrong}", *lines[number + 1 :]]))
                assert (examined.model is None) == bool(examined.errors), (line, wrong)


def test_a_personal_field_is_refused_wherever_it_would_be_kept_in_the_clear() -> None:
    base = changed('personal = ["holder.name"]', 'personal = ["holder"]')
    for use in (
        'ties = { customer = "holder.id" }',
        'item = "holder.id"',
        'sets = { name = "holder.name" }',
        'sets = { sum = { total_of = "holder.sum" } }',
        'declares = { amount = "holder.sum", currency = "c" }',
        'moves = [{ book = "ledger", amount = "holder.sum", currency = "c", from = "outside", to = "available:{account}" }]',
        'moves = [{ book = "ledger", amount = "a", currency = "holder.c", from = "outside", to = "available:{account}" }]',
        'moves = [{ book = "ledger", amount = "a", currency = "c", from = "outside:{holder.x}", to = "available:{account}" }]',
        'moves = [{ book = "ledger", amount = "a", currency = "c", from = "outside", to = "available:{account}", when = { "holder.x" = "y" } }]',
        'asserts = [{ field = "holder.sum", book = "ledger", places = ["available:{account}"], currency = "c" }]',
    ):
        name = use.partition(" ")[0]
        text = "\n".join(
            line for line in base.splitlines() if not (line.startswith(f"{name} =") and "customer" in line)
        )
        text = text.replace("identifiers = { iban", use + "\nidentifiers = { iban", 1)
        if name in ("ties", "sets"):
            text = text.replace(
                'ties = { customer = "customer" }\n', "" if name == "ties" else 'ties = { customer = "customer" }\n', 1
            )
            text = text.replace(
                'sets = { limit = "limit?" }\n', "" if name == "sets" else 'sets = { limit = "limit?" }\n', 1
            )
        assert any('"holder' in message and "is personal" in message for message in errors(text)), use


def test_one_of_a_personal_list_is_personal() -> None:
    text = changed('personal = ["holder.name"]', 'personal = ["holders.name"]\nitem = "holders.0.name"')
    assert any('"holders.0.name" is personal' in message for message in errors(text))


def test_what_is_personal_in_one_form_must_be_in_the_other() -> None:
    """An older event has the field elsewhere: it would be kept there in the clear, or masked there alone."""
    for personal, upcast, missing in (
        ("holder.name", '"holder.name" = "owner.name"', None),  # upcast names the very path: both are personal
        ("holder", '"holder.name" = "owner"', "owner"),
        ("holder.name", 'holder = "owner"', "owner.name"),
        ("owner", '"holder.name" = "owner.name"', "holder.name"),
        ("owner.name", 'holder = "owner"', "holder.name"),
    ):
        text = changed('personal = ["holder.name"]', f'personal = ["{personal}"]\nupcast = {{ {upcast} }}')
        refused = [one for one in errors(text) if "its other form by upcast" in one]
        assert [f'"{missing}", is not' in one for one in refused] == ([True] if missing else []), personal
        if missing:
            both = text.replace(f'personal = ["{personal}"]', f'personal = ["{personal}", "{missing}"]')
            assert not [one for one in errors(both) if "its other form by upcast" in one]


def test_what_may_be_left_out_is_only_warned_of() -> None:
    text = changed('says = "closed"\n', "").replace("[kind.customer]", "[kind.customer]\n[kind.card]", 1)
    warnings = [str(warning) for warning in found(text).warnings if '"da"' not in str(warning)]
    assert warnings == [
        'm.toml, line 16, kind.card: no event is ever tied to this kind. Tie it: ties = { card = "path" }',
        'm.toml, line 78, lane.account.event.Closed: the event has no sentence for staff. Add says = "..."',
    ]


def test_a_slip_in_a_sentence_is_doubted() -> None:
    text = changed('tells = "Your {amount} is set aside"', 'tells = "Your {amuont} is set aside"')
    warnings = [str(warning) for warning in found(text).warnings if "not used elsewhere" in str(warning)]
    assert len(warnings) == 1 and 'Did you mean "{amount}"?' in warnings[0]


def test_a_retry_says_whether_it_sends_again() -> None:
    text = changed('says = "closed"\n', 'says = "closed"\nretry = true\n')
    assert [str(one) for one in found(text).warnings if "can pay twice" in str(one)] != []
    text = text.replace("retry = true\n", 'retry = true\nasks_again = "question"\n')
    assert [str(one) for one in found(text).warnings if "can pay twice" in str(one)] == []
