"""Seals the log now and then, off the hot path, and publishes what was signed. Trouble with it never stops reading: it
is written down for people, and tried again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from audit.database import Connection, sql
from audit.errors import WhereaboutsError
from audit.log.checkpoints import Signed, seal
from audit.log.publishing import publish
from audit.log.tree import advance, size_of

SEAL_SECONDS = 30.0
LEAVES_MAX = 10_000  # entries that wait for the tree at most, while there is more to read
PUBLISH_SECONDS = 300.0
LATE_SECONDS = 900  # what waits longer to be signed is an alarm


@dataclass(slots=True)
class Sealing:
    """One reading process's; times are its monotonic clock's."""

    connection: Connection
    folder: Path | None = None
    _sealed_at: float = float("-inf")
    _published_at: float = float("-inf")
    _leaves: int = 0

    def go_on(self, now: float, logged: int = 0) -> None:
        """`logged` entries were added since the last call."""
        self._leaves += logged
        if now - self._sealed_at >= SEAL_SECONDS:
            self._sealed_at, self._leaves = now, 0
            self.seal(now, to_the_end=False)
        elif self._leaves >= LEAVES_MAX:
            self._leaves = 0
            advance(self.connection)

    def seal(self, now: float, *, to_the_end: bool = True) -> None:
        """Sign all that is logged; publish it when it is time, or `to_the_end` at once."""
        if size_of(self.connection) == 0:
            self.connection.commit()
            return
        self.connection.commit()
        try:
            signed = seal(self.connection)
            is_due = self.folder is not None and (to_the_end or now - self._published_at >= PUBLISH_SECONDS)
            if is_due:
                self._published_at = now
                publish_now(self.connection, self.folder, signed)
            trouble = None
        except (WhereaboutsError, OSError) as error:
            trouble = str(error)
        with self.connection.transaction():
            self.connection.execute(sql("sealing_said"), [trouble, trouble, trouble])


def publish_now(connection: Connection, folder: Path | None, signed: Signed) -> None:
    """Put a checkpoint outside the database, and keep that it was. Raises WhereaboutsError."""
    if folder is None:
        return
    try:
        publish(folder, signed)
    except OSError as error:
        raise WhereaboutsError(f"the checkpoint cannot be published to {folder}: {error.strerror}") from None
    with connection.transaction():
        connection.execute(sql("sealing_published"), [signed.checkpoint.size])
