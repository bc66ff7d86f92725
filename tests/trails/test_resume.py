"""A trail whose maker is killed, wherever that is: whoever goes on makes the same bytes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from audit.database import connect
from audit.models import Export
from audit.projections.sequences import number_all
from audit.trails import folder
from audit.trails.bundle import write_bundle
from audit.trails.make import EXPORTING, make, make_abandoned
from audit.values import Subject
from tests.answers.conftest import asking
from tests.answers.conftest import bank as bank
from tests.answers.conftest import world as world
from tests.conftest import Database
from tests.trails.test_bundle import ASKED
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


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 8))])
def test_the_same_bytes_come_out(world: Database, tmp_path: Path, seed: int) -> None:
    with connect("follower", autocommit=True) as connection:
        number_all(connection)
    with asking() as inquiry:
        write_bundle(inquiry, CUSTOMER, ASKED, tmp_path / "whole.zip")
    chance, work, target = random.Random(seed), tmp_path / "work", tmp_path / "resumed.zip"
    deaths = 0
    for dies_at in (chance.randrange(2, 12), chance.randrange(1, 8)):
        deaths += run(world, target, work, dies_at) == -signal.SIGKILL
        assert target.exists() or (work / "state.json").exists()
    assert deaths, "it was killed at least once"
    assert target.exists() or run(world, target, work, 0) == 0
    assert target.read_bytes() == (tmp_path / "whole.zip").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["resumed.zip", "whole.zip"]


def test_another_question_does_not_go_on_with_this_one(world: Database, tmp_path: Path) -> None:
    assert run(world, tmp_path / "trail.zip", tmp_path / "work", 3) == -signal.SIGKILL
    with asking() as inquiry:
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
