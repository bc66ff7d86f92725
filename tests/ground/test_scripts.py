"""`script/`: wrong words and taken ports are one line; children live and die together."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from audit.errors import UsageError, WhereaboutsError
from script import demo, prepare
from script.children import Children

ROOT = Path(__file__).parents[2]
DEAF = """
import fcntl, os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
lock = open(sys.argv[1] + ".new", "w")
fcntl.flock(lock, fcntl.LOCK_EX)
if os.fork():
    os.link(sys.argv[1] + ".new", sys.argv[1])
time.sleep(60)
"""
SCRIPTS = ["demo", "test", "bench", "python"]


@pytest.mark.parametrize("words", [["--port", "0"], ["--port", "70000"], ["--anchor", "2026-11-21T12:00:00"], ["-x"]])
def test_wrong_words_are_refused(words: list[str]) -> None:
    with pytest.raises(UsageError) as refused:
        demo.parse(words)
    assert "\n" not in str(refused.value)


def test_what_follows_the_dashes_is_the_banks() -> None:
    options = demo.parse(["--once", "--anchor", "2026-11-21T12:00:00Z", "--", "--events", "5000", "--seed", "other"])
    assert (options.once, options.events, options.seed) == (True, 5000, "other")
    assert options.anchor.isoformat() == "2026-11-21T12:00:00+00:00"


def test_what_was_loaded_once_can_be_asked_about() -> None:
    place = {"book": "ledger", "place": "available", "amount": "-1234567.50", "currency": "DKK"}
    assert demo.total(place) == "ledger / available: -1,234,567.50 DKK"
    told = ("clearing_never_answers", "transfer:T-0"), ("clearing_never_answers", "transfer:T-1"), ("x", "transfer:T-2")
    steps = demo.next_steps([{"fault": fault, "subject": subject} for fault, subject in told])
    assert "  python manage.py ask where transfer:T-1   (docs/start.md goes on from here)" in steps
    assert demo.next_steps([])[0] == "What next:"


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "http://127.0.0.1", "unix:///nowhere/redis.sock"])
def test_a_queue_that_does_not_answer_is_said(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    with pytest.raises(WhereaboutsError, match="REDIS_URL cannot be used: .+"):
        demo.see_that_the_queue_answers()


def test_a_taken_port_is_said_or_avoided() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(WhereaboutsError, match=f"port {taken} is taken: choose another with --port"):
            demo.free_port(taken)
    assert demo.free_port(None) >= demo.PORT


def test_the_configuration_names_the_model_from_any_folder(tmp_path: Path) -> None:
    file = demo.write_configuration(tmp_path)
    read = tomllib.loads(file.read_text())
    assert Path(read["model"]).is_absolute() and Path(read["model"]).exists()
    assert {source["url_embedded"] for source in read["source"].values()} == {"bank"}
    assert not any("url_env" in source for source in read["source"].values())


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_are_plain_sh(name: str) -> None:
    file = ROOT / "script" / name
    assert file.read_text().startswith("#!/bin/sh\n")
    assert os.access(file, os.X_OK)
    subprocess.run(["sh", "-n", file], check=True)


def test_without_a_fitting_python_it_says_so(tmp_path: Path) -> None:
    script = tmp_path / "script" / "python"
    script.parent.mkdir()
    shutil.copy(ROOT / "script" / "python", script)
    script.write_text(script.read_text().replace("/usr/bin/python3", ""))
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("dirname", "sh"):
        (tools / tool).symlink_to(shutil.which(tool) or "")
    done = subprocess.run(["sh", script], env={"PATH": str(tools)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: Python 3.11 or 3.12 is needed") and done.stderr.count("\n") == 1


def test_the_stamp_changes_with_the_requirements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = prepare.stamp()
    changed = tmp_path / "requirements.txt"
    changed.write_text("something==1\n")
    monkeypatch.setattr(prepare, "REQUIREMENTS", [changed])
    assert prepare.stamp() != before


def test_requirements_are_pinned() -> None:
    for file in prepare.REQUIREMENTS:
        lines = [line for line in file.read_text().splitlines() if line and line[0] not in "#-"]
        assert lines and all("==" in line for line in lines)


def test_one_child_that_ends_is_named_and_the_others_are_stopped(tmp_path: Path) -> None:
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    with (
        pytest.raises(WhereaboutsError, match=r"short ended with 7: no disk \(log: .*short.log\)"),
        restored_signals(),
        Children(tmp_path / "logs", os.environ) as children,
    ):
        children.start("long", sleeper)
        children.start("short", [sys.executable, "-c", "print('no disk'); raise SystemExit(7)"])
        long = children._running["long"]
        children.watch()
    assert long.returncode == -signal.SIGTERM


def test_a_child_that_does_not_listen_is_ended_with_all_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("script.children.STOP_SECONDS_MAX", 0.5)
    lock = tmp_path / "lock"
    with restored_signals(), Children(tmp_path / "logs", os.environ) as children:
        children.start("deaf", [sys.executable, "-c", DEAF, lock])
        while not lock.exists():
            children.check()
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # granted only when parent and child of that process are both gone


class restored_signals:
    """Children ignore Ctrl-C while they end, for the process that then ends itself; this one goes on."""

    def __enter__(self) -> None:
        self._before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


@pytest.mark.slow
@pytest.mark.parametrize("part", ["unjudged", "unsealed"])
def test_what_the_benchmark_switches_off_is_found(part: str, tmp_path: Path) -> None:
    """In a process that begins with it, as the benchmark does."""
    settings = {"DJANGO_SETTINGS_MODULE": "console.settings", "VAR_DIR": str(tmp_path)}
    call = [sys.executable, str(ROOT / "bench" / f"{part}.py"), "help"]
    done = subprocess.run(call, env=os.environ | settings, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "rebuild" in done.stdout, done.stderr
