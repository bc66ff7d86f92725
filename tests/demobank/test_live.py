"""The live bank as a process: it goes on from a history, stops cleanly, and survives being killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from demobank import books, export, store
from demobank.__main__ import main
from demobank.loading import load_history
from demobank.work import SERVICES, Row
from tests.demobank.conftest import ANCHOR, handle_all

ROOT = Path(__file__).parents[2]
SEED = "tests"


@contextmanager
def running(url: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "demobank", "live", "--url", url, "--rate", "300"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def listening(url: str) -> psycopg.Connection:
    connection = psycopg.connect(url, autocommit=True)
    connection.execute("listen core_events")
    return connection


def rows_of(url: str) -> list[Row]:
    with store.connect(url) as connection:
        return [row for service in SERVICES for row in export._rows(connection, service)]


def test_it_goes_on_from_a_history_and_stops_cleanly(bank_url: str) -> None:
    load_history(bank_url, datetime.fromtimestamp(ANCHOR / 1_000_000, UTC), SEED, 6_000, faults={})
    with running(bank_url) as process, closing(listening(bank_url)) as connection:
        assert len(list(connection.notifies(timeout=20, stop_after=20))) >= 20
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert process.stderr is not None and process.stderr.read() == b""
    assert len(rows_of(bank_url)) > 6_000


@pytest.mark.stress
def test_killed_again_and_again_it_loses_and_doubles_nothing(bank_url: str) -> None:
    load_history(bank_url, datetime.fromtimestamp(ANCHOR / 1_000_000, UTC), SEED, 6_000, faults={})
    for stop_after in (7, 19, 31):
        with running(bank_url) as process, closing(listening(bank_url)) as connection:
            assert list(connection.notifies(timeout=20, stop_after=stop_after))
            process.kill()
    handle_all(bank_url, SEED)
    flows: dict[str, list[Row]] = defaultdict(list)
    versions: dict[str, list[int]] = defaultdict(list)
    for row in rows_of(bank_url):
        versions[row.stream].append(row.version)
        if row.correlation is not None and row.correlation.startswith("T-"):
            flows[row.correlation].append(row)
    assert all(found == list(range(1, len(found) + 1)) for found in versions.values())
    for key, rows in flows.items():
        left = {place.split(":")[0] for _, place, _ in books.nets(rows)}
        assert not left & {"reserved", "between", "held", "transit", "clearing"}, key
        assert sum(row.type == "TransferCompleted" for row in rows) <= 1


def test_an_empty_store_gets_its_first_customers(bank_url: str) -> None:
    with running(bank_url) as process, closing(listening(bank_url)) as connection:
        assert len(list(connection.notifies(timeout=20, stop_after=15))) >= 15
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert sum(row.type == "CustomerRegistered" for row in rows_of(bank_url)) >= 12


def test_without_a_command_it_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 3
    assert "history" in capsys.readouterr().out


def test_without_a_database_it_says_which_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BANK_DATABASE_URL", raising=False)
    with pytest.raises(SystemExit) as refused:
        main(["history"])
    assert refused.value.code == 3


def test_a_server_that_is_not_there_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--url", "postgresql://127.0.0.1:1/nowhere"]) == 1
    assert capsys.readouterr().err.startswith("demobank: ")


def test_history_writes_the_answer_key_each_time(bank_url: str, tmp_path: Path) -> None:
    key = tmp_path / "faults.json"
    arguments = ["history", "--url", bank_url, "--anchor", "2026-11-01T10:00:00Z", "--faults", os.fspath(key)]
    assert main([*arguments, "--events", "12000"]) == 0
    first = key.read_bytes()
    key.unlink()
    assert main(arguments) == 0
    assert key.read_bytes() == first
