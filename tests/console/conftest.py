"""The console's people, a small bank that they may look at, and browsers signed in as them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.db.models import F
from django.test import Client

from audit import instance
from audit.access import approvals, people
from audit.access.people import ROLES, Actor
from audit.database import connect, reading
from audit.models import Approval, OpenDoor
from audit.pipeline import run
from audit.sources.files import FileSource, sources_of
from demobank.answer_key import answer_key
from demobank.export import lines
from demobank.history import SEED, simulation
from tests.conftest import Database, MakeDatabase, using

# What is asked for where it is required is tested in test_second_factor.
settings.SIGN_IN = replace(settings.SIGN_IN, needs_second_factor=False)
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # strength is Django's test, not ours
PASSWORD = "correct horse battery staple"
ANCHOR = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EVENTS = 3000


@pytest.fixture
def user(database: Database) -> Callable[[str], str]:
    """Makes a user of a role, called as the role."""
    return make_user


@pytest.fixture
def actor(database: Database) -> Callable[..., Actor]:
    def make(role: str, session: str = "s1") -> Actor:
        named = people.actor_named(make_user(role))
        return Actor(named.name, named.role, named.rights, session)

    return make


def make_user(role: str) -> str:
    made = get_user_model().objects.create_user(role, password=PASSWORD)
    made.groups.add(Group.objects.get_or_create(name=role)[0])
    return role


@dataclass(frozen=True)
class Bank:
    """A small demo bank, read and projected. `ids` gives our numbers of one kind's subjects, oldest first."""

    database: Database

    def ids(self, kind: str) -> list[int]:
        return [row[0] for row in self.rows("select id from trace.subject where kind = %s order by id", kind)]

    def id_of(self, kind: str, key: str) -> int:
        return int(self.rows("select id from trace.subject where kind = %s and key = %s", kind, key)[0][0])

    def key_of(self, id: int) -> str:
        return str(self.rows("select key from trace.subject where id = %s", id)[0][0])

    def customer_of(self, kind: str, id: int) -> int:
        """The number of one customer that a subject belongs to."""
        return int(self.rows("select other_id from link where subject_id = %s and other_kind = 'customer'", id)[0][0])

    def with_finding(self, kind: str, tied: str = "customer") -> int:
        """The number of a subject of a kind that a finding is about, and that is tied to one of another kind."""
        found = self.rows(
            "select s.id from finding f join trace.subject s on s.id = f.subject_id where s.kind = %s"
            " and f.state = 'open' and exists (select from link where subject_id = s.id and other_kind = %s)"
            " order by s.id",
            kind,
            tied,
        )
        return int(found[0][0])

    def rows(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        with reading() as connection:
            return connection.execute(statement.encode(), parameters).fetchall()


@pytest.fixture(scope="session")
def read_once(
    make_database: MakeDatabase, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Database, Path]:
    """The demo bank with a user of each role, which modules copy and nobody changes; and the file that was read."""
    made, file = make_database(), tmp_path_factory.mktemp("bank") / "bank.ndjson"
    with using(made, django_db_blocker):
        read_bank(file)
        for role in ROLES:
            make_user(role)
    return made, file


@pytest.fixture(scope="module")
def bank(read_once: tuple[Database, Path], make_database: MakeDatabase, django_db_blocker: Any) -> Iterator[Bank]:
    """The bank of a whole module, with a user of each role. Its records add up from test to test."""
    made = make_database(read_once[0])
    with using(made, django_db_blocker):
        yield Bank(made)


def read_bank(file: Path) -> None:
    history = simulation(SEED, EVENTS, (ANCHOR - EPOCH) // timedelta(microseconds=1))
    file.write_bytes(b"".join(line.rstrip(b"\n") + b"\n" for line in lines(history.run())))
    model = instance.load_model(Path(__file__).parents[2] / "demobank" / "model.toml")
    with connect("follower", autocommit=True) as connection:
        began = instance.begin(connection, model)
    end = (ANCHOR - EPOCH) // timedelta(microseconds=1)
    sources: list[FileSource] = sources_of([str(file)], complete_until=end)
    assert not run(began, sources, once=True, stop=threading.Event()).troubles


@cache
def planted() -> tuple[dict[str, Any], ...]:
    """What the bank itself knows of each fault that it planted, before, between and after."""
    run = simulation(SEED, EVENTS, (ANCHOR - EPOCH) // timedelta(microseconds=1))
    assert all(1 for _ in run.run())
    return tuple(answer_key(run.planting))


@cache
def told_key() -> dict[str, Any]:
    """By fault: the last one of it."""
    return {entry["fault"]: entry for entry in planted()}


@pytest.fixture(scope="module")
def site(bank: Bank) -> Iterator[str]:
    """The address of the console, served to a real browser."""

    class Server(ThreadingMixIn, WSGIServer):
        daemon_threads = True

        def process_request_thread(self, *arguments: Any) -> None:
            super().process_request_thread(*arguments)
            connections.close_all()  # each request has a thread of its own here

    class Handler(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None: ...

    server = make_server("127.0.0.1", 0, get_wsgi_application(), Server, Handler)
    thread = threading.Thread(target=server.serve_forever, name="site")
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def browser_of(role: str) -> Client:
    """A browser that is signed in."""
    client = Client(HTTP_HOST="localhost")
    client.force_login(get_user_model().objects.get(username=role))
    return client


def approved(client: Client, url: str, by: str = "data_protection") -> Any:
    """A list as a file, asked for on the page that refuses it and approved by another person."""
    refused = client.get(url)
    if refused.status_code != 403:
        return refused
    token = re.search(rb'name="asked" value="([^"]+)"', refused.content)
    if token is None:
        return refused
    asked = client.post("/approvals/ask", {"asked": token[1].decode(), "why": "for the auditors"})
    assert asked.status_code == 302, asked.content
    approvals.approve(people.actor_named(by), Approval.objects.latest("pk").pk)
    return client.get(url)


def with_reason(client: Client, kind: str, id: int, code: str = "call", ticket: str = "88123") -> Client:
    """The same browser with the door of a subject's customer open."""
    given = {"code": code, "ticket": ticket, "caller_identified": "code", "next": "/help"}
    answer = client.post(f"/of/{kind}/{id}/reason", given)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/help")
    return client


def shut_doors() -> None:
    """As time does."""
    OpenDoor.objects.update(closes_at=F("opened_at"))


PAGES = (
    "/desk", "/overview", "/findings", "/findings?order=money&currency=DKK", "/flows",
    "/sources", "/looks", "/help", "/places/custody/clearing",
)  # fmt: skip


@pytest.fixture(scope="module")
def transfer(bank: Bank) -> int:
    return bank.with_finding("transfer")


@pytest.fixture(scope="module")
def customer(bank: Bank, transfer: int) -> int:
    return bank.customer_of("transfer", transfer)


@pytest.fixture(scope="module")
def account(bank: Bank, customer: int) -> int:
    return int(bank.rows("select other_id from link where subject_id = %s and other_kind = 'account'", customer)[0][0])


@pytest.fixture
def support(bank: Bank, customer: int) -> Client:
    return with_reason(browser_of("support"), "customer", customer)


@pytest.fixture(scope="module")
def urls(bank: Bank, transfer: int, customer: int, account: int) -> list[str]:
    """Every kind of page."""
    lane = bank.rows("select other_id from link where subject_id = %s and other_kind = 'bank_transfer'", transfer)[0][0]
    finding = bank.rows("select id from finding order by id limit 1")[0][0]
    key = bank.rows("select key from trace.subject where id = %s", account)[0][0]
    place = bank.rows("select id from trace.place where kind = 'available' and key = %s", key)[0][0]
    return [
        *PAGES, f"/of/customer/{customer}", f"/of/account/{account}", f"/of/transfer/{transfer}", f"/finding/{finding}",
        f"/of/transfer/{transfer}?step=2", f"/of/bank_transfer/{lane}", f"/place/{place}", f"/place/{place}?amount=100",
        f"/of/customer/{customer}/reason", f"/of/customer/{customer}/incoming?amount=1.00&currency=DKK",
        f"/of/customer/{customer}/compare?item=transfer.{transfer}&item=transfer.{transfer}",
        f"/of/transfer/{transfer}/why", f"/of/account/{account}/why", f"/place/{place}/why",
        f"/of/account/{account}/when?that=balance+>+0", "/who/transfer?that=amount+>+0",
        f"/of/customer/{customer}?at=2026-11-15T12:00&clock=occurred", f"/of/account/{account}?at=2026-11-15T12:00",
    ]  # fmt: skip
