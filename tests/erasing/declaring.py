"""A log whose events were read before some of their fields were declared personal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from audit import instance
from audit.access.mask import Mask
from audit.answers.inquiry import inquire
from audit.database import Role, reading
from audit.log.append import append
from audit.log.checkpoints import seal
from audit.log.log_key import history
from audit.log.opened import open_payloads
from audit.management.differing import tell_difference
from audit.model.load import loads
from audit.pipeline import Projection
from audit.rebuilding import rebuild_all, rehearse
from audit.trails.asked import Asked
from audit.trails.bundle import write_bundle
from audit.trails.verify.checks import Trusted, verify
from audit.trails.verify.verdict import Verdict
from audit.values import Subject
from tests.conftest import Database
from tests.log.conftest import NOW, destroy, event

MODEL = """
[model]
name = "declared"
version = 1
zone = "UTC"
languages = ["en"]
[kind.customer]
title = { en = "Customer" }
[kind.account]
title = { en = "Account" }
[lane.account]
title = { en = "Account" }
streams = "account-{account}"
[lane.account.event.Paid]
says = { en = "{amount} was paid for {reference}" }
ties = { customer = "customer" }
personal = PERSONAL
identifiers = { reference = "reference" }
[lane.shop]
title = { en = "Shop" }
streams = "account-shop-{shop}"
[lane.shop.event.Paid]
says = { en = "{amount} was paid" }
[lane.account.event.Opened]
says = { en = "It was opened" }
"""
BEFORE = loads(MODEL.replace("PERSONAL", '["to.name"]'))
PERSONAL = '"to", "reference", "born", "list.phone"'
LATER = loads(MODEL.replace("PERSONAL", f"[{PERSONAL}]"))
SECRETS = (b"Bent", b"Bakkevej", b"rent of", b"19710503", b"5-55-12", b"5-55-13", b"niece of")
CUSTOMER = Subject("customer", "C1")
COUNT = 7  # entries that are not as the later model wants them


def paid(customer: str, text: str = "rent of") -> str:
    to = {"name": "Bent", "street": "Bakkevej 3\n", "home": {"floor.left": "2, Bakkevej", "niece of Bo": 1}}
    data = {"customer": customer, "to": to, "reference": f"{text} \u00f8l", "born": 19710503,
            "list": [{"phone": "5-55-12"}, {"phone": "5-55-13", "kind": "home"}], "amount": "5.00"}  # fmt: skip
    return json.dumps(data, ensure_ascii=customer == "C1")


def line(customer: str) -> str:
    return '{"specversion": "1.0", "data": ' + paid(customer) + ', "subject": "after"}'


@dataclass
class World:
    database: Database
    raw: dict[int, bytes]

    def rows(self, query: str, *values: Any, role: Role = "owner") -> list[tuple[Any, ...]]:
        with self.database.connect(role) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def plain(self) -> int:
        """How many payloads hold what is personal by the later model."""
        found = self.rows("select skeleton from trace.payload")
        return sum(any(secret in bytes(one) for secret in SECRETS) for (one,) in found)

    def telling(self) -> list[str]:
        """Tables in which any of it stands."""
        tables = "select schemaname || '.' || tablename from pg_tables where schemaname ~ '^(trace|public|read_)'"
        found = []
        with self.database.connect("owner") as connection:
            for (table,) in connection.execute(tables).fetchall():
                with connection.cursor() as cursor, cursor.copy(f"copy {table} to stdout".encode()) as copy:
                    body = b"".join(bytes(block) for block in copy)
                told = body.lower().replace(b" ", b"")  # as identifiers are kept
                said = [one for one in SECRETS if one.lower().replace(b" ", b"") in told or one.hex().encode() in body]
                found += [table] * bool(said)
        return found

    def opened(self) -> dict[int, bytes | None]:
        with self.database.connect("follower") as connection:
            return {at: one.raw for at, one in open_payloads(connection, list(self.raw)).items()}

    def trail(self, path: Path) -> Path:
        with reading() as connection:
            asked = Asked("eva", "auditor", datetime(2026, 4, 1, tzinfo=UTC), "audit", "A-1")
            write_bundle(inquire(connection, Mask()), CUSTOMER, asked, path)
        return path

    def verdict(self, path: Path) -> Verdict:
        with self.database.connect("follower") as connection:
            key = history(connection)[-1].key
        return verify(path, Trusted(key))


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    """Rows and lines of two customers; the second one is erased before the field is declared."""
    told = [paid("C1"), paid("C1"), paid("C2"), '{"customer": "C1", "reference": ""}']
    events = [event(number, text, type="Paid") for number, text in enumerate(told, 1)]
    lines = [event(number, line(customer), type="Paid", encoding="cloudevent", data_length=0)
             for number, customer in ((5, "C1"), (6, "C2"), (7, "C1"))]  # fmt: skip
    events += [*lines, event(8, paid("C1", "rent of another"), type="Paid", id="event-1"), event(9)]
    with database.connect("follower") as connection:
        connection.execute(
            "insert into trace.source (id, name, kind, watermark, events) values (1, 'core', 'files', now(), 9)"
        )
        begun = instance.begin(connection, BEFORE)
        append(connection, 1, events, BEFORE, [one.position for one in events], now=NOW)
        connection.commit()
    projection = Projection(begun)
    projection.catch_up()
    projection.number_all()
    projection.close()
    destroy(database, "C2")
    with database.connect("follower", autocommit=True) as connection:
        seal(connection)
    yield World(database, {one.position: one.raw for one in events})


def remodel(personal: str = PERSONAL, text: str = MODEL) -> int:
    """How many older entries were sealed."""
    model = loads(text.replace("PERSONAL", f"[{personal}]"))
    return rebuild_all(lambda number: None, lambda seconds: None, lambda done, total: None, model).sealed


def told_before() -> str:
    """What a rehearsal says of it."""
    said: list[str] = []
    tell_difference(said.append, rehearse(lambda number: None, lambda seconds: None, lambda done, total: None, LATER))
    return "\n".join(said)
