"""`findings`: what cannot be explained, as the system user; its lines name subjects but no personal value."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from audit.access.mask import hidden
from audit.answers.documents import finding_document
from audit.answers.inquiry import inquire
from audit.answers.pages.listed_findings import Chosen, all_findings
from audit.database import reading
from audit.management.asking import add_moment_arguments
from audit.management.base import Command as Base
from audit.management.telling import tell_finding


class Command(Base):
    help = "List the findings, newest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rule", metavar="NAME", help="of this rule alone")
        parser.add_argument("--state", metavar="open|resolved", help="without it both")
        add_moment_arguments(parser)
        parser.add_argument("--json", action="store_true", help="print one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        with reading() as connection:
            # the system sees all
            inquiry = inquire(connection, hidden, at=options["at"], clock=options["clock"], hides=())
            for line in all_findings(inquiry, Chosen(options["rule"] or "", options["state"] or "")):
                if options["json"]:
                    self.print_json(finding_document(line, inquiry.model.hash))
                else:
                    tell_finding(self.stdout.write, line, inquiry.model.zone)
