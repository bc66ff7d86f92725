"""`reviews`: what a team lead has to look at: broken glass that nobody has reviewed, and a week's sample of reasons."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from audit.access import looks, people, reviews
from audit.access.people import SYSTEM
from audit.access.reviews import Item
from audit.management.base import Command as Base
from audit.values import rfc3339


class Command(Base):
    help = "List broken glass that waits for a review and a week's sample of reasons; exit code 1 while glass waits."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--week", default="", metavar="YEAR-Wnn", help="of the sample; else the last whole week")
        parser.add_argument("--as", dest="user", metavar="USER", help="who asks; else the system")
        parser.add_argument("--json", action="store_true", help="print one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = people.actor_named(options["user"]) if options["user"] else SYSTEM
        people.require(actor, "review")
        week = reviews.week_named(options["week"])
        found, sample = reviews.broken(), reviews.sample(week)
        details = {"week": reviews.week_name(week), "rows": len(found.waiting) + len(sample)}
        looks.record(actor, looks.Look("look", "reviews", details=details))
        for about, items in (("break_glass", found.waiting), ("reason", sample)):
            for item in items:
                self._tell(about, item, options["json"])
        if found.waits > len(found.waiting):
            self.stderr.write(f"the oldest {len(found.waiting)} of {found.waits} that wait are listed")
        if found.waits:
            raise SystemExit(1)

    def _tell(self, about: str, item: Item, as_json: bool) -> None:
        """Whom it was about stands on the page alone, where it is withheld from whom it must be."""
        row = item.record
        if as_json:
            told = {"about": about, "record": row.pk, "at": rfc3339(row.recorded_at), "actor": row.actor}
            reason = {"role": row.role, "reason": row.reason_code, "ticket": row.ticket}
            self.print_json({**told, **reason, "verdict": item.verdict or None, "by": item.by or None})
            return
        verdict = f"{item.verdict}, by {item.by}" if item.verdict else "not reviewed"
        ticket = f", ticket {row.ticket}" if row.ticket else ""
        when = rfc3339(row.recorded_at)
        self.stdout.write(f"{about} {row.pk}  {when}  {row.actor}: {row.reason_code}{ticket}: {verdict}")
