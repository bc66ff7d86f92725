"""Too many wrong tries close the door for a while. The gate is django-axes'; what it counts are our own records, which
cannot be changed and hold no mistyped password in place of a name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

from axes.handlers.base import AxesHandler
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils import timezone

from audit.access import looks
from audit.access.looks import Look
from audit.access.people import Actor
from audit.access.statements import rows
from audit.models import AuditRecord
from console.security import address_of

TRIES_FOR = timedelta(minutes=15)
TRIES_MAX = 5  # of one name from one address
NAME_TRIES_MAX = 20  # of one name from anywhere
ADDRESS_TRIES_MAX = 50  # of any names from one address


class Records(AxesHandler):  # type: ignore[misc]
    """What django-axes asks before each try and tells after it."""

    def is_locked(self, request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> bool:
        return is_closed(stranger(request, (credentials or {}).get("username") or ""))

    def user_login_failed(
        self, sender: object, credentials: Mapping[str, Any], request: HttpRequest | None = None, **more: Any
    ) -> None:
        if request is not None and not getattr(request, "axes_locked_out", False):
            failed(stranger(request, credentials.get("username") or ""), "wrong name or password")


def stranger(request: HttpRequest, username: str) -> Actor:
    """Who tries; a name that nobody bears is not kept, for it may be a mistyped password."""
    known = get_user_model().objects.filter(username=username[:150]).exists()
    return Actor(username if known else "", "", address=address_of(request))


def failed(actor: Actor, what: str) -> None:
    """Record a wrong try, and the lockout that it begins. Raises NoRecord."""
    looks.record(actor, Look("sign_in_failure", "sign_in", outcome="wrong", details={"what": what}))
    if is_closed(actor):
        minutes = int(TRIES_FOR.total_seconds() // 60)
        looks.record(actor, Look("lockout", "sign_in", outcome="refused", details={"minutes": minutes}))


def is_closed(actor: Actor) -> bool:
    """Whether so much was wrong lately that nothing more is tried."""
    wrong = AuditRecord.objects.filter(
        kind="sign_in_failure", outcome="wrong", recorded_at__gte=timezone.now() - TRIES_FOR
    )
    here = wrong.filter(address=actor.address)
    if here.count() >= ADDRESS_TRIES_MAX:
        return True
    mine = wrong.filter(actor=actor.name)
    return bool(actor.name) and (
        mine.filter(address=actor.address).count() >= TRIES_MAX or mine.count() >= NAME_TRIES_MAX
    )


def one_at_a_time(actor: Actor) -> None:
    """Tries of one name, and of one address for names nobody bears, wait for each other until their transaction ends:
    each sees those before it."""
    who = f"sign in {actor.name or actor.address}"
    rows("access_one_at_a_time", [int.from_bytes(sha256(who.encode()).digest()[:8], signed=True)])
