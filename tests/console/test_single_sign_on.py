"""Signing in through a real OpenID Connect provider, over HTTP: only its groups give roles, and nothing is trusted."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from audit.errors import Refused
from audit.models import AuditRecord
from console.bank_tokens import LOGOUT
from console.people import add_user
from console.sign_in_choices import Provider
from tests.conftest import Database
from tests.console.conftest import PASSWORD, make_user

pytestmark = pytest.mark.filterwarnings("ignore")  # the provider's, in a thread of its own
BACK = "http://localhost/sign-in/bank/back"
ROLES = {"bank-audit": "auditor", "bank-support": "support"}


@dataclass(frozen=True)
class Bank:
    """The bank's provider and our registration there."""

    url: str
    client_id: str
    secret: str

    def knows(self, sub: str, name: str, groups: Any) -> None:
        """A person of the bank, as the provider tells of them."""
        claims = {"preferred_username": name, "groups": groups, "email": f"{name}@bank.example", "name": "Mette Holm"}
        requests.put(f"{self.url}/users/{sub}", json=claims, timeout=10).raise_for_status()

    def answers(self, question: str, sub: str) -> str:
        """The person signs in there; the path that they are sent back to."""
        answer = requests.post(question, data={"sub": sub}, allow_redirects=False, timeout=10)
        back = urlsplit(answer.headers["Location"])
        assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
        return f"{back.path}?{back.query}"


@pytest.fixture(scope="module")
def provider() -> Iterator[Bank]:
    import oidc_provider_mock

    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    with oidc_provider_mock.run_server_in_thread(require_client_registration=True, require_nonce=True) as server:
        url = f"http://localhost:{server.server_port}"
        wanted = {"redirect_uris": [BACK], "token_endpoint_auth_method": "client_secret_basic"}
        made = requests.post(f"{url}/oauth2/clients", json=wanted, timeout=10).json()
        yield Bank(url, made["client_id"], made["client_secret"])
    del os.environ["AUTHLIB_INSECURE_TRANSPORT"]


@pytest.fixture
def bank(provider: Bank, database: Database) -> Iterator[Bank]:
    before = settings.SIGN_IN
    provided = Provider(
        provider.url, provider.client_id, provider.secret, ROLES, "Bank", "groups", "preferred_username",
        ("openid", "profile"),
    )  # fmt: skip
    settings.SIGN_IN = replace(before, provider=provided, allows_passwords=False)
    yield provider
    settings.SIGN_IN = before


def chosen() -> Provider:
    provider = settings.SIGN_IN.provider
    assert provider is not None
    return provider


def begun(browser: Client, after: str = "/") -> str:
    answer = browser.get("/sign-in/bank", {"next": after})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def signed_in(bank: Bank, sub: str, browser: Client | None = None) -> Any:
    browser = browser or Client(HTTP_HOST="localhost")
    answer = browser.get(bank.answers(begun(browser, "/help"), sub))
    return browser, answer


def last() -> AuditRecord:
    return AuditRecord.objects.latest("id")


def test_a_group_gives_its_role_and_nothing_else_is_kept(bank: Bank) -> None:
    bank.knows("s-1", "mette", ["everyone", "bank-support"])
    browser, answer = signed_in(bank, "s-1")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/help")
    assert browser.get("/help").status_code == 200
    user = User.objects.get()
    assert (user.username, user.email, user.has_usable_password()) == ("mette", "", False)
    account = SocialAccount.objects.get()
    assert (account.uid, account.extra_data, SocialToken.objects.count()) == ("s-1", {}, 0)
    records = AuditRecord.objects.order_by("id").values_list("kind", "role")
    assert list(records)[:2] == [("role_change", "support"), ("sign_in", "support")]


def test_the_question_has_state_nonce_and_pkce(bank: Bank) -> None:
    asked = parse_qs(urlsplit(begun(Client(HTTP_HOST="localhost"))).query)
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert (asked["code_challenge_method"], asked["redirect_uri"]) == (["S256"], [BACK])


def test_without_a_known_group_nobody_comes_in(bank: Bank) -> None:
    for groups in ([], ["bank-unknown"], "bank-suppor", None, {"bank-support": True}, 7):
        bank.knows("s-2", "ole", groups)
        browser, answer = signed_in(bank, "s-2")
        assert (answer.status_code, browser.get("/help").status_code) == (403, 302), groups
        assert last().kind == "sign_in_failure"
        assert last().details == {"what": "none of the groups has a role here", "named": "ole"}
    assert not User.objects.exists()


def test_a_group_that_is_gone_takes_its_role_from_every_session(bank: Bank) -> None:
    bank.knows("s-3", "lone", ["bank-support"])
    old, _ = signed_in(bank, "s-3")
    assert old.get("/sources").status_code == 503  # there is no bank here, but a right to it
    bank.knows("s-3", "lone", ["bank-audit"])
    signed_in(bank, "s-3")
    assert AuditRecord.objects.filter(kind="role_change").latest("id").details == {"from": "support", "to": "auditor"}
    bank.knows("s-3", "lone", [])
    _, answer = signed_in(bank, "s-3")
    assert answer.status_code == 403
    assert old.get("/sources").status_code == 403
    assert AuditRecord.objects.filter(kind="role_change").latest("id").details == {"from": "auditor", "to": ""}


def test_who_is_switched_off_here_stays_out(bank: Bank) -> None:
    bank.knows("s-4", "kim", ["bank-support"])
    signed_in(bank, "s-4")
    User.objects.update(is_active=False)
    browser, answer = signed_in(bank, "s-4")
    assert answer.status_code == 403
    assert browser.get("/help").status_code == 302


def test_a_name_that_is_taken_is_not_handed_over(bank: Bank) -> None:
    make_user("support")
    bank.knows("s-5", "support", ["bank-audit"])
    browser, answer = signed_in(bank, "s-5")
    assert answer.status_code == 403
    assert not SocialAccount.objects.exists()
    assert [group.name for group in User.objects.get().groups.all()] == ["support"]


def test_another_session_cannot_use_the_answer_and_nobody_twice(bank: Bank) -> None:
    bank.knows("s-6", "per", ["bank-support"])
    browser, stranger = Client(HTTP_HOST="localhost"), Client(HTTP_HOST="localhost")
    back = bank.answers(begun(browser), "s-6")
    assert stranger.get(back).status_code == 401
    assert stranger.get("/help").status_code == 302
    assert browser.get(back).status_code == 302
    browser.post("/sign-out")
    assert browser.get(back).status_code == 401


def test_an_answer_to_another_question_is_refused(bank: Bank) -> None:
    """Somebody puts their own code into a victim's answer: the nonce in the token is not the victim's."""
    bank.knows("s-7", "ida", ["bank-support"])
    victim, thief = Client(HTTP_HOST="localhost"), Client(HTTP_HOST="localhost")
    state = parse_qs(urlsplit(begun(victim)).query)["state"][0]
    code = parse_qs(urlsplit(bank.answers(begun(thief), "s-7")).query)["code"][0]
    assert victim.get("/sign-in/bank/back", {"code": code, "state": state}).status_code == 401
    assert not User.objects.exists()


def test_a_made_up_answer_is_refused(bank: Bank) -> None:
    made_up: list[dict[str, str]] = [{}, {"state": "x", "code": "y"}, {"error": "access_denied"}]
    for query in made_up:
        assert Client(HTTP_HOST="localhost").get("/sign-in/bank/back", query).status_code == 401
        assert last().kind == "sign_in_failure"


def test_a_wrong_secret_lets_nobody_in(bank: Bank) -> None:
    bank.knows("s-8", "eva", ["bank-support"])
    settings.SIGN_IN = replace(settings.SIGN_IN, provider=replace(chosen(), secret="x"))
    _, answer = signed_in(bank, "s-8")
    assert answer.status_code == 401
    assert not User.objects.exists()


@pytest.mark.parametrize("claim", ["iss", "aud", "exp", "sub", "signature"])
def test_a_token_that_is_not_ours_lets_nobody_in(claim: str, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider signs on behalf of another, for another, too late or of somebody else; or somebody else signs."""
    from joserfc.jwk import RSAKey
    from oidc_provider_mock import _app as code

    token, told = code.OpenIDCode, code._user_claims_for_scope
    if claim == "signature":
        honest, key = token.get_jwt_config, RSAKey.generate_key(2048).as_dict(private=True)
        monkeypatch.setattr(token, "get_jwt_config", lambda *known: {**honest(*known), "key": key})
    else:
        wrong = {"iss": "https://other.example", "aud": ["another"], "exp": 1, "sub": "s-11"}[claim]
        monkeypatch.setattr(token, "generate_user_info", lambda _, user, scope: {**told(user, scope), claim: wrong})
    bank.knows("s-10", "eva", ["bank-support"])
    _, answer = signed_in(bank, "s-10")
    assert answer.status_code == 401
    assert not User.objects.exists()


def test_a_provider_that_is_away_is_said_to_be(bank: Bank) -> None:
    settings.SIGN_IN = replace(settings.SIGN_IN, provider=replace(chosen(), issuer="http://localhost:1"))
    answer = Client(HTTP_HOST="localhost").get("/sign-in/bank")
    assert answer.status_code == 503
    assert "cannot be reached" in answer.content.decode()


def test_passwords_do_not_help_beside_the_bank(bank: Bank) -> None:
    make_user("support")
    page = Client(HTTP_HOST="localhost").get("/sign-in").content.decode()
    assert "/sign-in/bank" in page and "password" not in page
    tried = Client(HTTP_HOST="localhost").post("/sign-in", {"username": "support", "password": PASSWORD})
    assert tried.status_code == 403
    bank.knows("s-9", "bo", ["bank-support"])
    signed_in(bank, "s-9")
    with pytest.raises(Refused):
        add_user("bo", PASSWORD, "investigator")
    assert not Authenticator.objects.exists()


def test_who_is_signed_out_at_the_bank_is_out_here(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    import jwt
    from oidc_provider_mock import _app as code

    signing: list[Any] = []
    honest = code.OpenIDCode.get_jwt_config

    def watched(*known: Any) -> Any:
        signing.append(honest(*known)["key"])
        return honest(*known)

    monkeypatch.setattr(code.OpenIDCode, "get_jwt_config", watched)
    for number in (20, 21):
        bank.knows(f"s-{number}", f"person{number}", ["bank-support"])
    out, other = signed_in(bank, "s-20")[0], signed_in(bank, "s-21")[0]
    key, now = jwt.PyJWK.from_dict({**signing[-1], "alg": "RS256"}), int(time.time())
    right = {"iss": bank.url, "aud": bank.client_id, "iat": now, "exp": now + 60, "jti": "1", "sub": "s-20"}
    right |= {"events": {LOGOUT: {}}}
    wrong: list[dict[str, Any]] = [
        {"iss": "https://other.example"}, {"aud": "another"}, {"exp": now - 100}, {"events": {}}, {"nonce": "n"},
        {"sub": None}, {"events": "x"},
    ]  # fmt: skip
    sender = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)

    def send(token: str) -> int:
        return int(sender.post("/sign-in/bank/ended", {"logout_token": token}).status_code)

    for change in wrong:
        assert send(jwt.encode({**right, **change}, key.key, "RS256")) == 400, change
    forged = jwt.PyJWK.from_dict({"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "alg": "HS256"})
    for token in ("", "x", jwt.encode(right, forged.key, "HS256"), jwt.encode(right, "", "none")):
        assert send(token) == 400
    assert out.get("/help").status_code == other.get("/help").status_code == 200
    assert send(jwt.encode(right, key.key, "RS256")) == 200
    assert (out.get("/help").status_code, other.get("/help").status_code) == (302, 200)
    record = AuditRecord.objects.filter(kind="sign_out").latest("id")
    assert (record.actor, record.outcome) == ("person20", "ended")


def test_a_command_ends_sessions_and_switches_off(bank: Bank) -> None:
    bank.knows("s-22", "lis", ["bank-support"])
    browser, _ = signed_in(bank, "s-22")
    call_command("end_sessions", "lis", "--switch-off")
    assert browser.get("/help").status_code == 302
    assert signed_in(bank, "s-22")[1].status_code == 403
