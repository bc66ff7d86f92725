"""What follows when somebody has shown who they are: role, session and record, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.conf import settings
from django.contrib.auth import SESSION_KEY, login, logout
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from audit.access import door, looks, people
from audit.access.looks import Look
from audit.access.people import Actor
from console.people import set_role
from console.security import address_of

ENDS = "ends"  # in a session: when it ends at the latest, in seconds since 1970
FROM_BANK = "from_bank"  # in a session: whether its person came from the bank's provider
BACKEND = "console.sessions.Backend"


class NotAdmitted(Exception):
    """Somebody is who they say, and may not come in; the text says why."""

    def __init__(self, why: str, actor: str = "") -> None:
        super().__init__(why)
        self.actor = actor


def admit(request: HttpRequest, user: User, how: str, *, from_bank: bool = False) -> None:
    """Begin the session of somebody who has shown all that is asked for; recorded. Raises NoRecord."""
    login(request, user, backend=BACKEND)
    request.session[ENDS] = timezone.now().timestamp() + settings.SIGN_IN.longest.total_seconds()
    request.session[FROM_BANK] = from_bank
    _record(request, user, Look("sign_in", "sign_in", outcome="signed in", details={"how": how}))


def admit_from_bank(
    request: HttpRequest, known: User | None, make: Callable[[], User], role: str, after: str
) -> HttpResponse:
    """Give somebody exactly the role that the bank's groups say, and let them in; without one nobody comes in.

    Raises NotAdmitted; what the groups no longer say is taken away all the same.
    """
    try:
        with transaction.atomic():
            if known is not None:
                give_role(request, known, role)
            elif role:
                known = make()
                give_role(request, known, role)
            if known is not None and role and known.is_active:
                admit(request, known, "bank", from_bank=True)
                return HttpResponseRedirect(after)
    except looks.NoRecord as error:
        logout(request)
        return not_signed_in(request, gettext(str(error)), 503)
    except IntegrityError:
        raise NotAdmitted(gettext_noop("somebody of this name came in at the same moment")) from None
    name = known.get_username() if known is not None else ""
    switched_off = gettext_noop("the user is switched off here")
    raise NotAdmitted(switched_off if role else gettext_noop("none of the groups has a role here"), name)


def give_role(request: HttpRequest, user: User, role: str) -> None:
    """Exactly this role, "" for none, at once in every session of the user; recorded where it changes."""
    before = set_role(user, role)
    if before != role:
        _record(request, user, Look("role_change", "sign_in", outcome="changed", details={"from": before, "to": role}))


def end_sessions(user: User, why: str, address: str = "") -> int:
    """End every session and close every door of somebody at once, recorded; how many sessions. Raises NoRecord."""
    actor = people.actor_of(user, address=address)
    looks.record(actor, Look("sign_out", "sign_out", outcome="ended", details={"why": why}))
    door.close_all(user.get_username())
    live = Session.objects.filter(expire_date__gt=timezone.now())
    theirs = [one.pk for one in live if one.get_decoded().get(SESSION_KEY) == str(user.pk)]
    return Session.objects.filter(pk__in=theirs).delete()[0]


def turned_away(request: HttpRequest, why: str, *, actor: str = "", named: str = "", status: int = 403) -> HttpResponse:
    """A failed sign-in through the bank, recorded, and what to do. `why` is recorded as it stands in the code, whatever
    language the page is read in. `named`: what the provider calls the person."""
    logout(request)
    stranger = Actor(actor, "", address=address_of(request))
    try:
        looks.record(
            stranger,
            Look(
                "sign_in_failure",
                "sign_in",
                outcome="refused",
                details={"what": why, **({"named": named} if named else {})},
            ),
        )
    except looks.NoRecord as error:
        return not_signed_in(request, gettext(str(error)), 503)
    text = gettext("You are not signed in: %(why)s. Try again, or ask who gives the groups.")
    return not_signed_in(request, text % {"why": gettext(why)}, status)


def not_signed_in(request: HttpRequest, wrong: str, status: int = 200, **known: str) -> HttpResponse:
    return render(request, "sign_in.html", {**page(), "wrong": wrong, **known}, status=status)


def page() -> Mapping[str, object]:
    """What the pages before signing in know."""
    provider = settings.SIGN_IN.provider
    return {
        "visit": None,
        "at": None,
        "wrong": "",
        "next": "/",
        "username": "",
        "bank": provider.title if provider else "",
        "allows_passwords": settings.SIGN_IN.allows_passwords,
    }


def _record(request: HttpRequest, user: User, look: Look) -> None:
    key = request.session.session_key or ""
    looks.record(people.actor_of(user, session_key=key, address=address_of(request)), look)
