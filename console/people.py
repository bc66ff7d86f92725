"""People who may sign in: added one by one, and for the demo one of each role."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User

from audit.access import looks, people
from audit.access.looks import Look
from audit.access.people import ROLES
from audit.errors import Refused
from audit.servers import var_dir
from console import second_factor


@dataclass(frozen=True, slots=True)
class Login:
    username: str
    password: str
    role: str


def demo_users() -> list[Login]:
    """Make one user for each role where they are missing, and give their logins. Running it again changes nothing."""
    passwords = _passwords(var_dir() / "demo-logins.json")
    for role in ROLES:
        user, is_new = get_user_model().objects.get_or_create(username=role)
        if is_new or not user.check_password(passwords[role]):
            user.set_password(passwords[role])
            user.save(update_fields=["password"])
        set_role(user, role)
    return [Login(role, passwords[role], role) for role in ROLES]


def add_user(name: str, password: str, role: str) -> None:
    """Make a user, or change one: exactly this role and this password; recorded. Raises Refused for somebody whose role
    the bank's groups give."""
    user, _ = get_user_model().objects.get_or_create(username=name)
    if SocialAccount.objects.filter(user=user).exists():
        raise Refused(f"{name} signs in through the bank, whose groups give the role: change the groups there")
    user.set_password(password)
    user.save(update_fields=["password"])
    before = set_role(user, role)
    if before != role:
        details = {"user": name, "from": before, "to": role}
        looks.record(people.SYSTEM, Look("role_change", "add_user", outcome="changed", details=details))


def set_role(user: User, role: str) -> str:
    """Exactly this role, "" for none; gives the one before. Whoever sets it records it."""
    before = people.standing_of(user).role
    user.groups.set([Group.objects.get_or_create(name=role)[0]] if role else [])
    return before


def forget_telephone(user: User) -> bool:
    """Take a user's second factor away; recorded. Whether there was one."""
    details = {"user": user.get_username(), "second factor": "taken away"}
    looks.record(people.SYSTEM, Look("role_change", "forget_telephone", outcome="changed", details=details))
    return second_factor.forget(user)


def _passwords(file: Path) -> dict[str, str]:
    known: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if all(role in known for role in ROLES):
        return known
    made = {role: known.get(role) or secrets.token_urlsafe(9) for role in ROLES}
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as opened:
        json.dump(made, opened)
    return made
