"""Sentences are plain text, filled with what the event says; amounts are money, personal values go through the mask."""

from __future__ import annotations

from typing import Any

from audit.model.load import loads
from audit.model.meaning import Model
from audit.model.texts import render, sentence, sentence_values
from tests.model.good import changed, facts, read, small

MODEL = small()


def values(model: Model, stream: str, type_: str, payload: dict[str, Any], **more: Any) -> dict[str, str]:
    meant = model.meaning(stream, type_)
    assert meant is not None and meant[2] is not None
    reading = read(model, stream, type_, payload)
    return sentence_values(
        meant[2],
        facts(stream, type_, recorded=1_700_000_000_000_000),
        payload,
        reading,
        {},
        digits=model.digits,
        **more,
    )


def test_names_are_filled() -> None:
    assert render("{amount} for {who}", {"amount": "5.00 DKK", "who": "T"}) == "5.00 DKK for T"


def test_nothing_is_escaped_or_run() -> None:
    assert render("{a}", {"a": "<script>{b}</script> & {0.__class__}"}) == "<script>{b}</script> & {0.__class__}"


def test_what_is_missing_is_shown_as_missing() -> None:
    assert render("{amount} for {who}", {}) == "? for ?"


def test_amounts_are_shown_as_money() -> None:
    payload = {"transfer": "T-1", "amount": "500", "currency": "DKK", "channel": "app"}
    found = values(MODEL, "account-A", "Reserved", payload)
    assert found == {"amount": "500.00 DKK", "transfer": "T-1"}
    assert values(MODEL, "account-A", "Reserved", {**payload, "amount": 1, "currency": "JPY"})["amount"] == "1 JPY"
    assert values(MODEL, "account-A", "Reserved", {**payload, "amount": "x"})["amount"] == "x"
    found = values(MODEL, "account-A", "Reserved", payload, money=lambda money: f"{money.units} minor")
    assert found["amount"] == "50000 minor"


def test_an_amount_of_other_events_is_money_here_too() -> None:
    model = loads(changed('says = "closed"', 'says = "closed with {amount}"'))
    assert values(model, "account-A", "Closed", {"amount": "7", "currency": "DKK"})["amount"] == "7.00 DKK"
    assert values(model, "account-A", "Closed", {"amount": "7"})["amount"] == "7"
    model = loads(changed('says = "closed"', 'says = "closed with {amount} {currency}"'))
    assert values(model, "account-A", "Closed", {"amount": "7", "currency": "DKK"})["amount"] == "7"


def test_one_of_a_list_is_as_personal_as_the_list_s_field() -> None:
    model = loads(
        changed('says = "closed"', 'says = "closed by {by.0.name}, {by.0.id}"\npersonal = ["by.name"]')
    )
    found = values(model, "account-A", "Closed", {"by": [{"name": "Mette Hansen", "id": 7}]})
    assert found == {"by.0.name": "•••", "by.0.id": "7"}


def test_personal_values_go_through_the_mask() -> None:
    payload = {"customer": "C", "holder": {"name": "Mette Hansen"}}
    assert values(MODEL, "account-A", "Opened", payload)["holder.name"] == "•••"
    masked = values(MODEL, "account-A", "Opened", payload, mask=lambda path, value: f"{path}={value[0]}.")
    assert masked["holder.name"] == "holder.name=M."
    assert masked["customer"] == "C"


def test_a_parent_of_a_personal_field_is_not_shown_either() -> None:
    model = loads(changed('personal = ["holder.name"]', 'personal = ["holder"]'))
    assert values(model, "account-A", "Opened", {"customer": "C", "holder": {"name": "Mette"}})["holder.name"] == "•••"


def test_the_time_may_be_told() -> None:
    model = loads(changed('says = "closed"', 'says = "closed on {$day} at {$clock}"'))
    assert values(model, "account-A", "Closed", {}) == {"$day": "2023-11-14", "$clock": "22:13 UTC"}
    assert values(model, "account-A", "Closed", {}, time=lambda name, micros: name)["$day"] == "$day"


def test_a_language_that_is_missing_falls_back_to_the_first() -> None:
    assert sentence({"en": "one {a}", "da": "en {a}"}, "da", {"a": "1"}) == "en 1"
    assert sentence({"en": "one {a}"}, "da", {"a": "1"}) == "one 1"
    assert sentence({}, "da", {}, "nothing") == "nothing"
