"""The console's people, and browsers that are signed in as them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from audit.access import people
from audit.access.people import Actor
from tests.conftest import Database

PASSWORD = "correct horse battery staple"


@pytest.fixture
def user(database: Database) -> Callable[[str], str]:
    """Makes a user of a role, called as the role."""

    def make(role: str) -> str:
        made = get_user_model().objects.create_user(role, password=PASSWORD)
        made.groups.add(Group.objects.get_or_create(name=role)[0])
        return role

    return make


@pytest.fixture
def actor(user: Callable[[str], str]) -> Callable[[str], Actor]:
    def make(role: str, session: str = "s1") -> Actor:
        named = people.actor_named(user(role))
        return Actor(named.name, named.role, named.rights, session)

    return make


@pytest.fixture
def signed_in(user: Callable[[str], str]) -> Callable[[str], Client]:
    def make(role: str) -> Client:
        client = Client()
        client.force_login(get_user_model().objects.get(username=user(role)))
        return client

    return make
