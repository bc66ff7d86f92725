"""Too many wrong tries close the door for a while. The gate is django-axes'; what it counts are our own records, which
cannot be changed and hold no mistyped password in place of a name."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from axes.handlers.base import AxesHandler
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils import timezone

from audit.access import looks
from audit.access.keys import derived
from audit.access.looks import Look
from audit.access.people import Actor
from audit.access.statements import rows
from audit.models import AuditRecord
from console.security import address_of

TRIES_FOR = timedelta(minutes=15)
TRIES_MAX = 5  # of one name from one address
NAME_TRIES_MAX = 20  # of one name from anywhere
ADDRESS_TRIES_MAX = 50  # of any names from one address
TRIED_BYTES = 4


@dataclass(frozen=True, slots=True)
class Stranger:
    """`actor` has a name only where somebody bears it: another may be a mistyped password. `tried` stands for whatever
    name was written: a keyed digest, too short to tell that it was this one."""

    actor: Actor
    tried: str


class Records(AxesHandler):  # type: ignore[misc]
    """What django-axes asks before each try and tells after it."""

    def is_locked(self, request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> bool:
        return is_closed(stranger(request, (credentials or {}).get("username") or ""))

    def user_login_failed(
        self, sender: object, credentials: Mapping[str, Any], request: HttpRequest | None = None, **more: Any
    ) -> None:
        if request is not None and not getattr(request, "axes_locked_out", False):
            failed(stranger(request, credentials.get("username") or ""), "wrong name or password")


def stranger(request: HttpRequest, username: str) -> Stranger:
    """Who tries. All names are counted alike, so that no answer tells which of them somebody bears."""
    name = username[:150]
    known = get_user_model().objects.filter(username=name).exists()
    tried = hmac.digest(derived("names tried"), name.encode(), sha256)[:TRIED_BYTES].hex()
    return Stranger(Actor(name if known else "", "", address=address_of(request)), tried)


def failed(who: Stranger, what: str) -> None:
    """Record a wrong try, and the lockout that it begins. Raises NoRecord."""
    details = {"what": what, "tried": who.tried}
    looks.record(who.actor, Look("sign_in_failure", "sign_in", outcome="wrong", details=details))
    if is_closed(who):
        minutes = int(TRIES_FOR.total_seconds() // 60)
        looks.record(who.actor, Look("lockout", "sign_in", outcome="refused", details={"minutes": minutes}))


def is_closed(who: Stranger) -> bool:
    """Whether so much was wrong lately that nothing more is tried."""
    wrong = AuditRecord.objects.filter(
        kind="sign_in_failure", outcome="wrong", recorded_at__gte=timezone.now() - TRIES_FOR
    )
    here = wrong.filter(address=who.actor.address)
    if here.count() >= ADDRESS_TRIES_MAX:
        return True
    mine = wrong.filter(details__tried=who.tried)
    return mine.filter(address=who.actor.address).count() >= TRIES_MAX or mine.count() >= NAME_TRIES_MAX


def one_at_a_time(who: Stranger) -> None:
    """Tries of one name wait for each other until their transaction ends: each sees those before it."""
    locked = sha256(f"sign in {who.tried}".encode()).digest()[:8]
    rows("access_one_at_a_time", [int.from_bytes(locked, signed=True)])
