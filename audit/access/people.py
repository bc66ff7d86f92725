"""Who asks: a person in one role and one session, or the system itself. What a role may do stands in a table."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.translation import gettext, gettext_noop

from audit.access.statements import rows
from audit.database import Viewer
from audit.errors import Refused, UsageError

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_STANDING = "_standing"  # of a user that `signed_in` gave, for this request alone

ROLE_TITLES = (
    gettext_noop("support"), gettext_noop("team lead"), gettext_noop("investigator"), gettext_noop("auditor"),
    gettext_noop("data protection"), gettext_noop("authority desk"), gettext_noop("administrator"),
)  # fmt: skip
ROLES = tuple(title.replace(" ", "_") for title in ROLE_TITLES)


@dataclass(frozen=True, slots=True)
class Actor:
    """One person at work. `session` is a digest of the session's key, never the key; "" on the command line."""

    name: str
    role: str
    rights: frozenset[str] = frozenset()
    session: str = ""
    address: str = ""
    is_system: bool = False

    def may(self, action: str) -> bool:
        """The system may do everything but see a personal field."""
        return action != "unmask" if self.is_system else action in self.rights

    @property
    def viewer(self) -> Viewer | None:
        """For whom is read: from the system nothing is withheld."""
        return None if self.is_system else Viewer(self.name, self.role, self.session)


SYSTEM = Actor(name="system", role="system", is_system=True)


class Standing(NamedTuple):
    """A user's role and what it may do."""

    role: str
    rights: frozenset[str]


def actor_of(user: User, *, session_key: str = "", address: str = "") -> Actor:
    """The actor behind a signed-in user; a user without a role has no rights at all."""
    standing: Standing = getattr(user, _STANDING, None) or standing_of(user)
    return Actor(user.get_username(), standing.role, standing.rights, session_digest(session_key), address)


def signed_in(id: int) -> User | None:
    """The user of that number, with role and rights, in one statement."""
    found = rows("access_person", [id])
    if not found:
        return None
    *columns, groups, rights = found[0]
    model = get_user_model()
    user = model.from_db("default", [field.attname for field in model._meta.concrete_fields], columns)
    user.__dict__[_STANDING] = _standing(groups, rights)
    return user


def actor_named(username: str) -> Actor:
    """The actor of a command's `--as USER`; raises UsageError for a name that nobody active bears."""
    user = get_user_model().objects.filter(username=username, is_active=True).first()
    if user is None:
        raise UsageError(f"nobody is called {username!r}: give the name of an active user after --as")
    return actor_of(user)


def standing_of(user: User) -> Standing:
    """The user's role is the first of the known ones among the user's groups, "" for none."""
    *_, groups, rights = rows("access_person", [user.pk])[0]
    return _standing(groups, rights)


def _standing(groups: Sequence[str], rights: Sequence[str]) -> Standing:
    role = next((role for role in ROLES if role in groups), "")
    return Standing(role, frozenset(action for of, _, action in (one.partition(" ") for one in rights) if of == role))


def session_digest(session_key: str) -> str:
    """What stands for a session in records: from it nobody can take the session over."""
    if not session_key:
        return ""
    return hashlib.blake2b(session_key.encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=16).hexdigest()


def require(actor: Actor, action: str) -> None:
    """Raises Refused unless the actor has the right."""
    if not actor.may(action):
        raise Refused(_not_for(actor.role, {role for (role,) in rows("access_roles_with", [action])}))


def _not_for(role: str, others: Collection[str]) -> str:
    """For whom it is instead, so that somebody knows whom to ask."""
    if not role:
        return gettext("you have no role yet: ask an administrator for one")
    named = [one.replace("_", " ") for one in ROLES if one in others and one != role]
    if not named:
        return gettext("no role may do this")
    *first, last = (gettext(one) for one in named)
    told = {"first": ", ".join(first), "last": last, "yours": gettext(role.replace("_", " "))}
    if first:
        many = gettext(
            "this is for the roles %(first)s and %(last)s, and yours is %(yours)s: ask a colleague whom it is for"
        )
        return many % told
    return gettext("this is for the role %(last)s, and yours is %(yours)s: ask a colleague whom it is for") % told
