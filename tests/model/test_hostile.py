"""Model files made to hurt: each is one clear answer, at once."""

from __future__ import annotations

import re
import time

import pytest

from audit.model.load import LANES_MAX, examine
from audit.model.problems import PROBLEMS_MAX
from tests.projections.small import MODEL

BASE = MODEL.read_text(encoding="utf-8")
SECONDS_MAX = 5.0  # a second, where no other test runs


def many(count: int, streams: str, more: str = "") -> str:
    return "".join(
        f'\n[lane.l{n}]\ntitle = "t"\nstreams = "{streams.replace("N", f"{n:05}")}"\n{more}\n[lane.l{n}.state]\n'
        f'a = {{ title = "a" }}\n[lane.l{n}.event.E]\ntitle = "E"\nstate = {{ to = "a" }}\n'
        for n in range(count)
    )


HOSTILE = {
    "a key of many parts": (".".join(["a"] * 20_000) + " = 1", "nested deeper"),
    "a table of many parts": ("[" + " . ".join(['"a"'] * 20_000) + "]", "nested deeper"),
    "deep tables": ("[" + ".".join(["a"] * 15) + "]\nx = " + "{ a = " * 15 + "1" + " }" * 15, "nested deeper"),
    "deep lists": ("x = " + "[" * 5_000 + "]" * 5_000, "nested deeper"),
    "a number of many digits": ("x = " + "9" * 100_000, "a number is too long"),
    "a file too large": ("# " + "x" * 600_000, "larger than"),
    "many lanes": (many(LANES_MAX + 1, "lN-{x}"), "lanes. A model has up to"),
    "many patterns": (
        "[lane.p]\nstreams = [" + ", ".join(f'"p{n:05}-{{x}}"' for n in range(12_000)) + "]", "patterns of streams"
    ),
    "patterns that begin and end alike": (many(200, "{x}-N-{y}"), "can match the same stream"),
    "a time of many digits": (
        '[lane.w]\nstreams = "w-{w}"\n[lane.w.state]\na = { within = "' + "9" * 5_000 + 'h" }', "no time"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_told_at_once(name: str) -> None:
    text, what = HOSTILE[name]
    began = time.process_time()
    found = examine(f"{BASE}\n{text}\n")
    assert time.process_time() - began < SECONDS_MAX
    assert found.model is None and any(what in str(error) for error in found.errors), found.errors[:3]


def test_of_many_errors_the_first_are_told() -> None:
    found = examine(BASE + many(LANES_MAX - 10, "lN-{x}", "ordr = 1"))
    assert len(found.errors) == PROBLEMS_MAX and all("ordr" in str(error) for error in found.errors)


@pytest.mark.parametrize("spec", [":>99999999999", "!r", ".__class__", "[0]", ":.2f"])
def test_a_sentence_does_not_format(spec: str) -> None:
    text = re.sub(r"{amount} was paid in", "{amount" + spec + "} was paid in", BASE, count=1)
    (error,) = examine(text).errors
    assert "says how it is to be written" in str(error)


@pytest.mark.parametrize("digits", ["inf", "1e400", "999999999999", "-1", "nan"])
def test_digits_are_few(digits: str) -> None:
    (error,) = examine(BASE.replace("digits = 2", f"digits = {digits}", 1)).errors
    assert "currency.DKK.digits" in str(error)
