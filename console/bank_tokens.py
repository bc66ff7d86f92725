"""Tokens that the bank's provider signed: who somebody is, and that somebody is to be signed out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jwt

from console.sign_in_choices import Provider

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
LEEWAY_SECONDS = 30
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


class BadToken(Exception):
    """The token cannot be trusted; the text says why."""


def identity(token: str, provider: Provider, keys: Mapping[str, Any]) -> Mapping[str, Any]:
    """The claims of an ID token (OpenID Connect Core, 3.1.3.7). Raises BadToken."""
    return _claims(token, provider, keys, ["exp", "iat", "sub"])


def signed_out(token: str, provider: Provider, keys: Mapping[str, Any]) -> str:
    """The `sub` of a logout token (OpenID Connect Back-Channel Logout, 2.6). Raises BadToken."""
    claims = _claims(token, provider, keys, ["exp", "iat", "jti", "sub"])
    events = claims.get("events")
    if not isinstance(events, dict) or LOGOUT not in events or "nonce" in claims:
        raise BadToken("it is no logout token")
    return str(claims["sub"])


def _claims(token: str, provider: Provider, keys: Mapping[str, Any], required: Sequence[str]) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = jwt.decode(
            token,
            _key_of(token, keys),
            algorithms=ALGORITHMS,
            issuer=provider.issuer,
            audience=provider.client_id,
            leeway=LEEWAY_SECONDS,
            options={"require": list(required)},
        )
    except (jwt.PyJWTError, KeyError, TypeError) as error:
        raise BadToken(f"the token cannot be trusted: {error}") from error
    return found


def _key_of(token: str, keys: Mapping[str, Any]) -> jwt.PyJWK:
    """The provider's key that the token names; a token that names none is the only key's."""
    named = jwt.get_unverified_header(token).get("kid")
    signing = [one for one in keys["keys"] if one.get("use", "sig") == "sig"]
    fitting = [one for one in signing if named in (None, one.get("kid"))]
    if len(fitting) != 1:
        raise BadToken("the provider has no key of the name that the token gives")
    return jwt.PyJWK.from_dict(fitting[0])
