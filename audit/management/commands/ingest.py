"""`ingest`: event files into the log and the read model."""

from __future__ import annotations

import threading
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from audit import instance as instances
from audit.access.keys import derived
from audit.database import connect
from audit.errors import WhereaboutsError
from audit.management.arguments import time_argument
from audit.management.base import Command as Base
from audit.management.counting import how_many
from audit.management.standing import standing
from audit.pipeline import run, take_own_records
from audit.sources.files import FileSource, sources_of
from audit.values import micros_of


class Command(Base):
    help = "Read event files: CloudEvents 1.0 JSON lines, plain or gzip. The same file again adds nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--model", help="the model's file; needed by an empty instance")
        parser.add_argument("--source", help="the source's name; else the events' own CloudEvents source")
        parser.add_argument(
            "--complete-until",
            type=time_argument,
            metavar="TIME",
            help="nothing is missing up to this time (RFC 3339); else the last event's",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def execute(self, *args: Any, **options: Any) -> str | None:
        if options["model"]:
            instances.load_model(options["model"])  # a mistake in it is told before a database is made
        return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        instance = _instance(options["model"])
        sources = _sources(options["files"], options["source"], options["complete_until"])
        before, progress = standing(), self.progress()
        done = [0]

        def show(passed: int) -> None:
            done[0] += passed
            progress("events", done[0])

        outcome = run(instance, sources, once=True, stop=threading.Event(), progress=show, apart=True)
        progress.close()
        if outcome.troubles:
            raise WhereaboutsError("; ".join(outcome.troubles.values()))
        take_own_records(instance)
        self._report(standing() - before, instance.model.hash, options["json"])

    def _report(self, added: Any, model: str, as_json: bool) -> None:
        if as_json:
            self.print_json(
                {
                    "model": model,
                    "events": added.events,
                    "duplicates": added.duplicates,
                    "quarantined": added.quarantined,
                }
            )
        else:
            self.stdout.write(
                f"{how_many(added.events, 'event')}, {added.duplicates:,} seen before, {added.quarantined:,} unreadable"
            )


def _sources(files: list[str], name: str | None, complete_until: datetime | None) -> list[FileSource]:
    until, key = None if complete_until is None else micros_of(complete_until), derived("files")
    if name:
        return [FileSource(name, files, complete_until=until, key=key)]
    return sources_of(files, complete_until=until, key=key)


def _instance(path: str | None) -> instances.Instance:
    with connect("follower", autocommit=True) as connection:
        return instances.begin(connection, instances.load_model(path)) if path else instances.require(connection)
