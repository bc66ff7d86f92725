"""A key's line is found, also inside what stands over several lines."""

from __future__ import annotations

import pytest

from audit.model.lines import Lines

TEXT = '''# a comment with [brackets] and "quotes
[model]
name = "x" # [not.a.table]

[lane.account.event."Funds = held"]
says = """
[not.a.table]
to = "nowhere"
"""
moves = [
  { book = "a", from = "b" },
  { book = "c" },
]
state.to = "x"

[[expect]]
after = "a"
[[expect]]
after = "b"
'''


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("model",), 2),
        (("model", "name"), 3),
        (("lane", "account", "event", "Funds = held"), 5),
        (("lane", "account", "event", "Funds = held", "says"), 6),
        (("lane", "account", "event", "Funds = held", "moves", 1, "book"), 10),
        (("lane", "account", "event", "Funds = held", "state", "to"), 14),
        (("lane", "account", "event", "Funds = held", "tells"), 5),
        (("expect", 0, "after"), 17),
        (("expect", 1, "after"), 19),
        (("expect", 1, "within"), 18),
        (("nothing",), None),
        ((), None),
    ],
)
def test_the_line_is_found(key: tuple[str | int, ...], line: int | None) -> None:
    assert Lines(TEXT).of(key) == line
