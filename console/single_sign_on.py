"""The bank's OpenID Connect provider, through django-allauth. Only its groups give roles here; we keep the subject that
it names somebody by and the name for our records, no token and no other claim."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_noop

from console.bank_tokens import BadToken, identity, signed_out
from console.security import address_of
from console.sign_in_choices import Provider
from console.signing_in import NotAdmitted, admit_from_bank, end_sessions, turned_away

PROVIDER_ID = "bank"
_NOT_THIS = gettext_noop("the answer is not to this question")
_GIVEN_UP, _UNUSABLE = gettext_noop("given up at the provider"), gettext_noop("the provider's answer cannot be used")


def begin(request: HttpRequest, after: str) -> HttpResponse:
    """Send the person to the provider, with a state, a nonce and a PKCE challenge of this session's."""
    nonce = secrets.token_urlsafe(24)
    provider = Adapter(request).get_provider(request, PROVIDER_ID)
    provider.oauth2_adapter_class = _Protocol
    answer: HttpResponse = provider.redirect(
        request, "login", next_url=after, data={"nonce": nonce}, auth_params={"nonce": nonce}
    )
    return answer


def finish(request: HttpRequest) -> HttpResponse:
    """The person comes back with a code."""
    answer: HttpResponse = OAuth2CallbackView.adapter_view(_Protocol(request, PROVIDER_ID))(request)
    return answer


def end(request: HttpRequest, token: str) -> int:
    """End all sessions of whom the provider has signed out; how many. Raises BadToken and what requests raises."""
    sub = signed_out(token, _provider(), _Protocol(request, PROVIDER_ID).keys())
    account = SocialAccount.objects.filter(provider=PROVIDER_ID, uid=sub).select_related("user").first()
    return 0 if account is None else end_sessions(account.user, "signed out at the bank", address_of(request))


class _Protocol(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """allauth's, stricter: the token's signature, nonce and subject are always checked."""

    @property
    def basic_auth(self) -> bool:
        """How we show our secret: where the provider does not say, by HTTP Basic (OpenID Connect Discovery, 3)."""
        return "client_secret_post" not in self.openid_config.get("token_endpoint_auth_methods_supported", ())

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return str(build_absolute_uri(request, reverse("bank_back")))

    def complete_login(self, request: HttpRequest, app: SocialApp, token: object, **kwargs: Any) -> SocialLogin:
        login = super().complete_login(request, app, token, **kwargs)
        claims, told = login.account.extra_data.get("id_token"), login.account.extra_data.get("userinfo") or {}
        if claims is None or told.get("sub", claims["sub"]) != claims["sub"]:
            raise OAuth2Error("the provider gave no ID token, or speaks of somebody else beside it")
        request.claims = {**claims, **told}  # type: ignore[attr-defined]
        request.nonce = claims.get("nonce", "")  # type: ignore[attr-defined]
        login.account.uid, login.account.extra_data = str(claims["sub"]), {}
        return login

    def _decode_id_token(self, app: SocialApp, id_token: str) -> Mapping[str, Any]:
        try:
            return identity(id_token, _provider(), self.keys())
        except BadToken as error:
            raise OAuth2Error(str(error)) from error

    def keys(self) -> Mapping[str, Any]:
        """What the provider signs with."""
        with Adapter(self.request).get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        found: Mapping[str, Any] = answer.json()
        return found


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Where allauth asks us: which provider there is, and what follows a sign-in or its failure."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        chosen = settings.SIGN_IN.provider
        if chosen is None or provider not in (None, PROVIDER_ID, "openid_connect"):
            return []
        said = {"server_url": chosen.issuer, "oauth_pkce_enabled": True, "scope": list(chosen.scopes)}
        return [
            SocialApp(
                provider="openid_connect",
                provider_id=PROVIDER_ID,
                name=chosen.title,
                client_id=chosen.client_id,
                secret=chosen.secret,
                settings=said,
            )
        ]

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Everything that follows is ours: whatever comes of it, allauth's own sign-up and sign-in are not reached."""
        state = sociallogin.state
        if not secrets.compare_digest(str(request.nonce), state["data"]["nonce"]):  # type: ignore[attr-defined]
            raise ImmediateHttpResponse(turned_away(request, _NOT_THIS, status=401))
        try:
            answer = _admitted(request, sociallogin, state.get("next") or "/")
        except NotAdmitted as error:
            named = str(request.claims.get(_provider().name_claim) or "")  # type: ignore[attr-defined]
            answer = turned_away(request, str(error), actor=error.actor, named=named[:150])
        raise ImmediateHttpResponse(answer)

    def on_authentication_error(
        self, request: HttpRequest, provider: object, error: object = None, exception: object = None, **more: object
    ) -> None:
        why = _GIVEN_UP if str(error) == "cancelled" else _UNUSABLE
        raise ImmediateHttpResponse(turned_away(request, why, status=401))


def _admitted(request: HttpRequest, login: SocialLogin, after: str) -> HttpResponse:
    provider = _provider()
    claims: Mapping[str, Any] = request.claims  # type: ignore[attr-defined]
    role = provider.role_of(groups_in(claims, provider.groups_claim))
    known = login.user if login.is_existing else None
    return admit_from_bank(request, known, lambda: _made(login, claims, provider), role, after)


def _made(login: SocialLogin, claims: Mapping[str, Any], provider: Provider) -> User:
    """A user for somebody who comes for the first time. A name that is taken is never handed over."""
    name = str(claims.get(provider.name_claim) or "")
    try:
        UnicodeUsernameValidator()(name)
    except ValidationError:
        raise NotAdmitted(f"the provider gives no usable {provider.name_claim}") from None
    if len(name) > 150 or User.objects.filter(username=name).exists():
        raise NotAdmitted(gettext_noop("the name is taken by another user here"))
    user: User = User.objects.create_user(name)
    SocialAccount.objects.create(user=user, provider=login.account.provider, uid=login.account.uid, extra_data={})
    return user


def groups_in(claims: Mapping[str, Any], path: str) -> list[str]:
    """The groups that a claim names; a path with dots leads into claims, as in Keycloak's realm_access.roles."""
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    listed = [found] if isinstance(found, str) else found
    return [str(one) for one in listed] if isinstance(listed, list) else []


def _provider() -> Provider:
    chosen = settings.SIGN_IN.provider
    assert isinstance(chosen, Provider)
    return chosen
