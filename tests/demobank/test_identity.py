"""Identifiers are unique, alike for the same seed, and bear valid check digits."""

from __future__ import annotations

import re

from demobank import identity, people


def test_transfers_customers_and_accounts_are_never_the_same_twice() -> None:
    for name, shape in (
        ("transfer_key", r"T-[0-9a-f]{8}"),
        ("customer_key", r"C-\d{5}"),
        ("account_key", r"A-\d{4,6}"),
    ):
        keys = [getattr(identity, name)("seed", number) for number in range(50_000)]
        assert len(set(keys)) == len(keys)
        assert all(re.fullmatch(shape, key) for key in keys)


def test_another_seed_gives_other_identifiers() -> None:
    assert identity.transfer_key("one", 7) != identity.transfer_key("two", 7)
    assert identity.event_id("one", "account-A-1", 1) != identity.event_id("two", "account-A-1", 1)


def test_every_iban_has_valid_check_digits() -> None:
    ibans = [people.own_iban(f"A-{number}") for number in range(1_000, 1_200)]
    ibans += [people.stranger("seed", number).iban for number in range(200)]
    for iban in ibans:
        assert re.fullmatch(r"DK\d{16}", iban)
        rearranged = iban[4:] + "1320" + iban[2:4]
        assert int(rearranged) % 97 == 1


def test_a_known_danish_iban_is_reproduced() -> None:
    assert identity.iban("0040", "0440116243") == "DK5000400440116243"


def test_nobody_can_have_the_personal_numbers() -> None:
    for number in range(500):
        assert 61 <= int(identity.cpr("seed", number)[:2]) <= 88
