"""The guide to connecting a store works as it is written, and the reference names every key."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import psycopg
import pytest

from audit import configuration
from audit.sources.mapping import Mapping
from audit.sources.profiles import PROFILES
from tests.sources.bank import Bank, Follower

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "how-to" / "connect-postgresql.md").read_text(encoding="utf-8")
REFERENCE = (DOCS / "reference" / "configuration.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def test_the_guide_works_as_written(bank: Bank, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with bank.connect() as owner:
        for statements in blocks("sql"):
            owner.execute(statements.encode())
        try:
            owner.execute("grant whereabouts_reader to current_user")
            settings = configuration.parsed(_whole(), tmp_path / "w.toml")
            url = psycopg.conninfo.make_conninfo(bank.url, options="-c role=whereabouts_reader")
            monkeypatch.setenv("PAYMENTS_URL", url)
            owner.execute(
                "insert into payments.events (stream, version, type, event_id, data, metadata)"
                """ values ('account-1', 1, 'Opened', 'e-1', '{}', '{"correlation_id": "c-1"}')"""
            )
            source = configuration.open_sources(settings)[0]
            with closing(source):
                follower = Follower(lambda: source)
                follower.drain()
            (event,) = follower.events.values()
            assert (event.id, event.correlation, event.causation, event.problem) == ("e-1", "c-1", None, None)
            assert follower.released == [1]
        finally:
            owner.execute("drop owned by whereabouts_reader; drop role whereabouts_reader")


def _whole() -> str:
    """The guide's file, with the line that step 4 adds put where it belongs."""
    first, second = blocks("toml")
    header, added = second.split("\n", 1)
    return first.replace(header, f"{header}\n{added}")


def test_the_reference_names_every_key_and_profile() -> None:
    for name in [field.name for field in fields(Mapping)] + [*configuration.SOURCE_KEYS, *PROFILES]:
        assert any(form % name in REFERENCE for form in ("`%s`", '`"%s"`', ".%s]`")), f"{name} is not in the reference"
