"""The mask gives nothing away that would name somebody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.access.mask import Mask, closed, hidden, masked
from audit.values import Subject

ANNA, METTE = Subject("customer", "C-1"), Subject("customer", "C-2")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Mette Hansen", "Mette H••••••"),
        ("Mette  Marie\tHansen ", "Mette H••••••"),
        ("Hansen", "H••••••"),
        ("DK50 0040 0440 1162 4410", "•••• 4410"),
        ("4571 9999 8888 1234", "•••• 1234"),
        ("010180-1234", "••••••"),  # a civil number's end must stay hidden
        ("1980-01-01", "••••••"),
        ("+45 12 34 56 78", "••••••"),
        ("anna@example.org", "a••••••"),
        ("Nørregade 12, 8000 Aarhus", "N••••••"),
        ("<script>", "••••••"),
        ("", ""),
        ("   ", ""),
        ("Mette \u202eHansen\u2069", "Mette H••••••"),  # a control is nobody's initial
        ("\u2067Hansen", "H••••••"),
    ],
)
def test_a_value_is_masked(value: str, shown: str) -> None:
    assert masked(value) == shown


@given(st.text(min_size=2, max_size=60))
def test_the_last_word_never_shows_whole(value: str) -> None:
    words = value.split()
    if words and len(words[-1]) > 1:
        assert not masked(value).endswith(words[-1]) or words[-1] in "••••••"


def test_an_opened_field_shows_for_the_doors_customer_alone() -> None:
    mask = Mask(ANNA, frozenset({"name"}))
    assert mask(ANNA, "name", "Anna Madsen") == "Anna Madsen"
    assert mask(METTE, "name", "Mette Hansen") == "Mette H••••••"
    assert mask(None, "name", "Mette Hansen") == "Mette H••••••"
    assert mask(ANNA, "address", "Nørregade 12") == "N••••••"


def test_everything_is_masked_at_first_and_closed_before_a_door() -> None:
    assert hidden(ANNA, "name", "Anna Madsen") == "Anna M••••••"
    assert closed(ANNA, "name", "Anna Madsen") == "••••••"
