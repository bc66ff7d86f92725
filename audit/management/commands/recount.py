"""`recount`: read the sources again and compare them with what was logged."""

from __future__ import annotations

import threading
from argparse import ArgumentParser
from typing import Any

from audit.configuration import configuration, open_sources
from audit.database import connect
from audit.errors import UnknownSubject
from audit.instance import begin, load_model, require
from audit.log.recount import Recounted, recount_all
from audit.management.base import Command as Base
from audit.pipeline import run
from audit.sources.own import NAME as OWN
from audit.sources.postgres import PostgresSource


class Command(Base):
    help = "Read all events of the configured sources again: what is gone or differs becomes a finding."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", metavar="NAME", help="only this one")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        found: dict[str, Recounted] = {}
        settings = configuration()
        with connect("follower", autocommit=True) as connection:
            instance = require(connection)
            begin(connection, load_model(settings.model))  # refuses another bank's sources, as `follow` does
        for source in open_sources(settings):
            try:
                is_meant = source.name == options["source"] if options["source"] else source.name != OWN
                if is_meant and isinstance(source, PostgresSource):
                    with connect("follower") as connection:
                        found[source.name] = recount_all(connection, source)
            finally:
                source.close()
        if options["source"] and not found:
            raise UnknownSubject(f"the configuration has no source {options['source']}")
        run(instance, [], once=True, stop=threading.Event())  # tells what was found, unless a follower does
        self._tell(found, options["json"])

    def _tell(self, found: dict[str, Recounted], as_json: bool) -> None:
        if as_json:
            lines = [
                {"name": name, "events": one.events, "changed": one.changed, "gone": one.gone, "healed": one.healed}
                for name, one in found.items()
            ]
            self.print_json({"sources": lines})
            return
        for name, one in found.items():
            self.stdout.write(
                f"{name}: {one.events:,} events read again; new: {one.changed:,} changed, {one.gone:,} gone, "
                f"{one.healed:,} as they were again"
            )
