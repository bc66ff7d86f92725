"""Who uses a server: each user holds a shared lock, which the kernel takes back however the user ends."""

from __future__ import annotations

import atexit
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Protocol

from audit.errors import WhereaboutsError


class Server(Protocol):
    """What can be started once and used by many."""

    name: str
    url: str

    def answers(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...


class Lease:
    """The use of a running server. The last one to release it stops the server."""

    def __init__(self, server: Server, run: Path) -> None:
        """Start `server` if it does not answer; `run` is the folder of its locks."""
        self.url = server.url
        self._server, self._run, self._pid = server, run, os.getpid()
        with _alone(run / f"{server.name}.lock"):
            self._users: int | None = _open(run / f"{server.name}.users")
            try:
                fcntl.flock(self._users, fcntl.LOCK_SH)
                if not server.answers():
                    server.start()
            except BaseException:
                self._leave()
                raise
        atexit.register(self.release)

    def release(self) -> None:
        """Stop using it; the server stops when nobody else does. Calling it again does nothing."""
        if self._users is None:
            return
        atexit.unregister(self.release)
        if os.getpid() != self._pid:  # a forked child: the lock is its parent's as well
            self._leave()
            return
        with _alone(self._run / f"{self._server.name}.lock"):
            self._leave()
            if not is_used(self._run, self._server.name):
                self._server.stop()

    def _leave(self) -> None:
        if self._users is not None:
            os.close(self._users)
            self._users = None

    def __enter__(self) -> Lease:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def is_used(run: Path, name: str) -> bool:
    """Whether any living process holds a lease of the server `name`."""
    users = _open(run / f"{name}.users")
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(users)


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    lock = _open(file)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _open(file: Path) -> int:
    try:
        file.parent.mkdir(mode=0o700, exist_ok=True)
        return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        reason = f"{error.strerror}; does VAR_DIR belong to another user?"
        raise WhereaboutsError(f"{file} cannot be opened: {reason}") from None
