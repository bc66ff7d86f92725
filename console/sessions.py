"""Who is signed in, asked for in one statement for the session and one for the person; all else is Django's own.

A session ends when nothing was done for a while, when it is old, with the browser, and by signing out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from audit.access import people
from audit.access.statements import rows
from console.signing_in import ENDS

TOUCHED_EVERY = timedelta(minutes=1)


class SessionStore(db.SessionStore):
    ends_when_idle: datetime | None = None

    def load(self) -> dict[str, Any]:
        now = timezone.now()
        found = rows("access_session", [self.session_key, now])
        held = dict(self.decode(found[0][0])) if found else {}
        if not found or held.get(ENDS, now.timestamp()) < now.timestamp():
            self._session_key = None
            return {}
        self.ends_when_idle = found[0][1]
        return held

    def stay(self) -> None:
        """Somebody is still here. Written once a minute at most."""
        if self.ends_when_idle is None or self.session_key is None:
            return
        later = timezone.now() + settings.SIGN_IN.idle
        if later - self.ends_when_idle >= TOUCHED_EVERY:
            rows("access_session_stays", [later, self.session_key])
            self.ends_when_idle = later


class StillHere:
    """Every request keeps its session, but those that a page makes by itself while nobody may be before it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if not _is_polling(request) and isinstance(request.session, SessionStore):
            request.session.stay()
        return response


def _is_polling(request: HttpRequest) -> bool:
    """htmx says which element asked; what asks by itself is the same that its answer replaces."""
    asked = request.headers.get("HX-Trigger", "")
    return request.method == "GET" and bool(asked) and asked in POLLING


# The elements of our pages that ask every few seconds (hx-trigger="every ..."); a test keeps the list whole.
POLLING = ("news", "source-cards", "export")


class Backend(ModelBackend):
    def get_user(self, user_id: int) -> User | None:
        user = people.signed_in(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
