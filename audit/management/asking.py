"""How commands go through the door: as a user with a reason, or as the system with everything personal masked."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from audit.access import door, looks, people, reasons
from audit.access.door import Grant
from audit.access.people import SYSTEM, Actor
from audit.database import Viewer
from audit.errors import Refused, UsageError
from audit.values import Clock, Moment, Subject, checked_time


def add_person_arguments(parser: ArgumentParser, *, is_needed: bool = False) -> None:
    """`is_needed`: the system cannot ask."""
    who, why = "who asks", f"why: {', '.join(reasons.CODES)}"
    if not is_needed:
        who, why = f"{who}; without it the system, to which everything personal is masked", f"{why}; needed with --as"
    parser.add_argument("--as", dest="user", metavar="USER", required=is_needed, help=who)
    parser.add_argument("--reason", metavar="CODE[:TICKET]", required=is_needed, help=why)


def add_moment_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--at", metavar="TIME|EVENT", help="as of this time (RFC 3339) or just after this event (SOURCE/ID)"
    )
    parser.add_argument("--clock", choices=[clock.value for clock in Clock], default=Clock.RECORDED.value)


def admitted(
    options: dict[str, Any],
    subject: Subject,
    customers: Sequence[Subject],
    *,
    page: str,
    action: str = "look",
    kind: str = "look",
) -> Grant:
    """Leave to see a subject that belongs to `customers`, and the record of it, before anything is shown.

    Raises UsageError, Refused (which is recorded as well) and NoRecord.
    """
    actor = actor_of(options)
    moment = _moment(options)
    try:
        grant = _granted(actor, options, subject, customers, action)
    except Refused as error:
        looks.record(actor, looks.Look("refusal", page, [subject], outcome="refused", details={"why": str(error)}))
        raise
    looks.record(actor, looks.Look(kind, page, [subject, *customers], grant.reason, moment, details=_at(options)))
    return grant


def listed(options: dict[str, Any], subjects: Sequence[Subject], *, page: str, count: int) -> None:
    """The record of a list that names these subjects and nothing personal of them, before it is shown.

    Raises UsageError, Refused (which is recorded as well) and NoRecord.
    """
    actor = actor_of(options)
    try:
        people.require(actor, "findings")
        reason = reasons.parse(options["reason"]) if options.get("reason") else None
    except Refused as error:
        looks.record(actor, looks.Look("refusal", page, outcome="refused", details={"why": str(error)}))
        raise
    details = {**_at(options), "rows": len(subjects), "of": count}
    looks.record(actor, looks.Look("look", page, subjects, reason, _moment(options), details=details))


def viewer(options: dict[str, Any]) -> Viewer | None:
    """For whom a command reads: nothing is withheld from the system."""
    return actor_of(options).viewer


def actor_of(options: dict[str, Any]) -> Actor:
    """Who asks: the person named, who needs a reason, else the system. Raises UsageError."""
    user, reason = options.get("user"), options.get("reason")
    if user is None:
        if reason is not None:
            raise UsageError("a reason needs a person: add --as USER")
        return SYSTEM
    if reason is None:
        raise UsageError(f"{user} needs a reason: add --reason CODE[:TICKET], CODE one of {', '.join(reasons.CODES)}")
    return people.actor_named(user)


def _granted(
    actor: Actor, options: dict[str, Any], subject: Subject, customers: Sequence[Subject], action: str
) -> Grant:
    if actor.is_system:
        return door.check(actor, subject, customers, action=action)
    door.open(actor, customers[0] if customers else subject, reasons.parse(options["reason"]))
    return door.check(actor, subject, customers, action=action)


def _moment(options: dict[str, Any]) -> Moment:
    """What the record says of the moment: an event's stands among the details."""
    try:
        time = datetime.fromisoformat(options.get("at") or "")
    except ValueError:
        return Moment(None, Clock(options.get("clock") or Clock.RECORDED))
    return Moment(checked_time(time) if time.tzinfo else None, Clock(options.get("clock") or Clock.RECORDED))


def _at(options: dict[str, Any]) -> dict[str, object]:
    return {"at": options["at"]} if options.get("at") else {}
