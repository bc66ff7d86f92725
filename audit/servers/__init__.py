"""PostgreSQL and Redis for those who have none: started when needed, shared, stopped when nobody uses them.

`DATABASE_URL` and `REDIS_URL` replace them. `VAR_DIR` says where their data lie: instances can live side by side.
"""

from __future__ import annotations

import atexit
import os
import shutil
from pathlib import Path

from audit.given import given
from audit.servers.embedded_postgres import Postgres
from audit.servers.embedded_redis import Redis
from audit.servers.lease import Lease, is_used
from audit.servers.place import POINTER, account, home, var_dir

__all__ = ["Lease", "address", "ensure", "postgres", "redis", "release", "remove", "var_dir"]

_held: dict[str, Lease] = {}


def postgres(name: str = "console", *, durable: bool = True) -> Lease:
    """The use of the embedded cluster `name` (data in VAR_DIR/`name`); `durable=False` is for tests alone."""
    var = var_dir()
    return Lease(_postgres(name, var, durable=durable), var / "run")


def _postgres(name: str, var: Path, *, durable: bool = True) -> Postgres:
    who = account()
    database = "whereabouts" if name == "console" else name
    return Postgres(name, home(var, who), who, database=database, durable=durable)


def redis() -> Lease:
    """The use of the embedded Redis."""
    var, who = var_dir(), account()
    return Lease(Redis(home(var, who), who), var / "run")


def address(name: str, user: str | None = None) -> str:
    """The address of the embedded cluster `name`, as `user`; it runs until the process ends, or `release()`."""
    if name not in _held:
        _held[name] = postgres(name)
    url = _held[name].url
    return url if user is None else url.replace("://whereabouts@", f"://{user}@", 1)


def ensure() -> None:
    """DATABASE_URL and REDIS_URL of this process and its children: as given, else of embedded servers.

    They are given back when the process ends, or by `release()`. Calling it again does nothing.
    """
    for variable, start in (("DATABASE_URL", postgres), ("REDIS_URL", redis)):
        if not given(variable):
            _held[variable] = start()
            os.environ[variable] = _held[variable].url


def release() -> None:
    """Give back what `ensure()` and `address()` took; the servers stop when nobody else uses them."""
    while _held:
        variable, lease = _held.popitem()
        if os.environ.get(variable) == lease.url:
            del os.environ[variable]
        lease.release()


def remove(var: Path) -> bool:
    """Stop the servers of a VAR_DIR and delete all they kept; False, and nothing done, while somebody uses them."""
    names = [file.stem for file in (var / "run").glob("*.users")]
    if any(is_used(var / "run", name) for name in names):
        return False
    who = account()
    for name in names:
        server = Redis(home(var, who), who) if name == "redis" else _postgres(name, var)
        if server.answers():
            server.stop()
    pointer = var / POINTER
    if pointer.exists():
        shutil.rmtree(pointer.read_text(encoding="utf-8").strip(), ignore_errors=True)
    shutil.rmtree(var, ignore_errors=True)
    return True


atexit.register(release)
