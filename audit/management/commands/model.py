"""`model check`: what a model file says, or all that is wrong with it; `model infer`: a first one, from events."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from audit.errors import ModelError, UnknownSubject
from audit.management.base import Command as Base
from audit.management.observing import EVENTS, samples
from audit.model.inferring.guesses import guess
from audit.model.inferring.observed import observe
from audit.model.inferring.proposal import proposal
from audit.model.load import Examined, examine, text_at
from audit.model.summary import summary


class Command(Base):
    help = (
        "check FILE: lanes, places and doubts of a model file, or every error with its line and its mend. "
        "infer SOURCE: propose a first model from the events of a configured source, or of an event file."
    )
    needs_database = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["check", "infer"])
        parser.add_argument("file", metavar="FILE|SOURCE")
        parser.add_argument("--events", type=int, default=EVENTS, help=f"infer: look at so many (default: {EVENTS:,})")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "infer":
            self._infer(options["file"], options["events"], options["json"])
        else:
            self._check(options["file"], options["json"])

    def _infer(self, name: str, events: int, as_json: bool) -> None:
        observed = observe(samples(name, events))
        if not observed.lanes:
            raise UnknownSubject(f"{name} has no event of a stream that can be read")
        text = proposal(guess(observed), Path(name).name.partition(".")[0], observed)
        if as_json:
            self.print_json({"source": name, "events": observed.events, "model": text})
        else:
            self.stdout.write(text, ending="")

    def _check(self, path: str, as_json: bool) -> None:
        examined = examine(text_at(path), path)
        if as_json:
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
        self.stdout.write(f"{path} is good: model {model.name}, version {model.version}, {model.hash[:12]}")
        for lane in model.lanes.values():
            count = len({event.type for event in lane.events.values()})
            states = f"; states {', '.join(lane.states)}" if lane.states else ""
            self.stdout.write(f"  lane {lane.name}: {count} event type{'' if count == 1 else 's'}{states}")
        for book in model.books:
            places = [place.name for place in model.places.values() if place.book == book]
            self.stdout.write(f"  book {book}: {', '.join(places) or 'no places'}")
        self.stdout.write(f"  kinds of subjects: {', '.join(model.kinds)}")
