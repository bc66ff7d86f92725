"""`model check`: what a model file says, or everything that is wrong with it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from audit.errors import ModelError
from audit.management.base import Command as Base
from audit.model.load import Examined, examine, text_at
from audit.model.summary import summary


class Command(Base):
    help = "Check a model file: lanes, places and doubts, or every error with its line and its mend."
    needs_database = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["check"])
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        examined = examine(text_at(path), path)
        if options["json"]:
            self.print_json(summary(examined))
        else:
            self._tell(path, examined)
        if examined.model is None:
            count = len(examined.errors)
            raise ModelError(f"{path} cannot be used: {count} error{'s' if count > 1 else ''}")

    def _tell(self, path: str, examined: Examined) -> None:
        for problem in examined.errors:
            self.stdout.write(str(problem))
        for problem in examined.warnings:
            self.stdout.write(f"warning: {problem}")
        model = examined.model
        if model is None:
            return
        self.stdout.write(f"{path} is good: model {model.name}, version {model.version}, {model.hash}")
        for lane in model.lanes.values():
            count = len({event.type for event in lane.events.values()})
            states = f"; states {', '.join(lane.states)}" if lane.states else ""
            self.stdout.write(f"  lane {lane.name}: {count} event type{'' if count == 1 else 's'}{states}")
        for book in model.books:
            places = [place.name for place in model.places.values() if place.book == book]
            self.stdout.write(f"  book {book}: {', '.join(places) or 'no places'}")
        self.stdout.write(f"  kinds of subjects: {', '.join(model.kinds)}")
