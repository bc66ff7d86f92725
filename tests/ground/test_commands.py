"""Every command: one line and the agreed exit code, servers and migrations when needed, nothing left behind."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest

from audit import errors
from audit.management import base
from audit.management.fields import tell_fields
from audit.management.progress import Progress
from tests.conftest import Database

ROOT = Path(__file__).parents[2]


class Failing(base.Command):
    needs_database = False

    def __init__(self, error: BaseException | None = None) -> None:
        super().__init__()
        self.error = error

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--number", type=int)
        parser.add_subparsers(dest="verb").add_parser("check").add_argument("FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        if self.error is not None:
            raise self.error
        self.print_json({"number": options["number"]})


def run(command: base.Command, *words: str) -> int:
    try:
        command.run_from_argv(["manage.py", "failing", *words])
    except SystemExit as ended:
        assert isinstance(ended.code, int)
        return ended.code
    return 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.WhereaboutsError("broken"), 1),
        (errors.UnknownSubject("no such"), 2),
        (errors.UsageError("wrong"), 3),
        (errors.Refused("shut"), 4),
    ],
)
def test_an_error_is_one_line_and_its_code(
    error: errors.WhereaboutsError, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(Failing(error)) == code
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"error: {error}\n")


def test_several_lines_become_one(capsys: pytest.CaptureFixture[str]) -> None:
    run(Failing(errors.WhereaboutsError("one\n  two")))
    assert capsys.readouterr().err == "error: one two\n"


@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, "No space left on device"), psycopg.errors.DiskFull("could not extend file")],
)
def test_a_full_disk_is_one_line(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Failing(error)) == 1
    assert capsys.readouterr().err.startswith("error: the disk is full")


def test_a_lost_database_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Failing(psycopg.OperationalError("server closed the connection\nunexpectedly"))) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_fault_of_ours_keeps_its_trace() -> None:
    with pytest.raises(ZeroDivisionError):
        run(Failing(ZeroDivisionError()))


@pytest.mark.parametrize("words", [["--number", "x"], ["--nope"], ["check"], ["nope"]])
def test_wrong_usage_is_3_in_subcommands_too(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Failing(), *words) == 3
    said = capsys.readouterr()
    assert said.err.startswith("error: ") and said.err.count("\n") == 1


def test_json_is_one_object_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Failing(), "--number", "7") == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == {"number": 7}
    assert said.err == ""


def manage(url: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": url, "REDIS_URL": "unix:///nowhere"}
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_the_first_of_djangos_own_commands_migrates_an_empty_database(empty_database: Callable[[], str]) -> None:
    url = empty_database()
    processes = [
        subprocess.Popen(
            [sys.executable, "manage.py", "check"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": url, "REDIS_URL": "unix:///nowhere"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    ended = [(process.communicate(timeout=60), process.returncode) for process in processes]
    assert [code for _, code in ended] == [0, 0, 0], ended
    with psycopg.connect(url) as connection:
        owner = connection.execute("select tableowner from pg_tables where schemaname = 'trace' limit 1").fetchone()
        assert owner == ("whereabouts_owner",)
        applied = connection.execute("select count(*) from django_migrations where app = 'audit'").fetchone()
        assert applied is not None and applied[0] >= 2


def test_django_migrate_still_works(database: Database) -> None:
    done = manage(database.url, "migrate")
    assert (done.returncode, done.stderr) == (0, "")


def test_models_and_migrations_agree(database: Database) -> None:
    done = manage(database.url, "makemigrations", "--check", "--dry-run")
    assert done.returncode == 0, done.stdout


def test_an_unknown_command_is_wrong_usage(database: Database) -> None:
    done = manage(database.url, "wherre")
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)


def test_an_unreachable_database_is_one_line() -> None:
    done = manage("postgresql://127.0.0.1:1/x", "check")
    assert done.returncode == 1
    assert done.stderr.startswith("error: the database cannot be used") and done.stderr.count("\n") == 1


def test_progress_is_silent_where_it_is_short_and_nobody_looks() -> None:
    stream = StringIO()
    progress = Progress(stream)
    progress("events", 1, 2)
    progress.close()
    assert stream.getvalue() == ""


def test_progress_on_a_terminal_leaves_a_clean_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("audit.management.progress.TERMINAL_SECONDS", 0.0)
    stream = Terminal()
    progress = Progress(stream)
    progress("events", 500, 1000)
    assert "events: 500 of 1,000 (50%)" in stream.getvalue()
    progress.close()
    assert stream.getvalue().endswith("\r")


def test_a_document_is_told_to_people_without_python_in_it() -> None:
    lines: list[str] = []
    until = datetime(2031, 10, 26, 18, 19, tzinfo=UTC)
    others = [("core", "e1", "sender.name")]
    tell_fields(lines.append, {"since": {"size": 2, "root": "ab"}, "others": others, "kept_until": until, "own": []})
    assert lines[:3] == ["since: size 2, root ab", "others: 1", "  core e1 sender.name"]
    assert lines[3:] == ["kept until: 2031-10-26 18:19 UTC", "own: 0"]
