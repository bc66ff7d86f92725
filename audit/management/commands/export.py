"""`export`: the trail of one subject as a ZIP that a stranger can check."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from audit.access.mask import hidden
from audit.answers.inquiry import inquire
from audit.cases.reading import is_case, number_of
from audit.database import reading
from audit.errors import WhereaboutsError
from audit.management.asking import add_moment_arguments, add_person_arguments, admitted, viewer
from audit.management.base import Command as Base
from audit.management.casework import case_admitted
from audit.management.copies import add_copy_arguments, check_copies, copies
from audit.management.counting import how_many
from audit.management.subjects import customers_for, subject_argument
from audit.models import Approval
from audit.trails import leave
from audit.trails.asked import Asked, Written
from audit.trails.bundle import write_bundle
from audit.trails.encryption import ENCRYPTED
from audit.trails.scope import Scope, Wish, scope_of
from audit.trails.stamping import configured
from audit.values import Subject


class Command(Base):
    help = "Write the trail of a subject (KIND:ID) into a ZIP: its log entries, payloads, findings and a manifest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("subject", metavar="SUBJECT", help="KIND:ID, place:BOOK/KIND:ID, or case:NUMBER")
        parser.add_argument("-o", "--output", required=True, type=Path, metavar="FILE.zip")
        add_moment_arguments(parser)
        add_person_arguments(parser, is_needed=True)
        parser.add_argument("--since", default="", metavar="TIME", help="only events from then on (RFC 3339)")
        parser.add_argument(
            "--account",
            action="append",
            default=[],
            metavar="KIND:ID",
            help="of a customer only this account; give it once for each",
        )
        parser.add_argument(
            "--side",
            default="",
            metavar="CUSTOMER|both",
            help="of a transfer between two customers: whose side is shown (both: a second person must approve)",
        )
        parser.add_argument("--ask", metavar="WHY", help="ask a second person for a trail that needs one")
        add_copy_arguments(parser)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        check_copies(options)
        subject = subject_argument(options["subject"])
        with reading(viewer=viewer(options)) as connection:
            inquiry = inquire(connection, hidden, at=options["at"], clock=options["clock"])
            wish = Wish(options["since"], tuple(options["account"]), options["side"])
            if is_case(inquiry.model, str(subject)):
                scope, customers, grant = case_admitted(inquiry, options, number_of(str(subject)), wish)
            else:
                customers = customers_for(inquiry, subject)
                grant = admitted(options, subject, customers, page="export", action="export", kind="export")
                scope = scope_of(inquiry, subject, customers, wish)
            reason = grant.reason
            if options["ask"] is not None:
                self._asked(leave.ask(grant.actor, scope, customers, options["ask"], reason), scope, options)
                return
            about = Asked(
                grant.actor.name,
                grant.actor.role,
                timezone.now(),
                reason.code if reason else "",
                reason.ticket if reason else "",
                reason.caller_identified if reason else "",
                leave.taken(grant.actor, scope, customers, reason),
            )
            progress = self.progress()
            try:
                written = write_bundle(
                    inquiry,
                    scope,
                    about,
                    options["output"],
                    lambda done, total: progress("entries", done, total),
                    authority=configured(),
                )
            except OSError as error:
                raise WhereaboutsError(f"{options['output']} cannot be written: {error.strerror}") from error
            finally:
                progress.close()
        made = copies(options["output"], options)
        self._report(subject, written, made, inquiry.model.hash, options["json"])

    def _asked(self, asked: Approval | None, scope: Scope, options: dict[str, Any]) -> None:
        if options["json"]:
            self.print_json({"approval": None if asked is None else asked.pk, "subject": str(scope.title)})
        elif asked is None:
            self.stdout.write("It needs no second person: export it.")
        else:
            self.stdout.write(f"Asked, with the number {asked.pk}: export it once somebody else has approved it.")

    def _report(self, subject: Subject, written: Written, made: list[Path], model: str, as_json: bool) -> None:
        if as_json:
            self.print_json(
                {
                    "subject": str(subject),
                    "file": str(made[0]),
                    "copies": [str(path) for path in made[1:]],
                    "sha256": written.sha256,
                    "bytes": written.bytes,
                    "events": written.events,
                    "findings": written.findings,
                    "withheld": written.stubs,
                    "files": list(written.files),
                    "model": model,
                }
            )
        else:
            is_encrypted = made[0].suffix == ENCRYPTED
            self.stdout.write(
                f"{made[0]}: {how_many(written.events, 'event')}, {how_many(written.findings, 'finding')}, "
                f"{written.bytes:,} bytes"
            )
            if written.stubs:
                stubs = "1 entry is" if written.stubs == 1 else f"{written.stubs:,} entries are"
                self.stdout.write(f"{stubs} withheld: stubs.jsonl names them and says why")
            self.stdout.write(f"SHA-256 {written.sha256}" + (" before it was encrypted" if is_encrypted else ""))
            for path in made[1:]:
                self.stdout.write(str(path))
