"""`rebuild`: all projections from the log, beside the ones that are read."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from audit.comparing import Difference
from audit.database import connect
from audit.instance import load_model
from audit.management.base import Command as Base
from audit.management.differing import counted, difference_document, tell_difference
from audit.pipeline import take_own_records
from audit.rebuilding import Rebuilt, rebuild_all, rehearse
from audit.tasks import help_rebuild


class Command(Base):
    help = (
        "Rebuild all projections from the log; readers never see a half-built one. With --dry-run: say what would "
        "change, and change nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--model", metavar="FILE", help="another model, in force from the switch on")
        parser.add_argument("--dry-run", action="store_true", help="only say what would change")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        began, progress = time.monotonic(), self.progress()
        model = load_model(options["model"]) if options["model"] else None
        build = rehearse if options["dry_run"] else rebuild_all
        done = build(_call_workers, time.sleep, lambda done, total: progress("parts rebuilt", done, total), model)
        progress.close()
        if isinstance(done, Difference):
            self._tell_difference(done, options["json"])
        else:
            self._tell_done(done, time.monotonic() - began, options["json"])
            take_own_records(done.instance)

    def _tell_difference(self, found: Difference, as_json: bool) -> None:
        if as_json:
            self.print_json(difference_document(found))
        else:
            tell_difference(self.stdout.write, found)

    def _tell_done(self, done: Rebuilt, seconds: float, as_json: bool) -> None:
        instance = done.instance
        events = _events(instance.generation)
        if as_json:
            self.print_json(
                {
                    "generation": instance.generation,
                    "model": instance.model.hash,
                    "events": events,
                    "sealed": done.sealed,
                    "seconds": round(seconds, 3),
                }
            )
        else:
            self.stdout.write(f"{events:,} events rebuilt into generation {instance.generation} in {seconds:.1f} s")
            if done.sealed:
                self.stdout.write(f"What the model calls personal is sealed now in {counted(done.sealed)}")


def _call_workers(number: int) -> None:
    """Any Celery worker that listens takes parts too; this process does those that nobody takes."""
    with suppress(help_rebuild.OperationalError):  # Redis is away: only slower
        help_rebuild.apply_async((number,), retry=False)


def _events(generation: int) -> int:
    with connect("follower") as connection:
        row = connection.execute(
            f"select value from read_{generation:d}.counts where name = 'events'".encode()
        ).fetchone()
    return int(row[0]) if row else 0
