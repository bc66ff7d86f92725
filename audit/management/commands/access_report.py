"""`access_report`: what a customer is told of who looked at them, in their language and without names of staff."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from audit.access import people
from audit.access.mask import closed
from audit.access.people import SYSTEM
from audit.access.purposes import LANGUAGES, said
from audit.access.report import Report, access_report, purpose_of, sentence_of
from audit.answers.inquiry import inquire
from audit.answers.reading.names import CUSTOMER, subject_id
from audit.answers.reading.own_accounts import own_accounts
from audit.database import reading
from audit.errors import UsageError
from audit.management.arguments import time_argument
from audit.management.base import Command as Base
from audit.values import Subject, rfc3339


class Command(Base):
    help = "Print for a customer when and for what purposes they were looked at (GDPR Article 15); recorded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("customer", metavar="CUSTOMER", help="the bank's identifier, or customer:ID")
        parser.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0])
        parser.add_argument("--from", dest="began", type=time_argument, metavar="TIME")
        parser.add_argument("--to", dest="ended", type=time_argument, metavar="TIME")
        parser.add_argument("--as", dest="user", metavar="USER", help="who asks; else the system")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = people.actor_named(options["user"]) if options["user"] else SYSTEM
        customer = Subject(CUSTOMER, options["customer"].removeprefix(f"{CUSTOMER}:"))
        people.require(actor, "access_report")
        if not customer.key:
            raise UsageError("name the customer")
        with reading(viewer=actor.viewer) as connection:
            inquiry = inquire(connection, closed)
            accounts = own_accounts(inquiry, subject_id(connection, customer))
            zone = inquiry.model.zone
        made = access_report(actor, customer, accounts, options["language"], zone, options["began"], options["ended"])
        if options["json"]:
            self.print_json(_document(made))
        else:
            self._tell(made)

    def _tell(self, made: Report) -> None:
        language, zone = made.language, ZoneInfo(made.zone)
        began = f"{made.began.astimezone(zone):%Y-%m-%d %H:%M}" if made.began else said(language, "beginning")
        ended = f"{made.ended.astimezone(zone):%Y-%m-%d %H:%M}"
        about = {"customer": made.customer.key, "zone": made.zone, "began": began, "ended": ended}
        for line in (said(language, "title"), said(language, "about", **about), said(language, "law"), ""):
            self.stdout.write(line)
        for one in made.consulted:
            when = _span(one.began.astimezone(zone), one.ended.astimezone(zone))
            self.stdout.write(f"{when}  {purpose_of(made, one)}: {sentence_of(made, one)}".rstrip(": "))
        if not made.consulted:
            self.stdout.write(said(language, "nothing"))


def _span(began: datetime, ended: datetime) -> str:
    last = f"{ended:%H:%M}"
    return f"{began:%Y-%m-%d %H:%M}" + (f"-{last}" if last != f"{began:%H:%M}" else "")


def _document(made: Report) -> dict[str, object]:
    return {
        "subject": str(made.customer),
        "language": made.language,
        "zone": made.zone,
        "from": rfc3339(made.began) if made.began else None,
        "to": rfc3339(made.ended),
        "consulted": [
            {
                "from": rfc3339(one.began),
                "to": rfc3339(one.ended),
                "purpose": one.purpose,
                "says": purpose_of(made, one),
                "done": sentence_of(made, one),
            }
            for one in made.consulted
        ],
    }
