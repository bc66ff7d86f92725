"""`check_books`: whether all stored sums are those of the movements, and every book sums to zero."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from psycopg import IsolationLevel

from audit.database import connect, use_generation
from audit.errors import WhereaboutsError
from audit.findings.books import check_books
from audit.findings.rule import amount_text
from audit.findings.trial_balance import RULE
from audit.instance import require
from audit.management.base import Command as Base


class Command(Base):
    help = "Add up all movements and compare them with every stored sum; a difference becomes a finding."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        with connect("follower") as connection:
            instance = require(connection)
            connection.commit()
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            use_generation(connection, instance.generation)
            found = check_books(connection, instance.model)
            connection.commit()
        digits = instance.model.digits
        lines = [
            {
                "what": one.what,
                "place": one.place,
                "currency": one.currency,
                "stored": amount_text(one.stored, "", digits.get(one.currency, 0)).strip(),
                "summed": amount_text(one.summed, "", digits.get(one.currency, 0)).strip(),
            }
            for one in found
        ]
        if options["json"]:
            self.print_json({"model": instance.model.hash, "differences": lines})
        for line in [] if options["json"] else lines:
            stored, summed = f"{line['stored']} {line['currency']}", f"{line['summed']} {line['currency']}"
            self.stdout.write(RULE.says({**line, "stored": stored, "summed": summed}))
        if found:
            count = "1 stored sum differs" if len(found) == 1 else f"{len(found):,} stored sums differ"
            raise WhereaboutsError(f"{count} from the movements: run a rebuild")
        if not options["json"]:
            self.stdout.write("all stored sums are those of the movements, and every book sums to zero")
