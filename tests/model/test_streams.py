"""Patterns of streams' names: what they capture, and whether two can match the same name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.model.load import loads
from audit.model.streams import Pattern
from tests.model.good import changed


@pytest.mark.parametrize(
    ("pattern", "stream", "captured"),
    [
        ("account-{account}", "account-A-1", ("A-1",)),
        ("account-{account}", "account-", None),
        ("account-{account}", "Account-A", None),
        ("account-{account}", "account-a\nb\"c'", ("a\nb\"c'",)),
        ("payout/{transfer}/{account}", "payout/T/A", ("T", "A")),
        ("payout/{transfer}/{account}", "payout/T", None),
        ("{bank}:account", "dk:account", ("dk",)),
        ("public", "public", ()),
        ("public", "public2", None),
        ("a.b-{x}", "aXb-1", None),
    ],
)
def test_a_pattern_captures(pattern: str, stream: str, captured: tuple[str, ...] | None) -> None:
    assert Pattern(pattern).match(stream) == captured


@pytest.mark.parametrize(
    ("one", "two", "overlap"),
    [
        ("account-{a}", "account-{b}", True),
        ("account-{a}", "transfer-{b}", False),
        ("account-{a}", "account-{a}-work", True),
        ("{a}-x", "y-{b}", True),
        ("{a}-x", "{b}-y", False),
        ("{a}", "{b}-y", True),
        ("public", "public", True),
        ("public", "{a}", True),
        ("a{x}b", "ab", False),
        ("a{x}", "a", False),
        ("{a}1{b}", "{c}2{d}", True),
    ],
)
def test_overlap_is_found(one: str, two: str, overlap: bool) -> None:
    assert Pattern(one).overlaps(Pattern(two)) is overlap
    assert Pattern(two).overlaps(Pattern(one)) is overlap


PIECES = st.lists(st.sampled_from(["a", "b", "-", "{}"]), min_size=1, max_size=6).filter(
    lambda pieces: all(pair != ("{}", "{}") for pair in zip(pieces, pieces[1:], strict=False))
)


@given(PIECES, PIECES, st.text("ab-", min_size=1, max_size=8))
def test_what_both_match_is_an_overlap(one: list[str], two: list[str], stream: str) -> None:
    patterns = [
        Pattern("".join(f"{{x{n}}}" if piece == "{}" else piece for n, piece in enumerate(pieces)))
        for pieces in (one, two)
    ]
    if all(pattern.match(stream) is not None for pattern in patterns):
        assert patterns[0].overlaps(patterns[1])


def test_the_closer_pattern_wins() -> None:
    text = changed('streams = "account-{account}"', 'streams = "account-{account}"')
    text += '\n[lane.limits]\nstreams = "account-limits-{limits}"\n[lane.limits.event.Set]\nsays = "x"\ntells = "x"\n'
    model = loads(text)
    assert [
        found[0].name if (found := model.lane_of(name)) else None for name in ("account-limits-1", "account-lim", "x")
    ] == ["limits", "account", None]
