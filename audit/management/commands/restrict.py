"""`restrict`: the list of customers whom only some may know of, read in as a whole."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from audit.access.restricted import restrict
from audit.management.base import Command as Base


class Command(Base):
    help = "Restrict the customers that a CSV (customer,ground,may_open) names, and nobody else; recorded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--remove", action="store_true", help="who is not in the file is no longer restricted")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        changed = restrict(options["file"], may_remove=options["remove"])
        if options["json"]:
            self.print_json(asdict(changed))
            return
        self.stdout.write(
            f"{changed.restricted:,} restricted: {changed.added:,} added, {changed.changed:,} changed, "
            f"{changed.removed:,} lifted"
        )
