"""What tests stand on: an embedded PostgreSQL and Redis a worker, a fresh migrated database a test, a browser."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

# Before Django reads its settings: tests never touch the checkout's own `var`.
_PREFIX = "whereabouts-tests-"
_VAR = Path(tempfile.mkdtemp(prefix=_PREFIX))
os.environ["VAR_DIR"] = str(_VAR)
os.environ["DJANGO_SETTINGS_MODULE"] = "console.settings"
os.environ["SECOND_FACTOR"] = "optional"  # of the processes that tests start
for _name in ("DATABASE_URL", "REDIS_URL", "WHEREABOUTS_CONFIG"):
    os.environ.pop(_name, None)

import django  # noqa: E402

django.setup()

from audit import database as audit_database  # noqa: E402
from audit import schema, servers  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Page

TEMPLATE = "template_migrated"
CHROMIUM = "/usr/bin/chromium"
HOUR = 3600


@dataclass(frozen=True)
class Database:
    """A migrated database; `DATABASE_URL` and Django point at it while the test runs."""

    name: str
    url: str

    def connect(self, role: audit_database.Role = "follower", *, autocommit: bool = False) -> audit_database.Connection:
        return audit_database.connect(role, autocommit=autocommit, url=self.url)


class MakeDatabase(Protocol):
    """Makes a database: empty but for the tables, or a copy of one that nobody is connected to."""

    def __call__(self, copied_from: Database | None = None) -> Database: ...


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The session's own PostgreSQL, without fsync, deleted at the end; or the one that TEST_DATABASE_URL names.

    That one is a superuser's URL of a server that nothing else uses: tests make and drop databases and roles there.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with servers.postgres("console", durable=False) as lease:
        yield lease.url


def pytest_configure(config: pytest.Config) -> None:
    """Clear away what a killed session left; one that still runs is left alone. Before any worker has begun."""
    if hasattr(config, "workerinput"):
        return
    for left in _VAR.parent.glob(f"{_PREFIX}*"):
        with suppress(FileNotFoundError):  # another session clears away as well, or its own
            about = left.stat()
            is_old = about.st_mtime < time.time() - HOUR  # a younger one may be about to start its servers
            if is_old and about.st_uid == _VAR.stat().st_uid and (left / "run").exists():
                servers.remove(left)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with long tests come first, so that no worker is left alone with one at the end."""
    long = {item.path for item in items if item.get_closest_marker("stress") or item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


def pytest_unconfigure(config: pytest.Config) -> None:
    servers.release()  # a command that a test ran may have started what no fixture asked for
    servers.remove(_VAR)


@pytest.fixture(scope="session")
def redis_url(server_url: str) -> Iterator[str]:
    """REDIS_URL of a Redis of the session's own."""
    with servers.redis() as lease:
        os.environ["REDIS_URL"] = lease.url
        yield lease.url
        del os.environ["REDIS_URL"]


@pytest.fixture(scope="session")
def empty_database(server_url: str) -> Iterator[Callable[[], str]]:
    """Makes databases that nothing was ever done to, for stores of a bank or for first starts; gives their URLs."""
    made: list[str] = []

    def make() -> str:
        made.append(f"empty_{len(made) + 1}")
        return _create(server_url, made[-1], "template0")

    yield make
    _leave(server_url, made)


@pytest.fixture(scope="session")
def make_database(server_url: str, django_db_blocker: Any) -> Iterator[MakeDatabase]:
    """Makes migrated databases from a template, for fixtures of a wider scope than one test's."""
    template = _create(server_url, TEMPLATE, "template0")
    with _pointing_at(template), django_db_blocker.unblock():
        schema.bring_up_to_date()
    made = [TEMPLATE]

    def make(copied_from: Database | None = None) -> Database:
        name = f"test_{len(made)}"
        made.append(name)
        url = _create(server_url, name, copied_from.name if copied_from else TEMPLATE)
        schema.make_roles(url)  # rights on a database are not copied with its template
        return Database(name, url)

    yield make
    _leave(server_url, made)


@pytest.fixture
def database(make_database: MakeDatabase, django_db_blocker: Any) -> Iterator[Database]:
    """A fresh migrated database that DATABASE_URL, Django and the pools point at; gone after the test."""
    made = make_database()
    with using(made, django_db_blocker):
        yield made
    _drop_one(made)


@contextmanager
def using(made: Database, django_db_blocker: Any) -> Iterator[None]:
    """Point this process at `made`; for module-scoped fixtures of their own."""
    with _pointing_at(made.url), django_db_blocker.unblock():
        yield


@contextmanager
def _pointing_at(url: str) -> Iterator[None]:
    before = os.environ.get("DATABASE_URL")
    os.environ["DATABASE_URL"] = url
    schema.point_django_here()
    try:
        yield
    finally:
        audit_database.close_pools()
        if before is None:
            del os.environ["DATABASE_URL"]
        else:
            os.environ["DATABASE_URL"] = before
        schema.point_django_here()


def _create(server: str, name: str, template: str) -> str:
    _drop(server, [name])  # on a server of one's own a killed run leaves its databases
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        connection.execute(f"create database {name} template {template} strategy file_copy".encode())
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def _leave(server: str, names: list[str]) -> None:
    """At a session's end: its own server goes whole, with all its databases."""
    if "TEST_DATABASE_URL" in os.environ:
        _drop(server, names)


def _drop_one(made: Database) -> None:
    _drop(urlunsplit(urlsplit(made.url)._replace(path="/postgres")), [made.name])


def _drop(server: str, names: list[str]) -> None:
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        for name in names:
            try:
                connection.execute(f"drop database if exists {name} with (force)".encode())
            except psycopg.errors.InsufficientPrivilege:  # an autovacuum worker, which only the server itself may end
                connection.execute(f"drop database if exists {name}".encode())


@pytest.fixture(scope="session")
def public_data() -> Path:
    """The folder of the public data sets."""
    folder = Path(os.environ.get("PUBLIC_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"the public data sets are not in {folder}: set PUBLIC_DATA")
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium as Debian packages it."""
    if not os.path.exists(CHROMIUM):
        missing = f"{CHROMIUM} is missing: `apt-get install chromium`"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # its loop stands beside our code, which never runs inside it
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*quiet, "--disable-component-update", "--disable-sync", *sandbox]
        )
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Page]:
    """A page of 1440 pixels in a fresh profile; an error in the browser's console fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    opened: Page = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert not errors, f"errors in the browser: {errors}"
