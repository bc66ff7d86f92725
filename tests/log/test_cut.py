"""Personal fields cut out of bytes: skeleton and pieces give the exact bytes again, and the skeleton is valid JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.log.cut import cut, join

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts
keys = st.sampled_from("abcd") | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3)
)
objects = st.dictionaries(keys, values, max_size=4)
paths = st.lists(st.lists(st.sampled_from(["a", "b", "c", "0", "1"]), min_size=1, max_size=3).map(tuple), max_size=3)
styles = st.sampled_from([{"separators": (",", ":")}, {}, {"indent": 1}, {"ensure_ascii": False}])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(objects, paths, styles, st.sampled_from([b"", b'{"metadata": 1}']))
def test_a_row_comes_together_again(data: Any, paths: list[tuple[str, ...]], style: Any, metadata: bytes) -> None:
    raw = json.dumps(data, **style).encode()
    skeleton, pieces = cut(raw + metadata, "row", len(raw), paths)
    assert join(skeleton, [(piece.start, piece.value) for piece in pieces]) == raw + metadata
    assert json.JSONDecoder().raw_decode(skeleton.decode()) is not None
    assert skeleton.endswith(metadata)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(objects, paths, styles)
def test_a_line_comes_together_again(data: Any, paths: list[tuple[str, ...]], style: Any) -> None:
    raw = json.dumps({"id": "1", "a": "b", "data": data, "z": [1]}, **style).encode()
    skeleton, pieces = cut(raw, "cloudevent", len(raw), paths)
    assert join(skeleton, [(piece.start, piece.value) for piece in pieces]) == raw
    json.loads(skeleton)
    for piece in pieces:
        assert piece.path.startswith("data.")


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=3, max_size=20), styles)
def test_no_personal_text_is_left_in_the_skeleton(name: str, style: Any) -> None:
    name = f"Ærø\\\"{name}"
    raw = json.dumps({"amount": "5.00", "receiver": {"name": name, "iban": "DK50"}, "note": "name"}, **style).encode()
    skeleton, pieces = cut(raw, "row", len(raw), [("receiver", "name")])
    assert json.loads(skeleton) == {"amount": "5.00", "receiver": {"name": "", "iban": "DK50"}, "note": "name"}
    assert [json.loads(b'"' + piece.value + b'"') for piece in pieces] == [name]


@pytest.mark.parametrize(
    ("raw", "path", "skeleton"),
    [
        (b'{"a": {"b": "x"}, "b": "x"}', ("b",), b'{"a": {"b": "x"}, "b": ""}'),
        (b'{"x": "\\"a\\": \\"secret\\"", "a": "secret"}', ("a",), b'{"x": "\\"a\\": \\"secret\\"", "a": ""}'),
        (b'{"\\u0061": "secret"}', ("a",), b'{"\\u0061": ""}'),
        (b'{"a": 12.50, "b": 12.50}', ("a",), b'{"a": null, "b": 12.50}'),
        (b'{"a": true}', ("a",), b'{"a": null}'),
        (b'{"a": null}', ("a",), b'{"a": null}'),
        (b'{"a": {"name": "x"}}', ("a",), b'{"a": {}}'),
        (b'{"a": [ "x", {"n": "y"} ]}', ("a",), b'{"a": []}'),
        (b'{"a": [{"n": "x"}, {"m": "y"}, {"n": "z"}]}', ("a", "n"), b'{"a": [{"n": ""}, {"m": "y"}, {"n": ""}]}'),
        (b'{"a": [1, 2]}', ("a", "0"), b'{"a": [null, 2]}'),
        (b'{"a": [[1], ["s"]]}', ("a", "1", "0"), b'{"a": [[1], [""]]}'),
        (b'{"a":""}', ("a",), b'{"a":""}'),
        (b'{"b": 1}', ("a",), b'{"b": 1}'),
        (b'["a"]', ("a",), b'["a"]'),
    ],
)
def test_where_it_cuts(raw: bytes, path: tuple[str, ...], skeleton: bytes) -> None:
    found, pieces = cut(raw, "row", len(raw), [path])
    assert found == skeleton
    assert join(found, [(piece.start, piece.value) for piece in pieces]) == raw
