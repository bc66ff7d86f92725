"""Signing in and out. Too many wrong passwords close the door for a while, for the name and for the address."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from hashlib import sha256

from django.contrib.auth import authenticate, get_user_model, login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from audit.access import door, looks, people
from audit.access.looks import Look
from audit.access.people import Actor
from audit.access.statements import rows
from audit.models import AuditRecord
from console.forms import safe_next
from console.security import address_of

TRIES_FOR = timedelta(minutes=15)
NAME_TRIES_MAX = 5
ADDRESS_TRIES_MAX = 50


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    query = request.POST if request.method == "POST" else request.GET
    after = safe_next(query.get("next"), request.get_host())
    if request.user.is_authenticated:
        return HttpResponseRedirect(after)
    wrong, status = "", 200
    if request.method == "POST":
        wrong, status = _try(request, request.POST.get("username", "")[:150])
        if not wrong:
            return HttpResponseRedirect(after)
    context = {"visit": None, "at": None, "next": after, "wrong": wrong, "username": query.get("username", "")[:150]}
    return render(request, "sign_in.html", context, status=status)


def _try(request: HttpRequest, username: str) -> tuple[str, int]:
    known = get_user_model().objects.filter(username=username).exists()
    stranger = Actor(username if known else "", "", address=address_of(request))  # a name may be a mistyped password
    try:
        with transaction.atomic():
            _one_at_a_time(stranger)
            return _try_alone(request, username, stranger)
    except looks.NoRecord as error:
        logout(request)
        return str(error), 503


def _one_at_a_time(stranger: Actor) -> None:
    """Tries of one name, and of one address for names nobody bears, wait for each other: each sees those before."""
    who = f"sign in {stranger.name or stranger.address}"
    rows("access_one_at_a_time", [int.from_bytes(sha256(who.encode()).digest()[:8], signed=True)])


def _try_alone(request: HttpRequest, username: str, stranger: Actor) -> tuple[str, int]:
    if _is_closed(stranger):
        return gettext("Too many wrong passwords. Try again in 15 minutes."), 429
    user = authenticate(request, username=username, password=request.POST.get("password", ""))
    if user is None:
        looks.record(stranger, Look("sign_in", "sign_in", outcome="wrong"))
        return gettext("Name and password do not belong together."), 200
    login(request, user)
    key = request.session.session_key or ""
    actor = people.actor_of(user, session_key=key, address=stranger.address)
    looks.record(actor, Look("sign_in", "sign_in", outcome="signed in"))
    return "", 200


def _is_closed(actor: Actor) -> bool:
    wrong = AuditRecord.objects.filter(kind="sign_in", outcome="wrong", recorded_at__gte=timezone.now() - TRIES_FOR)
    by_name = wrong.filter(actor=actor.name).count() if actor.name else 0
    return by_name >= NAME_TRIES_MAX or wrong.filter(address=actor.address).count() >= ADDRESS_TRIES_MAX


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        key = request.session.session_key or ""
        actor = people.actor_of(request.user, session_key=key, address=address_of(request))
        logout(request)  # first: who wants to leave leaves, whether or not it can be written down
        door.close(actor)
        with suppress(looks.NoRecord):
            looks.record(actor, Look("sign_out", "sign_out", outcome="signed out"))
    return HttpResponseRedirect("/sign-in")
