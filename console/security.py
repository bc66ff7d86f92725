"""The headers of every answer: nothing inline, nothing from elsewhere, nothing kept by a cache."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
ADDRESS_LENGTH_MAX = 60
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class Headers:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if not request.path_info.startswith("/static/"):
            response.headers["Cache-Control"] = "no-store"
        return response


class Storable:
    """Refuses the character NUL wherever it is sent: no text of a database holds it, and nobody types it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = [request.path_info]
        for query in (request.GET, request.POST):
            sent += [text for name, values in query.lists() for text in (name, *map(str, values))]
        if any("\0" in text for text in sent):
            return HttpResponseBadRequest(gettext("The address or the form holds a character that no text has."))
        return self._get_response(request)


class Csrf(CsrfViewMiddleware):
    """Django's, for pages that send no referrer: browsers then name the origin of a form "null". What tells a form of
    ours from a stranger's is then Sec-Fetch-Site, where the browser says it, and in any case the token."""

    def _origin_verified(self, request: HttpRequest) -> bool:
        if request.META.get("HTTP_ORIGIN") == "null":
            return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
        return bool(super()._origin_verified(request))  # type: ignore[misc]


def address_of(request: HttpRequest) -> str:
    """Where the request came from: the connection's own address. A header's word counts only from a trusted proxy, and
    of it only what stands behind the last proxy of ours: all before that anybody may have written."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    told = [part.strip() for part in str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",") if part.strip()]
    while told and _is_trusted(address):
        address = _without_port(told.pop())
    return address[:ADDRESS_LENGTH_MAX]


def _without_port(told: str) -> str:
    """Some proxies name the port too: 203.0.113.9:4711, [2001:db8::7]:4711."""
    if told.startswith("["):
        return told[1:].partition("]")[0]
    return told.partition(":")[0] if told.count(":") == 1 else told


def _is_trusted(address: str) -> bool:
    if not settings.TRUSTED_PROXIES:
        return False
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in settings.TRUSTED_PROXIES)
