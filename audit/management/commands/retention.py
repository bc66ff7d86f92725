"""`retention`: how long each class of record is kept, on which ground, and what is due."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

import msgspec
from django.utils import timezone

from audit.access import approvals, people
from audit.access.approvals import ApprovalMissing
from audit.database import reading
from audit.erasing import retention
from audit.errors import Refused, UsageError
from audit.management.base import Command as Base


class Command(Base):
    help = "Say how long each class of record is kept and what is due, or keep one longer, or (two people) shorter."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("record_class", metavar="CLASS", nargs="?", help="the class to keep longer or shorter")
        parser.add_argument("--days", type=int, metavar="N", help="keep it for so many days from now on")
        parser.add_argument("--ground", metavar="TEXT", help="on which ground")
        parser.add_argument("--why", metavar="TEXT", help="ask a second person for the shorter time, with this reason")
        parser.add_argument("--as", dest="user", metavar="USER", help="who changes it")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["record_class"] is None:
            self._say_due(options["json"])
            return
        if options["user"] is None or options["days"] is None:
            raise UsageError("say who keeps it for how long: retention CLASS --days N --ground TEXT --as USER")
        actor, name, days = people.actor_named(options["user"]), options["record_class"], options["days"]
        if options["why"] is not None:
            asked = approvals.ask(actor, "shorten_retention", f"{name} {days}", options["why"], {"days": days})
            self.stdout.write(f"asked: {asked.pk}")
            return
        try:
            made = retention.change(actor, name, days, options["ground"] or "")
        except ApprovalMissing as missing:
            raise Refused(missing.on_terminal) from None
        self.stdout.write(str(made))

    def _say_due(self, as_json: bool) -> None:
        with reading() as connection:
            found = retention.due(connection, timezone.now())
        if as_json:
            self.print_json({"classes": msgspec.to_builtins(found)})
            return
        for one in found:
            self.stdout.write(f"{one.record_class}: {one.days} days from {one.begins}; {one.due:,} due")
            self.stdout.write(f"  {one.ground}")
