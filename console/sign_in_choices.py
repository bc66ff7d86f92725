"""How people sign in here, as the environment says it: docs/how-to/sign-in.md."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

from audit.errors import ConfigurationError
from audit.given import given

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Provider:
    """The bank's OpenID Connect provider, and which of its groups have which role; the first that fits counts."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    roles: Mapping[str, str]
    title: str
    groups_claim: str
    name_claim: str
    scopes: tuple[str, ...]

    def role_of(self, groups: list[str]) -> str:
        """The role of somebody in these groups, "" for none."""
        return next((role for group, role in self.roles.items() if group in groups), "")


@dataclass(frozen=True, slots=True)
class SignInChoices:
    """`provider` None: everybody is a local user. Local users need a second factor unless it is said to be optional."""

    provider: Provider | None = None
    allows_passwords: bool = True
    needs_second_factor: bool = True
    idle: timedelta = timedelta(minutes=15)
    longest: timedelta = timedelta(hours=10)


def sign_in_choices(known_roles: tuple[str, ...]) -> SignInChoices:
    """Read from the environment; raises ConfigurationError that says what to mend."""
    provider = _provider(known_roles) if os.environ.get("OIDC_ISSUER") else None
    return SignInChoices(
        provider,
        _one_of("LOCAL_SIGN_IN", {"": provider is None, "1": True, "0": False}) or provider is None,
        _one_of("SECOND_FACTOR", {"": True, "required": True, "optional": False}),
        timedelta(minutes=_number("SESSION_IDLE_MINUTES", 15, 24 * 60)),
        timedelta(hours=_number("SESSION_HOURS", 10, 24 * 7)),
    )


def trusted_proxies() -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks whose word about where a request came from is taken."""
    parts = (part.strip() for part in os.environ.get("TRUSTED_PROXIES", "").split(","))
    try:
        return tuple(ip_network(part) for part in parts if part)
    except ValueError as error:
        raise ConfigurationError(f"TRUSTED_PROXIES: {error}; write addresses or networks with commas") from None


def _provider(known_roles: tuple[str, ...]) -> Provider:
    issuer = os.environ["OIDC_ISSUER"].rstrip("/")
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL_HOSTS):
        raise ConfigurationError(f"OIDC_ISSUER is {issuer}: write the provider's address with https://")
    client_id, secret = os.environ.get("OIDC_CLIENT_ID", ""), given("OIDC_CLIENT_SECRET")
    if not client_id or not secret:
        raise ConfigurationError("OIDC_ISSUER is set: set OIDC_CLIENT_ID and OIDC_CLIENT_SECRET (or its _FILE) too")
    return Provider(
        issuer,
        client_id,
        secret,
        _roles(known_roles),
        os.environ.get("OIDC_TITLE", "") or parts.hostname or issuer,
        os.environ.get("OIDC_GROUPS_CLAIM", "") or "groups",
        os.environ.get("OIDC_NAME_CLAIM", "") or "preferred_username",
        tuple((os.environ.get("OIDC_SCOPES", "") or "openid profile").split()),
    )


def _roles(known_roles: tuple[str, ...]) -> Mapping[str, str]:
    roles: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in os.environ.get("OIDC_ROLES", "").split(","))):
        group, _, role = (word.strip() for word in part.rpartition("="))
        if not group or role not in known_roles:
            raise ConfigurationError(f"OIDC_ROLES has {part!r}: write GROUP=ROLE with one of {', '.join(known_roles)}")
        roles.setdefault(group, role)
    if not roles:
        raise ConfigurationError("OIDC_ROLES is not set, so nobody could come in: write GROUP=ROLE,GROUP=ROLE")
    return roles


def _one_of(name: str, choices: Mapping[str, bool]) -> bool:
    value = os.environ.get(name, "")
    if value not in choices:
        raise ConfigurationError(f"{name} is {value!r}: write one of {', '.join(filter(None, choices))}")
    return choices[value]


def _number(name: str, otherwise: int, most: int) -> int:
    text = os.environ.get(name, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise ConfigurationError(f"{name} is {text!r}: write a whole number from 1 to {most}")
    return int(text)
