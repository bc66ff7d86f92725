"""Signing in and out: by the bank's provider, or with a password and a code of a telephone."""

from __future__ import annotations

from contextlib import suppress

from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from requests import RequestException

from audit.access import door, looks, people
from audit.access.looks import Look
from console import half_signed_in, lockout, second_factor, single_sign_on
from console.bank_tokens import BadToken
from console.forms import safe_next
from console.security import address_of
from console.signing_in import admit, not_signed_in, page, turned_away


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    query = request.POST if request.method == "POST" else request.GET
    after = safe_next(query.get("next"), request.get_host())
    if request.user.is_authenticated:
        return HttpResponseRedirect(after)
    username = query.get("username", "")[:150]
    if request.method == "GET":
        return render(request, "sign_in.html", {**page(), "next": after, "username": username})
    if not settings.SIGN_IN.allows_passwords:
        return not_signed_in(request, gettext("Nobody signs in with a password here."), 403, next=after)
    try:
        with transaction.atomic():
            return _by_password(request, username, after)
    except looks.NoRecord as error:
        logout(request)
        return not_signed_in(request, str(error), 503, next=after)


def _by_password(request: HttpRequest, username: str, after: str) -> HttpResponse:
    stranger = lockout.stranger(request, username)
    lockout.one_at_a_time(stranger)
    user = authenticate(request, username=username, password=request.POST.get("password", ""))
    if getattr(request, "axes_locked_out", False):
        return not_signed_in(request, _closed(), 429, next=after, username=username)
    if user is None:
        wrong = gettext("Name and password do not belong together.")
        return not_signed_in(request, wrong, next=after, username=username)
    assert isinstance(user, User)
    if second_factor.has_one(user):
        return half_signed_in.begin(request, user, after, "sign_in_code")
    if settings.SIGN_IN.needs_second_factor:
        return half_signed_in.begin(request, user, after, "sign_in_telephone")
    admit(request, user, "password")
    return HttpResponseRedirect(after)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second step of those who have a telephone here."""
    half = half_signed_in.current(request)
    if half is None or not second_factor.has_one(half.user):
        return HttpResponseRedirect("/sign-in")
    if request.method == "GET":
        return render(request, "sign_in_code.html", page())
    stranger = lockout.stranger(request, half.user.username)
    try:
        with transaction.atomic():
            lockout.one_at_a_time(stranger)
            if lockout.is_closed(stranger):
                return render(request, "sign_in_code.html", {**page(), "wrong": _closed()}, status=429)
            how = second_factor.check(half.user, request.POST.get("code", "")[:40])
            if how:
                admit(request, half.user, f"password and {how}")
                return HttpResponseRedirect(half.after)
            lockout.failed(stranger, "wrong code")
    except looks.NoRecord as error:
        logout(request)
        return not_signed_in(request, str(error), 503)
    wrong = gettext("That is not the code that is shown now. Each code counts once.")
    return render(request, "sign_in_code.html", {**page(), "wrong": wrong})


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def sign_in_telephone(request: HttpRequest) -> HttpResponse:
    """The second step of those who have no telephone here yet: they show it our secret and us its first code."""
    half = half_signed_in.current(request)
    if half is None or second_factor.has_one(half.user):
        return HttpResponseRedirect("/sign-in")
    wrong = ""
    if request.method == "POST":
        try:
            with transaction.atomic():
                codes = second_factor.set_up(half.user, half.secret, request.POST.get("code", "")[:40])
                if codes:
                    admit(request, half.user, "password and first code")
                    return render(request, "sign_in_paper.html", {**page(), "codes": codes, "next": half.after})
        except looks.NoRecord as error:
            logout(request)
            return not_signed_in(request, str(error), 503)
        wrong = gettext("That is not the code that is shown now.")
    shown = {"picture": second_factor.picture(half.user, half.secret), "secret": second_factor.secret_text(half.secret)}
    return render(request, "sign_in_telephone.html", {**page(), "wrong": wrong, **shown})


@require_GET
def bank(request: HttpRequest) -> HttpResponse:
    """To the bank's provider."""
    after = safe_next(request.GET.get("next"), request.get_host())
    if settings.SIGN_IN.provider is None:
        raise Http404
    if request.user.is_authenticated:
        return HttpResponseRedirect(after)
    try:
        return single_sign_on.begin(request, after)
    except (RequestException, KeyError, TypeError, ValueError):
        return turned_away(request, gettext_noop("the bank's sign-in cannot be reached"), status=503)


@require_GET
def bank_back(request: HttpRequest) -> HttpResponse:
    """Back from the bank's provider."""
    if settings.SIGN_IN.provider is None:
        raise Http404
    if request.user.is_authenticated:
        return HttpResponseRedirect("/")
    try:
        return single_sign_on.finish(request)
    except (AttributeError, KeyError, TypeError, ValueError):  # an answer that no provider gives
        return turned_away(request, gettext_noop("the bank's sign-in gave an answer that cannot be read"), status=401)


@csrf_exempt  # the provider sends it, not a browser; its signature is what is trusted
@require_POST
def bank_ended(request: HttpRequest) -> HttpResponse:
    """Somebody was signed out at the bank's provider (OpenID Connect Back-Channel Logout)."""
    if settings.SIGN_IN.provider is None:
        raise Http404
    try:
        single_sign_on.end(request, request.POST.get("logout_token", ""))
    except BadToken as error:
        return JsonResponse({"error": "invalid_request", "error_description": str(error)}, status=400)
    except (RequestException, looks.NoRecord):
        return JsonResponse({"error": "temporarily_unavailable"}, status=503)
    return HttpResponse()


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


def _closed() -> str:
    minutes = int(lockout.TRIES_FOR.total_seconds() // 60)
    return gettext("Too many wrong tries. Try again in %(minutes)s minutes.") % {"minutes": minutes}
