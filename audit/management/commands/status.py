"""`status`: how far everything is known, what stands where, and what is not explained; as the system user."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from audit.access.mask import hidden
from audit.answers.documents import status_document
from audit.answers.inquiry import inquire
from audit.answers.pages.overview import overview
from audit.database import reading
from audit.management.base import Command as Base
from audit.management.telling import tell_status


class Command(Base):
    help = "Show how far the sources are known, sums by kind of place, and the findings of each rule."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        with reading() as connection:
            inquiry = inquire(connection, hidden, hides=())  # the system sees all
            answer = overview(inquiry, open_shown=0)
            if options["json"]:
                self.print_json(status_document(answer))
            else:
                tell_status(self.stdout.write, answer, inquiry.model.zone)
