"""Server time of pages, asked for in this process as a signed-in person: door, look, queries and template included."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import quantiles
from typing import Any

import django


def measured(count: int) -> Iterator[tuple[str, str]]:
    """A row for each kind of subject: the busiest and an even choice of the others."""
    django.setup()
    from audit.schema import point_django_here

    point_django_here()
    from audit.database import close_pools

    client = _browser()
    try:
        for kind in ("customer", "account", "transfer"):
            yield f"{kind} page", _timed(client, kind, count)
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


def _timed(client: Any, kind: str, count: int) -> str:
    ids = _subjects(kind, count)
    seconds, sizes = [], []
    for subject_id in ids:
        reason = {"code": "investigation", "ticket": "1", "next": "/help"}
        answer = client.post(f"/of/{kind}/{subject_id}/reason", reason)
        assert answer.status_code == 302, answer.status_code
        began = time.perf_counter()
        answer = client.get(f"/of/{kind}/{subject_id}")
        seconds.append(time.perf_counter() - began)
        assert answer.status_code == 200, answer.status_code
        sizes.append(len(answer.content))
    marks = quantiles(seconds, n=100)
    return (f"p50 {marks[49] * 1000:.1f} ms, p95 {marks[94] * 1000:.1f} ms, max {max(seconds) * 1000:.1f} ms "
            f"({len(ids)} pages, {sum(sizes) / len(sizes) / 1024:.0f} KB)")


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
