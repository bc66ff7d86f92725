"""A trail whose maker is killed, wherever that is: whoever goes on makes the same bytes."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest

from audit.database import connect
from audit.log.log_key import history
from audit.models import Export
from audit.projections.sequences import number_all
from audit.sources.files import sources_of
from audit.trails import folder
from audit.trails.bundle import write_bundle
from audit.trails.make import EXPORTING, make, make_abandoned
from audit.trails.verify.checks import Trusted, verify
from audit.trails.verify.earlier import earlier_of
from audit.values import Subject
from tests.answers.conftest import asking, take_in
from tests.answers.oracle import Bank, make_bank
from tests.conftest import Database
from tests.trails.conftest import ASKED
from tests.trails.test_make import asked_for

ROOT = Path(__file__).parents[2]
CUSTOMER = Subject("customer", "C0")
# Writes with small pages, and dies in the middle of writing for the nth time, what is buffered lost.
MAKER = """
import os, signal, sys
from pathlib import Path
import django
django.setup()
from datetime import UTC, datetime
from audit.access.mask import hidden
from audit.answers.inquiry import inquire
from audit.database import reading
from audit.trails import record, telling, work
from audit.trails.asked import Asked
from audit.trails.bundle import write_bundle
from audit.values import Subject

telling.PAGE, record.PAGE = 5, 7
left, keep = int(sys.argv[3]), work.Work._keep

def keep_or_die(self, values):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    keep(self, values)

work.Work._keep = keep_or_die
asked = Asked("eva", "auditor", datetime(2026, 4, 1, tzinfo=UTC), "audit", "A-1")
with reading() as connection:
    inquiry = inquire(connection, hidden)
    write_bundle(inquiry, Subject("customer", "C0"), asked, Path(sys.argv[1]), folder=Path(sys.argv[2]))
"""


def run(world: Database, target: Path, work: Path, dies_at: int) -> int:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "DATABASE_URL": world.url,
        "PYTHONPATH": str(ROOT),
    }
    call = [sys.executable, "-c", MAKER, str(target), str(work), str(dies_at)]
    done = subprocess.run(call, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


def go_on(target: Path, work: Path) -> None:
    """In this process, with other pages than those of whoever was killed."""
    with asking() as inquiry:
        write_bundle(inquiry, CUSTOMER, ASKED, target, folder=work)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 8))])
def test_the_same_bytes_come_out(world: Database, tmp_path: Path, seed: int) -> None:
    with connect("follower", autocommit=True) as connection:
        number_all(connection)
    with asking() as inquiry:
        write_bundle(inquiry, CUSTOMER, ASKED, tmp_path / "whole.zip")
    chance, work, target = random.Random(seed), tmp_path / "work", tmp_path / "resumed.zip"
    deaths = 0
    for dies_at in (chance.randrange(2, 12), chance.randrange(1, 8))[: 1 if seed == 1 else 2]:
        deaths += run(world, target, work, dies_at) == -signal.SIGKILL
        assert target.exists() or (work / "state.json").exists()
    assert deaths, "it was killed at least once"
    if not target.exists():
        go_on(target, work)
    assert target.read_bytes() == (tmp_path / "whole.zip").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["resumed.zip", "whole.zip"]


def happen(folder: Path, number: int) -> set[str]:
    """More of the customer's events, one of them backdated, are read while a trail lies half made."""
    bank = make_bank()
    known, at = len(bank.events), bank.events[-1].recorded + timedelta(hours=number)
    for back in (0, 3):
        data: dict[str, object] = {"amount": "7.00", "currency": "DKK"}
        bank.add(
            "core", "account-A0", "Deposited", at, data, occurred=at - timedelta(days=back), id=f"late-{number}-{back}"
        )
    fresh = Bank(bank.events[known:])
    fresh.events = [replace(one, version=one.version + 2 * number) for one in fresh.events]
    folder.mkdir()
    take_in(sources_of(fresh.write(folder)[:1]))
    with connect("follower", autocommit=True) as connection:
        number_all(connection)
    return {one.id for one in fresh.events}


def test_a_trail_that_others_write_behind_ends_where_it_began(world: Database, tmp_path: Path) -> None:
    """Killed in its story and in its entries, with events of its customer coming in between: it verifies as a whole,
    of the log as it was when it was begun."""
    target, work, late = tmp_path / "trail.zip", tmp_path / "work", set[str]()
    for number, dies_at in enumerate((4, 13)):
        assert run(world, target, work, dies_at) == -signal.SIGKILL
        late |= happen(tmp_path / str(number), number)
    state = json.loads((work / "state.json").read_bytes())
    assert "story" in state["done"] and "entries" not in state["done"], "it died in both parts"
    go_on(target, work)
    with connect("follower") as connection:
        key = history(connection)[-1].key
    verdict = verify(target, Trusted(key))
    assert verdict.exit_code == 0 and verdict.is_complete and verdict.is_derived, "\n".join(verdict.lines())
    with ZipFile(target) as archive:
        assert json.loads(archive.read("where.json"))["at"]["time"] == state["at"]["time"]
        manifest, entries = json.loads(archive.read("manifest.json")), archive.read("entries.jsonl").splitlines()
        said = b"".join(archive.read(name) for name in archive.namelist())
    assert max(int(json.loads(line)["i"]) for line in entries) <= int(manifest["log"]["position"]) < verdict.size
    assert manifest["at"]["time"] == state["at"]["time"], "of the moment at which it was begun"
    assert not any(id.encode() in said for id in late) and verdict.entries == manifest["scope"]["entries"]
    with asking() as inquiry:
        write_bundle(inquiry, CUSTOMER, ASKED, tmp_path / "now.zip")
    after = verify(tmp_path / "now.zip", Trusted(key, earlier=earlier_of(target, key)))
    assert after.exit_code == 0 and after.earlier == verdict.numbers
    assert after.numbers == verdict.numbers + 4, "a later one has them"


def test_another_question_does_not_go_on_with_this_one(world: Database, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise InterruptedError

    with asking() as inquiry:
        with pytest.raises(InterruptedError):
            write_bundle(inquiry, CUSTOMER, ASKED, tmp_path / "trail.zip", stop, tmp_path / "work")
        assert (tmp_path / "work" / "state.json").exists()
        write_bundle(inquiry, Subject("transfer", "T7"), ASKED, tmp_path / "one.zip", folder=tmp_path / "work")
        write_bundle(inquiry, Subject("transfer", "T7"), ASKED, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_an_abandoned_export_is_made_by_another_and_a_held_one_left_alone(world: Database) -> None:
    asked = asked_for("customer:C0")
    Export.objects.filter(pk=asked.pk).update(state="working")
    with connect("web", autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s, %s)", [EXPORTING, asked.pk])
        make(asked.pk)
        asked.refresh_from_db()
        assert asked.state == "working", "somebody is at it"
    make_abandoned()
    asked.refresh_from_db()
    assert asked.state == "done" and not (folder() / f"work-{asked.pk}").exists()
