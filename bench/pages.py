"""Server time of pages, through the whole WSGI application as a signed-in person: door, look, queries and template.
Wall time is what a reader waits; processor time, Python's and PostgreSQL's, is what a page costs on any machine."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

import django

NAME = "whereabouts-bench-pages"  # how its connections are told from others
KINDS = ("customer", "account", "transfer")


@dataclass(frozen=True, slots=True)
class Asked:
    """One page: seconds that passed, and of the processor in Python and in PostgreSQL; its size."""

    wall: float
    python: float
    postgres: float
    size: int


def measured(count: int) -> Iterator[tuple[str, str]]:
    """Two rows for each kind of subject: the busiest and an even choice of the others."""
    os.environ["PGAPPNAME"] = NAME
    django.setup()
    from audit.schema import point_django_here

    point_django_here()
    from audit.database import close_pools
    from console.wsgi import application

    client = _browser()
    try:
        for kind in KINDS:
            pages = _ask(client, application, kind, count)
            yield f"{kind} page", _spread([page.wall for page in pages]) + f" ({len(pages)} pages, {_size(pages)})"
            yield "  processor time", (
                f"{_spread([page.python + page.postgres for page in pages])}; "
                f"p50 {_marks([page.python for page in pages])[49]:.1f} ms in Python, "
                f"{_marks([page.postgres for page in pages])[49]:.1f} ms in PostgreSQL"
            )
    finally:
        close_pools()


def _browser() -> Any:
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group
    from django.test import Client

    user, is_new = get_user_model().objects.get_or_create(username="bench")
    if is_new:
        user.groups.add(Group.objects.get_or_create(name="investigator")[0])
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)
    return client


def _ask(client: Any, application: Callable[..., Any], kind: str, count: int) -> list[Asked]:
    """Each page once, so that its rows are seldom in PostgreSQL's own memory; one that is not counted before them."""
    cookies = client.cookies.output(header="", sep=";").strip()
    found: list[Asked] = []
    ids = _subjects(kind, count)
    for number, subject_id in enumerate([ids[-1], *ids]):
        reason = {"code": "investigation", "ticket": "1", "next": "/help"}
        answer = client.post(f"/of/{kind}/{subject_id}/reason", reason)
        assert answer.status_code == 302, answer.status_code
        page = _timed(application, f"/of/{kind}/{subject_id}", cookies)
        if number:
            found.append(page)
    return found


def _timed(application: Callable[..., Any], path: str, cookies: str) -> Asked:
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", "SCRIPT_NAME": "", "SERVER_NAME": "localhost",
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost",
        "HTTP_COOKIE": cookies, "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(), "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
    }  # fmt: skip
    statuses: list[str] = []
    backends = _backends()
    before = _spent(backends)
    wall, python = time.perf_counter(), time.process_time()
    answer = application(environ, lambda status, headers, info=None: statuses.append(status))
    body = b"".join(answer)
    answer.close()
    wall, python = time.perf_counter() - wall, time.process_time() - python
    assert statuses[0].startswith("200"), statuses
    return Asked(wall, python, _spent(backends) - before, len(body))


def _backends() -> list[int]:
    """The processes of PostgreSQL that serve this one."""
    from audit.database import reading

    with reading() as connection:
        statement = "select pid from pg_stat_activity where application_name = %s"
        return [row[0] for row in connection.execute(statement, [NAME]).fetchall()]


def _spent(processes: list[int]) -> float:
    """Seconds on a processor, to the microsecond; 0 where the kernel does not say."""
    total = 0
    for process in processes:
        with suppress(OSError):
            total += int(Path(f"/proc/{process}/schedstat").read_text().split()[0])
    return total / 1e9


def _spread(seconds: list[float]) -> str:
    marks = _marks(seconds)
    return f"p50 {marks[49]:.1f} ms, p95 {marks[94]:.1f} ms, max {max(seconds) * 1000:.1f} ms"


def _marks(seconds: list[float]) -> list[float]:
    return [mark * 1000 for mark in quantiles(seconds, n=100)]


def _size(pages: list[Asked]) -> str:
    return f"{sum(page.size for page in pages) / len(pages) / 1024:.0f} KB"


def _subjects(kind: str, count: int) -> list[int]:
    """Half of them those with most events, the others spread evenly."""
    from audit.database import reading

    with reading() as connection:
        rows = connection.execute(
            "select s.id from trace.subject s join timeline t on t.subject_id = s.id where s.kind = %s"
            " group by s.id order by count(*) desc, s.id", [kind]).fetchall()
    ids = [row[0] for row in rows]
    rest = ids[count // 2:]
    return ids[: count // 2] + rest[:: max(1, len(rest) // max(1, count - count // 2))][: count - count // 2]
