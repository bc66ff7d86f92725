"""`link`: make the path of a deep link, to try out what another system will make."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.utils import timezone

from audit.access import deep_link
from audit.access.people import actor_named
from audit.management.base import Command as Base
from audit.values import rfc3339


class Command(Base):
    help = "Print the path of a link that opens a customer for a user, once, within ten minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("customer", metavar="CUSTOMER", help="the bank's identifier, or KIND:ID")
        parser.add_argument("--for", dest="user", required=True, metavar="USER")
        parser.add_argument("--reason", required=True, metavar="CODE[:TICKET]")
        parser.add_argument(
            "--identified", default="", metavar="HOW", help="how the caller was: app, code, callback, questions"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        code, _, ticket = options["reason"].partition(":")
        said = {
            "user": actor_named(options["user"]).name,
            "customer": options["customer"],
            "reason": code,
            "ticket": ticket,
            "caller_identified": options["identified"],
            "expires": rfc3339(timezone.now() + timedelta(minutes=10)),
        }
        self.stdout.write(f"/link?t={deep_link.seal(said)}")
