"""The door: a coded reason opens one customer, with all accounts and transfers, for one session and half an hour."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.access import approvals, looks, people, texts
from audit.access.mask import ALL, Mask, hidden
from audit.access.people import Actor
from audit.access.reasons import SECRET, Reason
from audit.access.restricted import is_withheld
from audit.access.statements import rows
from audit.errors import Refused, UnknownSubject, UsageError
from audit.models import OpenDoor
from audit.values import Subject

OPEN_FOR = timedelta(minutes=30)
BROKEN_FOR = timedelta(minutes=15)
UNMASKED_FOR = timedelta(minutes=2)
FIELDS_AT_ONCE_MAX = 5
# Each by its key: all that a person has opened lately are many more.
CHOSEN = (
    "(select o.* from unnest(%(subjects)s::text[]) as w (subject) cross join lateral (select * from open_door o"
    " where session = %(session)s and actor = %(actor)s and o.subject = w.subject offset 0) o)"
)
DOORS_SHOWN = 50  # where none are asked for by name


class NoReason(Refused):
    """The person may look, but has not said why. `subject` is what a reason would open."""

    def __init__(self, subject: Subject) -> None:
        super().__init__(f"{subject} opens with a reason: say why you look, with CODE or CODE:TICKET")
        self.subject = subject


@dataclass(frozen=True, slots=True)
class Door:
    """An open door, as a page shows it."""

    subject: Subject
    reason: Reason
    closes_at: datetime
    unmasked: frozenset[str] = frozenset()
    is_broken: bool = False
    masked_again_at: datetime | None = None  # when the first of them is


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave to see one subject: through which door (None: the system, which sees everything masked), and how masked."""

    actor: Actor
    subject: Subject
    door: Door | None
    mask: Mask

    @property
    def reason(self) -> Reason | None:
        return self.door.reason if self.door else None


def open(actor: Actor, subject: Subject, reason: Reason) -> Door:
    """Open one customer (or what stands alone, where a bank has no customers); recorded.

    Raises Refused, NoRecord, and UnknownSubject for a restricted customer, as for one who never was.
    """
    people.require(actor, "look")
    if is_withheld(actor, subject):
        raise UnknownSubject.named(subject)
    _check_secrecy(actor, reason)
    looks.record(actor, looks.Look("reason", "door", [subject], reason, outcome="opened"))
    return _opened(actor, subject, reason, OPEN_FOR)


def break_glass(actor: Actor, subject: Subject, reason: Reason, why: str) -> Door:
    """Open a customer whose door stays shut otherwise, for a quarter of an hour; recorded, then reviewed.

    Raises Refused, NoRecord, and UsageError without a ticket and a why.
    """
    people.require(actor, "look")
    people.require(actor, "break_glass")
    _check_secrecy(actor, reason)
    if not reason.ticket:
        raise UsageError("broken glass needs a ticket, by which whoever reviews it finds what it was for")
    said = texts.keep(why, [subject])
    details = {"why": said.pk, "why_sha256": bytes(said.commitment).hex()}
    looks.record(actor, looks.Look("break_glass", "door", [subject], reason, outcome="broken", details=details))
    return _opened(actor, subject, reason, BROKEN_FOR, is_broken=True)


def check(actor: Actor, subject: Subject, customers: Sequence[Subject] = (), *, action: str = "look") -> Grant:
    """Leave to see `subject`, which belongs to `customers` (none: it stands alone and is its own door).

    Any of the customers' doors opens it. Raises Refused without the right, NoReason without an open door.
    """
    people.require(actor, action)
    if actor.is_system:
        return Grant(actor, subject, None, hidden)
    wanted = list(customers) or [subject]
    found = next(iter(open_doors(actor, wanted)), None)
    if found is None:
        raise NoReason(wanted[0])
    return Grant(actor, subject, found, Mask(found.subject, found.unmasked))


def open_doors(actor: Actor, subjects: Sequence[Subject] | None = None) -> list[Door]:
    """The doors (None: any) that stand open for this person in this session, newest first."""
    now = timezone.now()
    wanted: dict[str, Any] = {"session": actor.session, "actor": actor.name, "role": actor.role, "now": now}
    if subjects is None:
        wanted, doors = wanted | {"limit": DOORS_SHOWN}, "open_door"
    else:
        wanted |= {"subjects": [str(subject) for subject in subjects], "limit": None}
        doors = CHOSEN
    return [
        _seen(subject, Reason(code, ticket, caller), closes_at, json.loads(opened), is_broken, now)
        for subject, code, ticket, caller, closes_at, opened, is_broken in rows("access_doors", wanted, doors=doors)
    ]


def unmask(actor: Actor, subject: Subject, path: str) -> None:
    """Show one field of the customer whose door is open, for two minutes; recorded. ALL, and more fields at once than
    FIELDS_AT_ONCE_MAX, through however many doors, need a second person. Raises Refused, NoReason, ApprovalMissing."""
    people.require(actor, "unmask")
    with transaction.atomic():
        seen = _seen_lately(actor, subject)
        row = _row(actor, subject)
        now = timezone.now()
        until = now + UNMASKED_FOR
        still = {kept: row.unmasked[kept] for kept in _still(row.unmasked, now)}
        if ALL not in still and (path == ALL or len({*seen, path}) > FIELDS_AT_ONCE_MAX):
            approvals.take(actor, "bulk_unmask", str(subject), {}, [subject], reason=_reason(row))
            path = ALL
        looks.record(actor, looks.Look("unmask", "door", [subject], _reason(row), unmasked=[path], outcome="unmasked"))
        row.unmasked = {**still, path: until.isoformat()}
        row.save(update_fields=["unmasked"])


def close(actor: Actor) -> None:
    """Close every door of this session, as signing out does."""
    now = timezone.now()
    OpenDoor.objects.filter(session=actor.session, actor=actor.name, closes_at__gt=now).update(closes_at=now)


def _check_secrecy(actor: Actor, reason: Reason) -> None:
    if reason.code in SECRET:
        people.require(actor, "secrecy")


def _opened(actor: Actor, subject: Subject, reason: Reason, time: timedelta, *, is_broken: bool = False) -> Door:
    now = timezone.now()
    row = OpenDoor.objects.create(
        actor=actor.name,
        role=actor.role,
        session=actor.session,
        subject=str(subject),
        reason_code=reason.code,
        ticket=reason.ticket,
        caller_identified=reason.caller_identified,
        opened_at=now,
        closes_at=now + time,
        is_broken=is_broken,
    )
    return _door(row, now)


def close_all(name: str) -> None:
    """Close every door of somebody, in whichever session."""
    now = timezone.now()
    OpenDoor.objects.filter(actor=name, closes_at__gt=now).update(closes_at=now)


def _seen_lately(actor: Actor, subject: Subject) -> set[str]:
    """The fields shown to this person in these two minutes, whichever door or session it was, or that has closed."""
    now = timezone.now()
    doors = OpenDoor.objects.filter(actor=actor.name, closes_at__gt=now - UNMASKED_FOR, subject=str(subject))
    return {path for door in doors.order_by("pk").select_for_update() for path in _still(door.unmasked, now)}


def _row(actor: Actor, subject: Subject) -> OpenDoor:
    mine = OpenDoor.objects.filter(session=actor.session, actor=actor.name, subject=str(subject))
    row = mine.filter(closes_at__gt=timezone.now()).order_by("-pk").select_for_update().first()
    if row is None:
        raise NoReason(subject)
    return row


def _door(row: OpenDoor, now: datetime) -> Door:
    return _seen(row.subject, _reason(row), row.closes_at, row.unmasked, row.is_broken, now)


def _seen(
    subject: str, reason: Reason, closes_at: datetime, opened: Mapping[str, str], is_broken: bool, now: datetime
) -> Door:
    still = _still(opened, now)
    ends = [min(closes_at, datetime.fromisoformat(opened[path])) for path in still]
    return Door(Subject.parse(subject), reason, closes_at, still, is_broken, min(ends, default=None))


def _reason(row: OpenDoor) -> Reason:
    return Reason(row.reason_code, row.ticket, row.caller_identified)


def _still(unmasked: Mapping[str, str], now: datetime) -> frozenset[str]:
    return frozenset(path for path, until in unmasked.items() if datetime.fromisoformat(until) > now)
