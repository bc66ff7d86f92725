"""The tutorial is true: its snippets are put together and checked, and its sums come out."""

from __future__ import annotations

import io
import re
from collections import Counter, defaultdict
from pathlib import Path

import msgspec
import pytest
from django.core.management import call_command

from audit.database import connect
from audit.errors import ConfigurationError, ModelError
from audit.log.own_records import tell
from audit.model.load import loads
from audit.model.meaning import Facts
from tests.conftest import Database

TUTORIAL = (Path(__file__).parents[2] / "docs" / "tutorial-model.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", TUTORIAL, flags=re.MULTILINE | re.DOTALL)


def snippets(info: str) -> list[str]:
    return [text for _, given, text in BLOCKS if given == info]


def outputs() -> list[str]:
    """What the console snippets say that `model check` prints, in order."""
    texts = [text for kind, _, text in BLOCKS if kind == "console"]
    return [text.partition("\n")[2] for text in texts if text.startswith("$ python manage.py model check")]


def checked(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> str:
    (folder / "wallet.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    out = io.StringIO()
    try:
        call_command("model", "check", "wallet.toml", stdout=out)
    except ModelError as error:
        out.write(f"error: {error}\n")
    return re.sub(r"\b[0-9a-f]{12}\b", "HASH", out.getvalue())


def test_each_step_checks_with_the_output_that_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = snippets("file=wallet.toml")
    assert checked(tmp_path, steps[0], monkeypatch) == outputs()[0]
    for number in range(2, len(steps) + 1):
        assert "is good" in checked(tmp_path, "\n".join(steps[:number]), monkeypatch)
    assert checked(tmp_path, "\n".join(steps), monkeypatch) == outputs()[2]


def test_the_wrong_step_gives_the_errors_that_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (wrong,) = snippets("wrong=2")
    head = snippets("file=wallet.toml")[0].partition("[lane.wallet.event.WalletOpened]")[0]
    assert checked(tmp_path, head + wrong, monkeypatch) == outputs()[1]


def test_the_questions_are_answered_as_is_shown(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.management.base.make_ready", lambda: None)
    monkeypatch.chdir(tmp_path)
    for name in ("wallet.toml", "wallet.ndjson"):
        Path(name).write_text("\n".join(snippets(f"file={name}")), encoding="utf-8")
    shown = "".join(text for kind, _, text in BLOCKS if kind == "console" and "model check" not in text)
    for command, output in re.findall(r"^\$ python manage.py (.*)\n((?:[^$].*\n)*)", shown, flags=re.MULTILINE):
        assert said(*command.split()) == output
    assert_own_records_come_in(database)
    assert "\n1 of them, 1 customer, " in said("ask", "who", "payment:*", "state = refused")


def assert_own_records_come_in(database: Database) -> None:
    """Files alone are enough: what was asked and done is logged with the next command that reads or rebuilds."""
    for command in (("ingest", "wallet.ndjson"), ("rebuild",), ("follow", "--once")):
        with connect("follower") as connection:
            tell(connection, "watermark", {})
        assert "Not in the log yet: " in said("check_log")
        said(*command)
        assert "Not in the log yet" not in said("check_log")
    assert "console" in said("status")
    with database.connect() as connection:
        connection.execute("update trace.source set kind = 'postgres' where kind = 'files'")
    with pytest.raises(ConfigurationError, match="there is no configuration"):
        said("follow", "--once")


def said(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_the_ten_events_come_to_what_the_end_says() -> None:
    model = loads("\n".join(snippets("file=wallet.toml")))
    (lines,) = snippets("file=wallet.ndjson")
    held: Counter[str] = Counter()
    states: dict[str, str] = defaultdict(str)
    for line in lines.splitlines():
        event = msgspec.json.decode(line)
        stream, type_ = event["subject"], event["type"]
        meant = model.meaning(stream, type_)
        assert meant is not None and meant[2] is not None
        reading = meant[2].read(Facts("wallets", stream, type_, event["id"], 1, 0, 0, None, None), event["data"], {})
        assert reading.problem is None
        assert reading.allowed is None or states[stream] in reading.allowed
        states[stream] = reading.to or states[stream]
        for one in reading.movements:
            held[f"{one.from_kind}:{one.from_key}"] -= one.units
            held[f"{one.to_kind}:{one.to_key}"] += one.units
    assert {place: units for place, units in held.items() if units} == {
        "outside:": -30000,
        "free:W1": 18000,
        "free:W2": 12000,
    }
    assert len(lines.splitlines()) == 10
