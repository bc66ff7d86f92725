"""People who may sign in: added one by one, and for the demo one of each role."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from audit.access.people import ROLES
from audit.servers import var_dir


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
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return [Login(role, passwords[role], role) for role in ROLES]


def add_user(name: str, password: str, role: str) -> None:
    """Make a user, or change one: exactly this role and this password."""
    user, _ = get_user_model().objects.get_or_create(username=name)
    user.set_password(password)
    user.save(update_fields=["password"])
    user.groups.set([Group.objects.get_or_create(name=role)[0]])


def _passwords(file: Path) -> dict[str, str]:
    known: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if all(role in known for role in ROLES):
        return known
    made = {role: known.get(role) or secrets.token_urlsafe(9) for role in ROLES}
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as opened:
        json.dump(made, opened)
    return made
