"""`manage.py access_log --ocsf [--follow]`: what everyone did, one JSON object a line, for a SIEM."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import CommandParser

from audit.access import ocsf
from audit.database import connect
from audit.errors import UsageError
from audit.management.base import Command as BaseCommand
from audit.version import VERSION

FOLLOW_SECONDS = 1.0


class Command(BaseCommand):
    help = "Print the access log as OCSF events, one JSON object a line; customers under pseudonyms."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ocsf", action="store_true", help="as OCSF 1.5.0 (the only form there is)")
        parser.add_argument("--follow", action="store_true", help="go on with what is done from now on")
        parser.add_argument("--after", metavar="UID", default=ocsf.BEGINNING, help="only what comes after this event")
        parser.add_argument("--pseudonym", metavar="SUBJECT", help="print only what a subject is called in it")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["pseudonym"]:
            self.stdout.write(ocsf.pseudonym(options["pseudonym"]))
            return
        if not options["ocsf"]:
            raise UsageError("say the form: --ocsf")
        after = options["after"]
        with connect("web", autocommit=True) as connection:
            while True:
                for record in ocsf.records(connection, after):
                    self.print_json(ocsf.event(record, VERSION))
                    after = record.uid
                self.stdout.flush()
                if not options["follow"]:
                    return
                time.sleep(FOLLOW_SECONDS)
