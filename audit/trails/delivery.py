"""A finished trail as its reader gets it: the ZIP, beside it a PDF and a table for a spreadsheet, all encrypted where a
recipient is named."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from audit.models import Export
from audit.trails import folder
from audit.trails.encryption import ENCRYPTED, encrypt
from audit.trails.spreadsheet import write_table
from audit.trails.told import told

FORMS = {"trail": ".zip", "report": ".pdf", "table": ".csv"}
REPORT_SECONDS_MAX = 120
ROOT = Path(__file__).parents[2]


def deliver(asked: Export, plain: Path) -> str:
    """Makes what belongs beside the ZIP at `plain`; gives the ZIP's name as it then lies there.

    With a recipient nothing is left unencrypted, also where this fails.
    """
    made = [plain]
    _sweep(plain)
    try:
        with told(plain) as opened:
            manifest = opened.manifest_hash
            made.append(plain.with_suffix(FORMS["table"]))
            write_table(opened, made[-1], asked.language)
        made.append(plain.with_suffix(FORMS["report"]))
        if not write_report(plain, made[-1]):
            made.pop().unlink(missing_ok=True)
        if asked.recipient:
            for number, file in enumerate(made):
                made[number] = encrypt(file, asked.recipient)
    except BaseException:
        for file in made:
            file.unlink(missing_ok=True)
        raise
    expires_at = timezone.now() + timedelta(days=settings.EXPORT_DAYS)
    Export.objects.filter(pk=asked.pk).update(manifest=manifest, expires_at=expires_at)
    return made[0].name


def _sweep(plain: Path) -> None:
    """What a worker that was killed has left of the same export, under another name and perhaps not encrypted."""
    export = plain.name.rpartition("-")[0]
    for stray in plain.parent.glob(f"{export}-*"):
        if not stray.name.startswith(plain.stem):
            stray.unlink(missing_ok=True)


def write_report(trail: Path, target: Path) -> bool:
    """The PDF, by a process of its own: it takes up to a gigabyte, and must not outlast its time. A trail that cannot
    be laid out is a trail all the same."""
    command = [sys.executable, "-m", "audit.trails.report", str(trail.absolute()), str(target.absolute())]
    try:
        return subprocess.run(command, cwd=ROOT, timeout=REPORT_SECONDS_MAX, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def remove(made: Export) -> None:
    """Whatever lies in the folder of an export that is done."""
    for file in folder().glob(f"trail-{made.pk}-*"):
        file.unlink(missing_ok=True)


def file_of(made: Export, form: str, folder: Path) -> Path:
    """Where a form of an export lies, if it could be made."""
    name = made.file.removesuffix(ENCRYPTED).removesuffix(FORMS["trail"]) + FORMS[form]
    return folder / (name + (ENCRYPTED if made.recipient else ""))
