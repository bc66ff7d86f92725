"""`model check`, as a person and as a program use it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from audit.errors import ModelError, WhereaboutsError
from audit.model.load import load
from tests.model.good import GOOD, changed


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("model", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.toml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_a_good_model_is_told_by_its_parts(good: Path) -> None:
    out = run("check", str(good))
    assert "good.toml is good: model small, version 1, " in out
    assert "lane account: 4 event types; states open, closed" in out


def test_json_has_the_hash_and_the_parts(good: Path) -> None:
    found = json.loads(run("check", str(good), "--json"))
    assert found["ok"] and found["hash"] == found["model"] == load(good).hash
    assert [lane["name"] for lane in found["lanes"]] == ["account", "payment"]
    assert {"book": "ledger", "place": "available", "owner": "account"} in found["places"]
    assert found["errors"] == [] and found["nevers"] == ["overspent"]


@pytest.mark.parametrize("mistake", ['to = "opne" }', None])
def test_a_bad_model_is_refused_before_servers_start(
    mistake: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def started() -> None:
        raise AssertionError("a database is made before the model is read")

    monkeypatch.setattr("audit.management.base.make_ready", started)
    path = tmp_path / "bad.toml"
    if mistake:
        path.write_text(changed('to = "open" }', mistake), encoding="utf-8")
    with pytest.raises(WhereaboutsError, match="opne" if mistake else "bad.toml"):
        call_command("ingest", str(tmp_path / "no.ndjson"), "--model", str(path))


def test_a_bad_model_ends_with_1_and_all_errors(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(changed('to = "open" }', 'to = "opne" }'), encoding="utf-8")
    out = io.StringIO()
    with pytest.raises(WhereaboutsError) as caught:
        call_command("model", "check", str(path), "--json", stdout=out)
    assert caught.value.exit_code == 1
    found = json.loads(out.getvalue())
    assert (found["ok"], found["hash"], found["lanes"]) == (False, None, [])
    (error,) = found["errors"]
    assert error == {
        "file": str(path),
        "key": "lane.account.event.Opened.state.to",
        "line": 54,
        "what": 'there is no state "opne"',
        "mend": 'Did you mean "open"? Known: closed, open',
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe", "is not UTF-8"),
        (b"[model", "this is not TOML"),
        (b"", "has no model"),
        (b"a = " + b"[" * 5000, "nested deeper"),
    ],
)
def test_what_is_no_model_is_said_so(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "m.toml"
    path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        load(path)
    assert words in str(caught.value)


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read: No such file"):
        run("check", str(tmp_path / "nothing.toml"))


@pytest.mark.parametrize(
    "path", ["demobank", "examples/czech-bank", "examples/traffic-fines", "examples/loan-applications"]
)
def test_our_own_models_have_neither_errors_nor_warnings(path: str) -> None:
    found = json.loads(run("check", f"{Path(__file__).parents[2] / path}/model.toml", "--json"))
    assert (found["ok"], found["warnings"]) == (True, [])
