"""How a command goes through the doors of a case: those of all its customers, for one reason."""

from __future__ import annotations

from typing import Any

from audit.access import door, looks, people, reasons
from audit.access.door import Grant
from audit.access.reasons import Reason
from audit.answers.inquiry import Inquiry
from audit.cases.doors import doors_of
from audit.cases.entries import Case
from audit.cases.reading import case as read
from audit.errors import Refused, UsageError
from audit.trails.scope import Scope, Wish
from audit.values import Subject


def case_admitted(
    inquiry: Inquiry, options: dict[str, Any], id: int, wish: Wish
) -> tuple[Scope, tuple[Subject, ...], Grant]:
    """What a case's trail is of, whose it is, and the leave to see the last of them; every door is recorded.

    Raises UnknownSubject, UsageError, Refused (which is recorded as well) and NoRecord.
    """
    if wish != Wish():
        raise UsageError("the trail of a case is whole: leave --since, --account and --side out")
    actor, reason = people.actor_named(options["user"]), reasons.parse(options["reason"])
    found = None
    try:
        people.require(actor, "export")
        found = read(actor, id)
        reason = reasons.under_secrecy(reason) if found.is_secret else reason
        customers, doors = doors_of(inquiry, found)
        for one in doors:
            door.open(actor, one, reason)
            grant = door.check(actor, one, action="export")
    except Refused as error:
        why = {"why": str(error), "case": id}
        looks.record(actor, looks.Look("refusal", "export", reason=_secret(found), outcome="refused", details=why))
        raise
    seen = [*found.subjects, *customers]
    looks.record(actor, looks.Look("export", "export", seen, reason, details={"case": id}))
    return Scope.of_case(found), customers, grant


def _secret(found: Case | None) -> Reason | None:
    return reasons.under_secrecy(None) if found is not None and found.is_secret else None
