"""`follow`: tail all configured sources."""

from __future__ import annotations

import threading
from argparse import ArgumentParser
from typing import Any

from audit import instance as instances
from audit.configuration import configuration, find, open_sources
from audit.database import connect
from audit.errors import WhereaboutsError
from audit.management.arguments import time_argument
from audit.management.base import Command as Base
from audit.management.counting import how_many
from audit.management.standing import standing
from audit.pipeline import run
from audit.sources.contract import Source
from audit.sources.own import OwnRecords


class Command(Base):
    help = "Tail all configured sources into the log and the read model, until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="stop when everything there is has been read")
        parser.add_argument(
            "--complete-until",
            type=time_argument,
            metavar="TIME",
            help="sources are complete up to this time (RFC 3339)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        settings = configuration() if find() or _has_stores() else None
        with connect("follower", autocommit=True) as connection:
            if settings is None:
                instance = instances.require(connection)
                self.stderr.write("There is no configuration: only the console's own records are followed.")
            else:
                instance = instances.begin(connection, instances.load_model(settings.model))
        before, progress, done = standing(), self.progress(), [0]

        def show(passed: int) -> None:
            done[0] += passed
            progress("events", done[0])

        sources: list[Source] = (
            [OwnRecords()] if settings is None else open_sources(settings, complete_until=options["complete_until"])
        )
        try:
            outcome = run(
                instance,
                sources,
                once=options["once"],
                stop=threading.Event(),
                progress=show,
                apart=True,
                evidence=settings.evidence if settings else None,
            )
        finally:
            progress.close()
            for source in sources:
                source.close()
        if outcome.troubles:
            raise WhereaboutsError("; ".join(f"{name}: {text}" for name, text in outcome.troubles.items()))
        added = standing() - before
        self.stdout.write(
            f"{how_many(added.events, 'event')}, {added.duplicates:,} seen before, {added.quarantined:,} unreadable"
        )


def _has_stores() -> bool:
    """Whether this instance follows stores: without its configuration nobody may take their follower's place."""
    with connect("follower", autocommit=True) as connection:
        return connection.execute("select from trace.source where kind not in ('files', 'console')").rowcount > 0
