"""Who is signed in, asked for in one statement for the session and one for the person; all else is Django's own."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.utils import timezone

from audit.access import people
from audit.access.statements import rows


class SessionStore(db.SessionStore):
    def load(self) -> dict[str, Any]:
        found = rows("access_session", [self.session_key, timezone.now()])
        if not found:
            self._session_key = None
            return {}
        return dict(self.decode(found[0][0]))


class Backend(ModelBackend):
    def get_user(self, user_id: int) -> User | None:
        user = people.signed_in(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
