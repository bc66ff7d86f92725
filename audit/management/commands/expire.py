"""`expire`: take what is past the end of its retention and not held."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

import msgspec

from audit.access import people
from audit.erasing.expiring import EXPIRING, expire, past
from audit.management.base import Command as Base


class Command(Base):
    help = "Take all of a class of record that is past its end and not held; customers need a second person each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("record_class", metavar="CLASS", choices=sorted(EXPIRING), help=", ".join(sorted(EXPIRING)))
        parser.add_argument("--as", dest="user", metavar="USER", required=True, help="who does it")
        parser.add_argument("--plan", action="store_true", help="say what would go; nothing is changed")
        parser.add_argument("--why", metavar="TEXT", help="ask a second person for each customer, with this reason")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        actor, name = people.actor_named(options["user"]), options["record_class"]
        if options["plan"]:
            found = past(actor, name)
            if options["json"]:
                self.print_json(msgspec.to_builtins(found))
                return
            self.stdout.write(f"{name}: {len(found.names):,} of {found.total:,} past their end and not held")
            self.stdout.writelines(f"  {one}\n" for one in found.names)
            return
        done = expire(actor, name, options["why"])
        if options["json"]:
            self.print_json(msgspec.to_builtins(done))
            return
        self.stdout.write(f"{done.record_class}: {done.gone:,} gone")
        if done.asked or done.waits or done.left:
            waits = f"{done.waits:,} wait for a second person"
            self.stdout.write(f"  {done.asked:,} asked for now, {waits}, {done.left:,} are left to ask for")
