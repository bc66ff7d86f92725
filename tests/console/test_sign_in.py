"""Signing in: recorded, throttled, and never a way to somewhere else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from audit.access.people import ROLES
from audit.models import AuditRecord, OpenDoor
from console.lockout import TRIES_MAX
from console.people import demo_users
from tests.conftest import Database
from tests.console.conftest import PASSWORD

MakeUser = Callable[[str], str]
CSRF = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


def sign_in(name: str, password: str, **query: str) -> Any:
    return Client(HTTP_HOST="localhost").post("/sign-in", {"username": name, "password": password, **query})


def test_signing_in_is_recorded_and_leads_on(user: MakeUser) -> None:
    user("support")
    answer = Client(HTTP_HOST="localhost").post(
        "/sign-in", {"username": "support", "password": PASSWORD, "next": "/findings"}
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/findings")
    record = AuditRecord.objects.get()
    assert (record.kind, record.outcome, record.actor, record.role) == ("sign_in", "signed in", "support", "support")
    assert record.session


@pytest.mark.parametrize("after", ["https://example.org", "//example.org", "javascript:alert(1)", "\\\\example.org"])
def test_it_leads_nowhere_else(after: str, user: MakeUser) -> None:
    user("support")
    answer = Client(HTTP_HOST="localhost").post(
        "/sign-in", {"username": "support", "password": PASSWORD, "next": after}
    )
    assert answer.headers["Location"] == "/"


def test_an_unknown_name_is_not_recorded_for_it_may_be_a_password(user: MakeUser) -> None:
    Client(HTTP_HOST="localhost").post("/sign-in", {"username": "hunter2-secret", "password": "x"})
    assert AuditRecord.objects.get().actor == ""


def test_no_answer_tells_whether_somebody_bears_a_name(user: MakeUser) -> None:
    """Not the page, not when the door closes, and not the record of a name that nobody bears."""
    user("support")
    answers = {}
    for name in ("support", "hunter2-secret"):
        client = Client(HTTP_HOST="localhost")
        tries = [client.post("/sign-in", {"username": name, "password": "wrong"}) for _ in range(TRIES_MAX + 2)]
        answers[name] = [(one.status_code, one.content.replace(name.encode(), b"")) for one in tries]
    codes = {name: [code for code, _ in one] for name, one in answers.items()}
    assert codes["support"] == codes["hunter2-secret"] == [200] * TRIES_MAX + [429] * 2
    said = {name: [CSRF.sub(b"", body) for _, body in one] for name, one in answers.items()}
    assert said["support"] == said["hunter2-secret"]
    assert "hunter2" not in str(list(AuditRecord.objects.values()))


def test_too_many_wrong_passwords_close_the_door_even_for_the_right_one(user: MakeUser) -> None:
    user("support")
    client = Client(HTTP_HOST="localhost")
    for _ in range(TRIES_MAX):
        client.post("/sign-in", {"username": "support", "password": "wrong"})
    answer = client.post("/sign-in", {"username": "support", "password": PASSWORD})
    assert answer.status_code == 429
    user("auditor")
    assert client.post("/sign-in", {"username": "auditor", "password": PASSWORD}).status_code == 302


def test_no_record_no_sign_in(database: Database, user: MakeUser) -> None:
    user("support")
    with database.connect("owner", autocommit=True) as owner:
        owner.execute("revoke insert on audit_record from whereabouts_web")
    client = Client(HTTP_HOST="localhost")
    assert client.post("/sign-in", {"username": "support", "password": PASSWORD}).status_code == 503
    assert client.get("/looks").status_code == 302


def test_signing_out_ends_session_and_doors(user: MakeUser) -> None:
    user("support")
    client = Client(HTTP_HOST="localhost")
    client.post("/sign-in", {"username": "support", "password": PASSWORD})
    assert client.post("/sign-out").headers["Location"] == "/sign-in"
    assert client.get("/looks").headers["Location"].startswith("/sign-in")
    assert AuditRecord.objects.latest("id").outcome == "signed out"
    assert not OpenDoor.objects.exists()


def test_without_a_bank_the_pages_say_what_to_do(user: MakeUser) -> None:
    user("support")
    client = Client(HTTP_HOST="localhost")
    client.post("/sign-in", {"username": "support", "password": PASSWORD})
    answer = client.get("/desk")
    assert answer.status_code == 503
    assert "manage.py" in answer.content.decode()


def test_demo_users_are_made_once_with_passwords_of_their_own(database: Database) -> None:
    logins = demo_users()
    assert [login.role for login in logins] == list(ROLES)
    assert len({login.password for login in logins}) == len(ROLES)
    assert demo_users() == logins
    for login in logins:
        assert sign_in(login.username, login.password).status_code == 302


def test_many_tries_at_once_are_no_more_than_one_after_the_other(user: MakeUser) -> None:
    user("support")

    def attempt(number: int) -> int:
        try:
            return int(sign_in("support", f"wrong {number}").status_code)
        finally:
            connection.close()  # of this thread

    with ThreadPoolExecutor(8) as threads:
        answers = Counter(threads.map(attempt, range(12)))
    assert answers == {200: TRIES_MAX, 429: 12 - TRIES_MAX}
    assert AuditRecord.objects.filter(outcome="wrong").count() == TRIES_MAX


def test_no_page_of_a_library_is_reachable(database: Database) -> None:
    """Nobody signs up, changes an address or asks for a password by mail here."""
    for prefix in ("", "/accounts", "/sign-in", "/account"):
        for page in ("signup", "login", "password/reset", "email", "2fa", "2fa/totp/activate", "3rdparty", "admin"):
            answer = Client(HTTP_HOST="localhost").get(f"{prefix}/{page}/")
            assert answer.status_code == 404, (prefix, page)
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
