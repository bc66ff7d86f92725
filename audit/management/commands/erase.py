"""`erase`: take a subject's personal values away for ever, once a second person has approved it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

import msgspec

from audit.access import people
from audit.access.approvals import ApprovalMissing
from audit.erasing import holds
from audit.erasing.again import keep_erased
from audit.erasing.erase import Plan, ask, erase, plan
from audit.errors import Refused, UsageError
from audit.management.base import Command as Base
from audit.management.fields import tell_fields
from audit.management.subjects import subject_argument
from audit.models import Approval
from audit.values import Subject

COUNTED = {  # fields of a receipt, in words
    "owners": "subjects whose keys were destroyed",
    "others": "its own values under other customers' keys",
    "keys": "keys destroyed",
    "pieces": "sealed values destroyed",
    "blind": "search marks destroyed",
    "texts": "written texts destroyed",
    "exports": "files of exports destroyed",
    "left_held": "values left for legal holds on others",
}


class Command(Base):
    help = (
        "Erase the personal values of a subject (KIND:ID): ask for it with --why, and run it again once another person "
        "has approved it on the console's page Approvals."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("subject", metavar="SUBJECT", nargs="?", help="KIND:ID")
        parser.add_argument("--as", dest="user", metavar="USER", help="who asks and who does it: the same person")
        parser.add_argument("--why", metavar="TEXT", help="ask for the approval, with this reason")
        parser.add_argument("--despite-retention", action="store_true", help="although the law keeps the data longer")
        parser.add_argument("--plan", action="store_true", help="say what would be erased; nothing is changed")
        parser.add_argument("--hold", metavar="TEXT", help="place a legal hold instead, with this reason")
        parser.add_argument("--lift-hold", action="store_true", help="lift the legal hold instead")
        parser.add_argument("--again", action="store_true", help="do again what all receipts say, as following does")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["again"]:
            self._say({"new_to_this_database": keep_erased()}, options["json"])
            return
        if options["user"] is None or options["subject"] is None:
            raise UsageError("say what to erase and who asks: erase KIND:ID --as USER")
        actor, subject = people.actor_named(options["user"]), subject_argument(options["subject"])
        despite = options["despite_retention"]
        if options["hold"] is not None:
            holds.hold(actor, subject, options["hold"])
            self._say({"subject": str(subject), "hold": "placed"}, options["json"])
        elif options["lift_hold"]:
            holds.lift(actor, subject)
            self._say({"subject": str(subject), "hold": "lifted"}, options["json"])
        elif options["plan"]:
            people.require(actor, "erase")
            self._say(_document(plan(actor, subject), options["json"]), options["json"])
        elif options["why"] is not None:
            people.require(actor, "erase")
            number = ask(actor, subject, options["why"], despite_retention=despite)
            self._say(_asked(subject, number, options["json"]), options["json"])
        else:
            people.require(actor, "erase")
            try:
                receipt = erase(actor, subject, despite_retention=despite)
            except ApprovalMissing as missing:
                raise Refused(missing.on_terminal) from None
            self._say(_receipt(msgspec.to_builtins(receipt), options["json"]), options["json"])

    def _say(self, told: dict[str, Any], as_json: bool) -> None:
        if as_json:
            self.print_json(told)
            return
        tell_fields(self.stdout.write, told)


def _asked(subject: Subject, number: int, as_json: bool) -> dict[str, Any]:
    if as_json:
        return {"subject": str(subject), "asked": number}
    asked = Approval.objects.get(pk=number)
    return {
        "subject": asked.what,
        "asked": number,
        "who decides": "another person with the right approve_erasure, on the console's page Approvals",
        "open until": asked.expires_at,
        "then": f"python manage.py erase {subject} --as {asked.requester}",
    }


def _receipt(told: dict[str, Any], as_json: bool) -> dict[str, Any]:
    """For people: what was counted says of what."""
    return told if as_json else {COUNTED.get(name, name): value for name, value in told.items()}


def _document(planned: Plan, as_json: bool) -> dict[str, Any]:
    subject, owners, others = str(planned.subject), [str(one) for one in planned.scope.own], planned.scope.others
    if as_json:
        return {"subject": subject, "owners": owners, "others": others, "kept_until": planned.kept_until}
    kept = f"{planned.kept_until:%Y-%m-%d}, counted from the last event" if planned.kept_until else "no longer"
    return {
        "subject": subject,
        "keys destroyed, with all that is sealed under them (subjects)": owners,
        "its own values under other customers' keys (source, event, field)": others,
        "the law keeps the data until": kept,
    }
