"""`check_log`: whether the log is what was signed and published."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from audit.checking import check_log
from audit.configuration import evidence
from audit.errors import WhereaboutsError
from audit.management.base import Command as Base
from audit.management.counting import how_many


class Command(Base):
    help = "Hash the whole log again, and compare it with every checkpoint, ours and those published; changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--closed", action="store_true", help="open nothing sealed: without the master key")

    def handle(self, *args: Any, **options: Any) -> None:
        places = evidence().places
        progress = self.progress()
        opens = not options["closed"]
        found = check_log(places, lambda done, total: progress("entries", done, total), opens=opens)
        progress.close()
        if options["json"]:
            self.print_json(
                {
                    "entries": found.entries,
                    "checkpoints": found.checkpoints,
                    "root": found.root,
                    "bad": [{"class": bad.kind, "i": str(bad.position), "says": bad.says} for bad in found.bad],
                    "more": found.cut,
                    "not_asked": list(found.unread),
                    "in_clear": [str(position) for position in found.in_clear],
                    "unlogged": found.unlogged,
                }
            )
        else:
            for text in (*(f"{bad.kind} {bad.says}" for bad in found.bad), *found.unread):
                self.stdout.write(text)
            for position in found.in_clear:
                says = "holds in the clear what the model calls personal: it cannot be sealed without becoming another"
                self.stdout.write(f"entry {position:,} {says}")
        if found.bad:
            first = found.bad[0]
            raise WhereaboutsError(f"the log is not as it was signed: {first.kind} at entry {first.position:,}")
        if not options["json"]:
            entries = how_many(found.entries, "entry", "entries")
            self.stdout.write(f"{entries} and {how_many(found.checkpoints, 'checkpoint')}: nothing was changed")
            if found.unlogged:
                waiting = how_many(found.unlogged, "record") + " of the console's own"
                self.stdout.write(f"Not in the log yet: {waiting}; follow, ingest and rebuild take such records in")
