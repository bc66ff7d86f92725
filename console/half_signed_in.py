"""Between the password and the code: who it is waits in the session for five minutes, and may see nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from console import second_factor

WAITS = timedelta(minutes=5)
_KEY = "half_signed_in"


@dataclass(frozen=True, slots=True)
class Half:
    """`secret` is for a telephone, sealed."""

    user: User
    after: str
    secret: str


def begin(request: HttpRequest, user: User, after: str, page: str) -> HttpResponse:
    """Remember who gave the right password, in a session of a new key, and lead on to the next step."""
    request.session.flush()
    until = (timezone.now() + WAITS).timestamp()
    secret = second_factor.fresh_secret()
    request.session[_KEY] = [user.pk, user.get_session_auth_hash(), after, secret, until]
    return HttpResponseRedirect(reverse(page))


def current(request: HttpRequest) -> Half | None:
    """Who waits here; None after five minutes, and where the password was changed meanwhile."""
    kept = request.session.get(_KEY)
    if kept is None or request.user.is_authenticated:
        return None
    number, proof, after, secret, until = kept
    user = User.objects.filter(pk=number, is_active=True).first()
    if user is None or until < timezone.now().timestamp() or user.get_session_auth_hash() != proof:
        return None
    return Half(user, after, secret)
