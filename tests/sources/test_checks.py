"""The screen that passes plain JSON without a closer look lets nothing through that readers understand differently."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audit.log.cut import cut
from audit.sources.checks import BadPayload, decoded

WRITTEN = ["a", "b", '\\"', "\\u0022", "\\u0061", "\\\\", "\\\\u0022", "{", ",", "\\n", "é"]
texts = st.lists(st.sampled_from(WRITTEN), max_size=5).map(lambda parts: f'"{"".join(parts)}"')
keys = st.sampled_from(['"a"', '"b"', '"\\u0061"']) | texts
objects = st.lists(st.tuples(keys, texts), max_size=4)
SECRET = "Ane Hansen"


@settings(max_examples=400, deadline=None, derandomize=True)
@given(objects)
@example([('"a"', '"x"'), ('"b"', '"\\u0022\\u0022\\u0022\\u0022"'), ('"a"', '"y"')])
def test_a_key_that_stands_twice_is_seen_however_it_is_written(members: Sequence[tuple[str, str]]) -> None:
    raw = _written(members)
    names = [json.loads(key) for key, _ in members]
    if len(set(names)) == len(names):
        assert decoded(raw) == json.loads(raw)
    else:
        with pytest.raises(BadPayload, match="stands twice"):
            decoded(raw)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(objects)
def test_what_is_let_through_is_cut_out_whole(members: Sequence[tuple[str, str]]) -> None:
    raw = _written([*members, ('"name"', f'"{SECRET}"')])
    try:
        data = decoded(raw)
    except BadPayload:
        return
    skeleton, pieces = cut(raw, "row", len(raw), [("name",)], data)
    assert [piece.value for piece in pieces] == [SECRET.encode()] and SECRET.encode() not in skeleton


def _written(members: Sequence[tuple[str, str]]) -> bytes:
    return ("{" + ", ".join(f"{key}: {value}" for key, value in members) + "}").encode()
