"""What another model version would change is said exactly, and nothing is changed by asking."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from audit.comparing import EXAMPLES_MAX
from audit.errors import WhereaboutsError
from audit.projections.rebuild import become_the_only
from audit.rebuilding import rehearse
from tests.conftest import Database
from tests.projections.feed import Feed
from tests.projections.small import MODEL, line, paid

ACCOUNTS = EXAMPLES_MAX + 3


@pytest.fixture
def feed(database: Database, tmp_path: Path) -> Feed:
    """Accounts with 100 each of which 10 were paid out; one frozen; one thawed that was not frozen."""
    feed = Feed(tmp_path, database, MODEL)
    lines = []
    for n in range(ACCOUNTS):
        lines += [
            line(f"account-A{n:02}", 1, "Opened", n, customer=f"C{n}"),
            line(f"account-A{n:02}", 2, "PaidIn", n + 100, **paid("100.00")),
            line(f"account-A{n:02}", 3, "PaidOut", n + 200, **paid("10.00")),
        ]
    lines += [line("account-A00", 4, "Frozen", 900), line("account-A01", 4, "Thawed", 901)]
    feed.tell(*lines)
    return feed


def rehearsed(tmp_path: Path, *changes: tuple[str, str]) -> dict[str, list[dict[str, object]]]:
    text = MODEL.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    path = tmp_path / "other.toml"
    path.write_text(text, encoding="utf-8")
    out = StringIO()
    call_command("rebuild", "--model", str(path), "--dry-run", "--json", stdout=out)
    found: dict[str, list[dict[str, object]]] = json.loads(out.getvalue())
    return found


def test_the_same_model_changes_nothing(feed: Feed) -> None:
    before = feed.dump()
    out = StringIO()
    call_command("rebuild", "--dry-run", stdout=out)
    assert out.getvalue() == "Nothing would change: no state, no balance, no finding.\n"
    assert feed.dump() == before


def test_states_balances_and_findings_that_would_change_are_said(feed: Feed, tmp_path: Path) -> None:
    before, generation = feed.dump(), feed.instance.generation
    found = rehearsed(
        tmp_path,
        ('state = { from = ["open"], to = "frozen" }', 'state = { from = ["open"], to = "closed" }'),
        ('from = "available:{account}", to = "outside" }]', 'from = "outside", to = "available:{account}" }]'),
        ('state = { from = ["frozen"], to = "open" }', 'state = { from = ["open"], to = "open" }'),
    )
    assert found["states"] == [
        {"lane": "account", "from": "frozen", "to": "closed", "count": 1, "shown": 1, "subjects": ["account:A00"]}
    ]
    available = next(one for one in found["balances"] if one["place"] == "available")
    assert (available["from"], available["to"]) == (f"{ACCOUNTS * 90}.00", f"{ACCOUNTS * 110}.00")
    assert (available["count"], available["shown"]) == (ACCOUNTS, EXAMPLES_MAX)
    assert {(f["rule"], f["from"], f["to"], f["count"]) for f in found["findings"]} == {
        ("illegal_transition", "open", None, 1)
    }
    assert (feed.dump(), feed.instance.generation) == (before, generation)


def test_what_it_built_is_gone(feed: Feed, tmp_path: Path) -> None:
    rehearsed(tmp_path, ('title = { en = "Frozen" }', 'title = { en = "Ice" }'))
    with feed.database.connect("owner", autocommit=True) as connection:
        schemas = connection.execute("select nspname from pg_namespace where nspname like 'read\\_%'").fetchall()
        states = connection.execute("select state from trace.generation order by number").fetchall()
    assert len(schemas) == 1
    assert [state for (state,) in states] == ["current", "failed"]


def test_a_real_rebuild_then_does_what_was_said(feed: Feed, tmp_path: Path) -> None:
    frozen = 'state = { from = ["open"], to = "frozen" }'
    found = rehearsed(tmp_path, (frozen, frozen.replace("frozen", "closed")))
    assert [s["to"] for s in found["states"]] == ["closed"]
    call_command("rebuild", "--model", str(tmp_path / "other.toml"), "--json", stdout=StringIO())
    out = StringIO()
    call_command("rebuild", "--model", str(tmp_path / "other.toml"), "--dry-run", "--json", stdout=out)
    again = json.loads(out.getvalue())
    assert again["states"] == again["balances"] == again["findings"] == []


def test_two_at_once_are_refused_and_what_was_interrupted_leaves_nothing(feed: Feed) -> None:
    with feed.database.connect("follower") as other:
        become_the_only(other)
        with pytest.raises(WhereaboutsError, match="another rebuild, or a dry run of one, is under way"):
            call_command("rebuild", "--dry-run", stdout=StringIO())
        other.execute("select pg_advisory_unlock_all()")  # the server may learn a little later that we have gone

    def stop(number: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rehearse(stop, lambda seconds: None, lambda done, total: None)
    left = feed.rows("select count(*) from pg_namespace where starts_with(nspname, 'read_')")
    assert left == [(1,)]
