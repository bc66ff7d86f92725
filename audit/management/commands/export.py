"""`export`: the trail of one subject as a ZIP that a stranger can check."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from audit.access.mask import hidden
from audit.answers.inquiry import inquire
from audit.database import reading
from audit.errors import UsageError, WhereaboutsError
from audit.management.asking import add_moment_arguments, add_person_arguments, admitted, viewer
from audit.management.base import Command as Base
from audit.management.subjects import customers_for, subject_argument
from audit.trails.asked import Asked, Written
from audit.trails.bundle import write_bundle
from audit.values import Subject


class Command(Base):
    help = "Write the trail of a subject (KIND:ID) into a ZIP: its log entries, payloads, findings and a manifest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("subject", metavar="SUBJECT", help="KIND:ID, or place:BOOK/KIND:ID")
        parser.add_argument("-o", "--output", required=True, type=Path, metavar="FILE.zip")
        add_moment_arguments(parser)
        add_person_arguments(parser)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["user"] is None:
            raise UsageError("an export names who asked and why: add --as USER --reason CODE[:TICKET]")
        subject = subject_argument(options["subject"])
        with reading(viewer=viewer(options)) as connection:
            inquiry = inquire(connection, hidden, at=options["at"], clock=options["clock"])
            customers = customers_for(inquiry, subject)
            grant = admitted(options, subject, customers, page="export", action="export", kind="export")
            reason = grant.reason
            about = Asked(
                grant.actor.name,
                grant.actor.role,
                timezone.now(),
                reason.code if reason else "",
                reason.ticket if reason else "",
                reason.caller_identified if reason else "",
            )
            progress = self.progress()
            try:
                written = write_bundle(
                    inquiry, subject, about, options["output"], lambda done, total: progress("entries", done, total)
                )
            except OSError as error:
                raise WhereaboutsError(f"{options['output']} cannot be written: {error.strerror}") from error
            finally:
                progress.close()
        self._report(subject, written, options["output"], inquiry.model.hash, options["json"])

    def _report(self, subject: Subject, written: Written, path: Path, model: str, as_json: bool) -> None:
        if as_json:
            self.print_json(
                {
                    "subject": str(subject),
                    "file": str(path),
                    "sha256": written.sha256,
                    "bytes": written.bytes,
                    "events": written.events,
                    "findings": written.findings,
                    "files": list(written.files),
                    "model": model,
                }
            )
        else:
            self.stdout.write(
                f"{path}: {written.events:,} events, {written.findings:,} findings, {written.bytes:,} bytes"
            )
            self.stdout.write(f"SHA-256 {written.sha256}")
