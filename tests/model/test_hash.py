"""Same meaning, same hash; another meaning, another hash."""

from __future__ import annotations

import random
import tomllib
from typing import Any

from audit.model.load import loads
from tests.model.good import GOOD, changed, small


def test_comments_and_formatting_do_not_change_the_hash() -> None:
    text = "# a comment\n" + GOOD.replace(" = ", "   =  ").replace("\n[", "\n\n\n[")
    assert loads(text).hash == small().hash


def test_the_order_of_tables_and_keys_does_not_change_the_hash() -> None:
    pieces = GOOD.split("\n\n")
    for seed in range(5):
        random.Random(seed).shuffle(pieces)
        assert loads("\n\n".join(pieces)).hash == small().hash
    assert loads(_written(_backwards(tomllib.loads(GOOD)))).hash == small().hash


def test_a_plain_text_is_a_text_in_the_first_language() -> None:
    assert loads(changed('tells = "closed"', 'tells = { en = "closed" }')).hash == small().hash


def test_defaults_written_out_do_not_change_the_hash() -> None:
    assert loads(changed('name = "small"', 'name = "small"\nversion = 1')).hash == small().hash
    assert loads(changed("inherits", "order_within_time = true\ninherits")).hash == small().hash
    assert loads(changed('within = "5s"', 'within = "5 s"')).hash == small().hash


def test_the_order_of_sets_does_not_change_the_hash() -> None:
    assert loads(changed("[2026-12-25, 2026-12-26]", "[2026-12-26, 2026-12-25]")).hash == small().hash


def test_every_change_of_meaning_changes_the_hash() -> None:
    hashes = {small().hash}
    changes = [
        ('name = "small"', 'name = "smaller"'),
        ('"Europe/Copenhagen"', '"Europe/Oslo"'),
        ('"16:00"', '"16:01"'),
        ("versions_from = 1", "versions_from = 0"),
        ('"25.00"', '"25.01"'),
        ('within = "5s"', 'within = "6s"'),
        ('says = "closed"', 'says = "Closed"'),
        ('from = ["begun"]', 'from = ["begun", "none"]'),
        ('channel = ["app", "web"]', 'channel = ["app"]'),
        ("final = true }\n\n[lane.payment.event", "final = true, failure = true }\n\n[lane.payment.event"),
        ('that = "paid > limit"', 'that = "paid >= limit"'),
        ("[currency.JPY]", "[currency.EUR]"),
        ('shows = ["holder.name"]', 'shows = ["holder.name", "iban"]'),
    ]
    for old, new in changes:
        hashes.add(loads(changed(old, new)).hash)
    assert len(hashes) == len(changes) + 1


def test_the_order_of_facts_shown_is_meaning() -> None:
    one = loads(changed('shows = ["holder.name"]', 'shows = ["iban", "holder.name"]')).hash
    two = loads(changed('shows = ["holder.name"]', 'shows = ["holder.name", "iban"]')).hash
    assert one != two


def _backwards(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _backwards(value[key]) for key in reversed(value)}
    return [_backwards(one) for one in value] if isinstance(value, list) else value


def _written(value: Any) -> str:
    """TOML of one line a top-level key, all tables inline."""
    return "\n".join(f"{key} = {_inline(inner)}" for key, inner in value.items())


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {_inline(inner)}' for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(one) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"""{value}"""' if isinstance(value, str) else str(value)
