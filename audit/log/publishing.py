"""Checkpoints outside the database, where whoever runs it cannot change them: each place gets the newest one when its
time has come, and what it holds can be held against our own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psycopg

from audit.database import Connection, sql
from audit.errors import WhereaboutsError
from audit.files import put
from audit.log.checkpoints import Signed
from audit.log.own_alarms import INTEGRITY, Trouble, heal, sound
from audit.log.own_records import tell
from audit.log.signed_notes import BadNote, opened
from audit.log.tree import Tree

NEWEST = "checkpoint"
PUBLISH_SECONDS = 300
LATE_SECONDS = 900  # what waits longer than this, beyond its place's own time, is an alarm


class Unpublished(WhereaboutsError):
    """A checkpoint could not be put where it should be."""


class Place(Protocol):
    """Where checkpoints are put. `name` is said to people, and holds no secret."""

    @property
    def name(self) -> str: ...

    @property
    def every_seconds(self) -> int: ...

    def put(self, signed: Signed) -> None:
        """Whole or not at all. Raises Unpublished, or OSError."""

    def newest(self) -> str | None:
        """The newest note that it holds; None: it holds none, or cannot be asked. Raises Unpublished, or OSError."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, best on storage that nobody can write over, where others fetch checkpoints."""

    path: Path
    every_seconds: int = PUBLISH_SECONDS

    @property
    def name(self) -> str:
        return f"folder {self.path}"

    def put(self, signed: Signed) -> None:
        """The note under its size, never written over, and as `checkpoint`, the newest."""
        self.path.mkdir(parents=True, exist_ok=True)
        kept = self.path / kept_name(signed)
        if not kept.exists():
            put(kept, signed.note.encode())
        put(self.path / NEWEST, signed.note.encode())

    def newest(self) -> str | None:
        path = self.path / NEWEST
        return path.read_text(encoding="utf-8") if path.exists() else None


def kept_name(signed: Signed) -> str:
    return f"checkpoint-{signed.checkpoint.size}"


def publish_due(connection: Connection, places: Sequence[Place], signed: Signed, *, at_once: bool) -> dict[str, str]:
    """Put a checkpoint in every place whose time has come (`at_once`: in all that do not hold it), and keep that it
    was; what hinders that, for people, by place. The connection is in no transaction."""
    troubles: dict[str, str] = {}
    for place in places:
        kind = f"publishing to {place.name}"
        with connection.transaction():
            row = connection.execute(sql("publication_due"), [place.name, signed.checkpoint.size,
                                                              at_once and place.every_seconds <= PUBLISH_SECONDS,
                                                              place.every_seconds]).fetchone()  # fmt: skip
        if row is None or not row[0]:
            continue
        try:
            _compare(connection, place)
            place.put(signed)
        except psycopg.Error:
            raise
        except Exception as error:  # of another's program, whatever it may be: reading goes on
            reason = error.strerror if isinstance(error, OSError) and error.strerror else error
            troubles[place.name] = f"the checkpoint cannot be published to {place.name}: {reason}"
            with connection.transaction():
                late = connection.execute(
                    sql("publication_late"), [place.name, place.every_seconds + LATE_SECONDS]
                ).fetchone()
                _sound(connection, kind, row[1], troubles[place.name], is_late=bool(late and late[0]))
            continue
        with connection.transaction():
            connection.execute(sql("publication_made"), [place.name, signed.checkpoint.size])
            root = signed.checkpoint.root.hex()
            tell(connection, "publication", {"place": place.name, "size": signed.checkpoint.size, "root": root})
            heal(connection, INTEGRITY, kind)
    if places and not troubles:
        with connection.transaction():
            connection.execute(sql("sealing_published"), [[place.name for place in places]])
    return troubles


def _compare(connection: Connection, place: Place) -> None:
    """What a place holds must be what the log begins with; that it is not is told, and stays told."""
    try:
        note = place.newest()
        if note is None:
            return
        held = opened(note, None)
        with connection.transaction():
            is_ours = Tree(connection).hash_of(0, held.size) == held.root
    except (BadNote, LookupError, UnicodeDecodeError):
        is_ours = False
    if not is_ours:
        what = f"The checkpoint in {place.name} is not one of this log"
        mend = "Compare what stands there, and the log, with a backup: one of them was changed. `check_log` says more."
        with connection.transaction():
            sound(connection, Trouble(INTEGRITY, "PUBLISHED", 1, what, mend))


def _sound(connection: Connection, kind: str, published: int, trouble: str, *, is_late: bool) -> None:
    """A failure that is over before anything is late is told on the sources page alone."""
    if is_late:
        mend = "The place can be written to again; the next checkpoint goes there by itself."
        sound(connection, Trouble(INTEGRITY, kind, published + 1, f"Publishing is late: {trouble}", mend))
