"""The commands: their JSON, their exit codes, and that nothing is answered without a record of the look."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pyrage
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from audit.access import looks
from audit.errors import UsageError, WhereaboutsError
from audit.management.base import Command
from audit.models import AuditRecord
from tests.answers.oracle import Bank, Happened
from tests.conftest import Database

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def ready(world: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The servers run and the database is up to date already."""
    monkeypatch.setattr("audit.management.base.make_ready", lambda: None)


class Hostile(Command):
    def handle(self, **options: object) -> None:
        self.stdout.write("a\x1b[2J\u202eb \u2068כהן\u2069, 1")
        self.print_json({"name": "\u202eb\U000e0041"})


def test_nothing_that_a_stranger_wrote_steers_the_terminal() -> None:
    call_command(Hostile(), stdout=(out := io.StringIO()))
    told, document = out.getvalue().splitlines()
    assert told == "a⟨001B⟩[2J⟨202E⟩b \u2068כהן\u2069, 1"
    assert "\u202e" not in document and json.loads(document) == {"name": "\u202eb\U000e0041"}


@pytest.fixture(scope="module")
def people(world: Database) -> Iterator[None]:
    for name in ("support", "administrator"):
        user = get_user_model().objects.create_user(f"eva-{name}")
        user.groups.add(Group.objects.get_or_create(name=name)[0])
    yield


def said(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def answered(*words: str) -> Any:
    lines = said(*words, "--json").splitlines()
    assert len(lines) == 1, "one object and nothing else"
    return json.loads(lines[0])


def code(*words: str) -> int:
    """What the process would end with."""
    try:
        said(*words)
    except WhereaboutsError as error:
        return error.exit_code
    except CommandError as error:
        return error.returncode
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_where_and_what_have_the_keys_of_the_design(bank: Bank) -> None:
    where = answered("ask", "where", "transfer:T7")
    assert set(where) >= {
        "subject",
        "at",
        "places",
        "on_its_way",
        "came_from",
        "conserved",
        "complete",
        "not_understood",
        "tells",
        "model",
    }
    assert set(where["places"][0]) >= {"place", "book", "amount", "currency", "certainty", "since", "event"}
    what = answered("ask", "what", "transfer:T7")
    assert [step["event"]["id"] for step in what["steps"]] == [e.id for e in bank.events if e.transfer == "T7"]


def test_at_a_time_and_at_an_event(bank: Bank) -> None:
    event = next(event for event in bank.events if event.type == "Sent")
    subject = f"transfer:{event.transfer}"
    for at in (event.recorded.isoformat(), f"dk/{event.id}"):
        document = answered("ask", "where", subject, "--at", at)
        assert document["at"]["time"].startswith(f"{event.recorded:%Y-%m-%dT%H:%M}")
    assert answered("ask", "where", subject, "--at", f"dk/{event.id}")["places"][0]["place"] == "clearing:dk"


def test_when_has_the_keys_of_the_design(bank: Bank) -> None:
    event = next(event for event in bank.events if event.type == "TimedOut")
    document = answered("ask", "when", f"transfer:{event.transfer}", "state = silent")
    assert set(document) >= {"subject", "expression", "at", "intervals", "model"}
    opened = document["intervals"][0]["from"]["event"]
    assert opened == {"source": "dk", "id": event.id, "position": event_position(event)}
    assert answered("ask", "when", "account:A1", "balance.DKK < -1000000")["intervals"] == []


def test_who_has_the_keys_of_the_design_and_each_row_is_a_look(people: None, bank: Bank) -> None:
    document = answered("ask", "who", "state:sending/silent")
    assert set(document) >= {"like", "at", "total", "shown", "subjects", "model"}
    assert document["total"] == document["shown"] == len(document["subjects"]) > 1
    assert set(document["subjects"][0]) >= {"subject", "since", "money"}
    record = AuditRecord.objects.filter(kind="look").latest("pk")
    assert record.subjects == [one["subject"] for one in document["subjects"]] and record.page == "ask who"
    person = ["--as", "eva-support", "--reason", "call:1"]
    assert code("ask", "who", document["subjects"][0]["subject"], *person) == 0
    assert code("ask", "who", "state:sending/silent", "--as", "eva-administrator", "--reason", "call") == 4


def test_people_read_amounts_in_groups_and_programs_do_not(bank: Bank) -> None:
    named = [one["money"] for one in answered("ask", "who", "transfer:*", "state = done")["subjects"]]
    amounts = [Decimal(one["amount"]) for money in named for one in money]
    assert sum(amounts) > 1000, "else nothing is shown"
    assert f", {sum(amounts):,f} DKK, the longest for " in said("ask", "who", "transfer:*", "state = done")


def test_each_situation_of_a_customer_can_be_asked_again_with_its_counts() -> None:
    answer = answered("ask", "who", "customer:C1")
    first, *others = answer["each"]
    assert others and {name: first[name] for name in ("kind", "expression", "total", "money")} == {
        name: answer[name] for name in ("kind", "expression", "total", "money")}  # fmt: skip
    for one in answer["each"]:
        again = answered("ask", "who", f"{one['kind']}:*", one["expression"])
        names = ("total", "customers", "transfers", "money", "oldest", "age_seconds", "live")
        assert {name: one[name] for name in names} == {name: again[name] for name in names}
        assert one["subject"] in {line["subject"] for line in again["subjects"]} and "each" not in again
    text = said("ask", "who", "customer:C1")
    assert all(f"also, of {one['subject']}: {one['kind']} with {one['expression']}\n" in text for one in others)


def event_position(event: Happened) -> int:
    document = answered("ask", "what", f"transfer:{event.transfer}")
    return next(int(step["event"]["position"]) for step in document["steps"] if step["event"]["id"] == event.id)


def test_exit_codes() -> None:
    assert code("ask", "where", "transfer:T7") == 0
    assert code("ask", "where", "transfer:none") == 2
    assert code("search", "nothing-like-it") == 2
    for usage in (
        ["ask", "where", "T7"],
        ["ask", "who", "transfer:T7", "nothing = 5"],
        ["ask", "who", "transfer:*"],
        ["ask", "who", "planet:*", "state = done"],
        ["ask", "who", "state:order/nowhere"],
        ["ask", "when", "transfer:T7"],
        ["ask", "when", "transfer:T7", "state = "],
        ["ask", "when", "transfer:T7", "nothing = 5"],
        ["ask", "why", "transfer:T7", "state = done"],
        ["ask", "where", "transfer:T7", "--at", "noon"],
        ["findings", "--rule", "none"],
        ["ask", "where", "place:ledger"],
        ["ask", "where", "transfer:T7", "--as", "eva-support"],
        ["ask", "where", "transfer:T7", "--reason", "call"],
        ["export", "transfer:T7", "-o", "/tmp/none.zip"],
    ):
        assert code(*usage) == 3, usage


def test_a_person_needs_a_right_and_a_reason(people: None) -> None:
    person = ["--as", "eva-support", "--reason"]
    assert code("ask", "where", "transfer:T7", *person, "call:88123") == 0
    assert code("ask", "where", "transfer:T7", *person, "curiosity") == 3
    assert code("ask", "where", "transfer:T7", "--as", "nobody", "--reason", "call") == 3
    assert code("ask", "where", "transfer:T7", "--as", "eva-administrator", "--reason", "call") == 4
    assert AuditRecord.objects.filter(kind="refusal", actor="eva-administrator").exists()


def test_every_look_is_recorded_before_it_is_answered(people: None, monkeypatch: pytest.MonkeyPatch) -> None:
    said("ask", "where", "account:A1", "--as", "eva-support", "--reason", "call:1")
    record = AuditRecord.objects.filter(kind="look").latest("pk")
    assert record.actor == "eva-support" and "account:A1" in record.subjects and "customer:C1" in record.subjects
    assert (record.reason_code, record.ticket, record.page) == ("call", "1", "ask where")
    said("ask", "what", "account:A1")
    assert AuditRecord.objects.filter(kind="look").latest("pk").actor == "system"

    def refuse(*args: object) -> int:
        raise looks.NoRecord("no record of the look, no page")

    monkeypatch.setattr(looks, "record", refuse)
    out = io.StringIO()
    with pytest.raises(looks.NoRecord):
        call_command("ask", "where", "account:A1", stdout=out)
    assert not out.getvalue()


def test_a_search_is_recorded_without_what_was_searched() -> None:
    assert answered("search", "A1")["hits"][0]["subject"] == "account:A1"
    record = AuditRecord.objects.filter(kind="search").latest("pk")
    assert "account:A1" in record.subjects and record.details.keys() == {"hits"}


def test_status_sums_to_zero_and_counts(bank: Bank) -> None:
    status = answered("status")
    assert set(status) >= {"position", "watermark", "sources", "subjects", "places", "findings", "explained", "model"}
    assert sum(source["events"] for source in status["sources"]) == len(bank.events)
    assert status["subjects"]["transfer"] == 60
    assert {p["place"] for p in status["places"]} >= {"available", "reserved", "outside", "transit", "clearing"}


def test_findings_are_one_object_a_line() -> None:
    lines = [json.loads(line) for line in said("findings", "--json").splitlines()]
    assert lines and set(lines[0]) >= {
        "id",
        "rule",
        "severity",
        "subject",
        "state",
        "says",
        "opened_by",
        "evidence",
        "because_of",
        "resolved_by",
        "would_resolve",
        "money",
    }
    rule = lines[0]["rule"]
    chosen = [json.loads(line) for line in said("findings", "--json", "--rule", rule, "--state", "open").splitlines()]
    assert [one["id"] for one in chosen] == [o["id"] for o in lines if (o["rule"], o["state"]) == (rule, "open")]


def test_text_says_the_same(bank: Bank) -> None:
    text = said("ask", "where", "account:A1")
    assert "available on A1" in text and "CE" in text, "times name their zone"
    assert len(said("ask", "what", "transfer:T7").splitlines()) == 1 + sum(e.transfer == "T7" for e in bank.events)


def test_an_export_is_written(people: None, tmp_path: Any) -> None:
    file = tmp_path / "trail.zip"
    person = ["--as", "eva-support", "--reason", "complaint:7"]
    ended = code("export", "customer:C0", "-o", str(file), *person)
    if ended == 4:  # a role that may not export is told so
        assert not file.exists()
        return
    manifest = json.loads(ZipFile(file).read("manifest.json"))
    assert manifest["reason"] == {"caller_identified": "", "code": "complaint", "ticket": "7"}


def test_an_export_to_a_recipient_leaves_nothing_unencrypted(people: None, tmp_path: Any) -> None:
    identity = pyrage.x25519.Identity.generate()
    copies = ["--pdf", str(tmp_path / "t.pdf"), "--table", str(tmp_path / "t.csv"), "--language", "da"]
    to = ["--to", str(identity.to_public()), "--as", "eva-support", "--reason", "complaint:7", "--json"]
    told = json.loads(said("export", "customer:C0", "-o", str(tmp_path / "t.zip"), *copies, *to))
    left = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert (
        sorted(left)
        == ["t.csv.age", "t.pdf.age", "t.zip.age"]
        == sorted(Path(name).name for name in (told["file"], *told["copies"]))
    )
    opened = pyrage.decrypt(left["t.zip.age"], [identity])
    assert sha256(opened).hexdigest() == told["sha256"]
    assert pyrage.decrypt(left["t.pdf.age"], [identity]).startswith(b"%PDF")


def test_a_recipient_that_is_none_is_refused_before_anything_is_made(people: None, tmp_path: Any) -> None:
    to = ["--to", "age1nobody", "--as", "eva-support", "--reason", "complaint:7"]
    assert code("export", "customer:C0", "-o", str(tmp_path / "t.zip"), *to) == 3
    assert not list(tmp_path.iterdir())


def test_an_identifier_alone_is_told_how_its_kind_is_found() -> None:
    with pytest.raises(UsageError, match="`python manage.py search T7` finds its KIND"):
        said("ask", "where", "T7")


def test_recount_refuses_another_banks_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "whereabouts.toml"
    config.write_text(f"model = {json.dumps(str(ROOT / 'demobank' / 'model.toml'))}\n", encoding="utf-8")
    monkeypatch.setenv("WHEREABOUTS_CONFIG", str(config))
    assert code("recount") == 4
