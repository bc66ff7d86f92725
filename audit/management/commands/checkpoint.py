"""`checkpoint`: seal the log now, and say under which root."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from audit.configuration import evidence
from audit.database import connect
from audit.errors import UnknownSubject, WhereaboutsError
from audit.log.checkpoints import seal
from audit.log.log_key import history
from audit.log.publishing import publish_due
from audit.log.tree import size_of
from audit.management.base import Command as Base


class Command(Base):
    help = "Sign all that is logged by now (C2SP checkpoint), and publish it where whereabouts.toml says."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--new-key", action="store_true", help="the log key was changed on purpose: sign with it")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        with connect("follower", autocommit=True) as connection:
            if size_of(connection) == 0:
                raise UnknownSubject("the log is empty: there is nothing to sign")
            signed = seal(connection, new_key=options["new_key"])
            places = evidence().places
            troubles = publish_due(connection, places, signed, at_once=True)
            keys = history(connection)
        if troubles:
            raise WhereaboutsError("; ".join(troubles.values()))
        if not options["json"]:
            self.stdout.write(signed.note, ending="")
            self.stdout.write(f"key {keys[-1].key}")
            return
        self.print_json(
            {
                "origin": signed.checkpoint.origin,
                "size": signed.checkpoint.size,
                "root": signed.checkpoint.root.hex(),
                "checkpoint": signed.note,
                "key": str(keys[-1].key),
                "keys": [{"key": str(one.key), "first": one.first, "last": one.last} for one in keys],
                "published": [place.name for place in places],
            }
        )
