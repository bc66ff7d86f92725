"""Signed checkpoints of the log: what was sealed can be held against them for ever, by anyone who kept one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.database import Connection, sql
from audit.errors import WhereaboutsError
from audit.log import log_key
from audit.log.merkle import consistency
from audit.log.signed_notes import BadNote, Checkpoint, opened, public_of, signed
from audit.log.tree import SEALING, Tree, advance, size_of


class LogChanged(WhereaboutsError):
    """The log is not the one that was signed before."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint and the note that says it."""

    checkpoint: Checkpoint
    note: str
    signed_at: datetime | None = None


def seal(connection: Connection, *, new_key: bool = False) -> Signed:
    """Extend the tree to all that is logged, and sign it; what is signed already is not signed again.

    The caller is in no transaction. Raises WhereaboutsError where the key cannot be used, or where the log is not the
    one that was signed before.
    """
    advance(connection)
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", [SEALING])
        size = size_of(connection)
        private = log_key.take(connection, size, is_new=new_key)
        last = latest(connection)
        key = public_of(log_key.origin_of(connection), private)
        if last is not None:
            _check(connection, last)
            if last.checkpoint.size == size and _is_by(last, private):
                return last
        made = sign(connection, size, private)
        connection.execute(sql("checkpoint_add"), [size, key.id, made.checkpoint.root, made.note])
    return made


def sign(connection: Connection, size: int, private: Ed25519PrivateKey) -> Signed:
    """A checkpoint of the first `size` entries, stored nowhere."""
    checkpoint = Checkpoint(log_key.origin_of(connection), size, Tree(connection).hash_of(0, size))
    return Signed(checkpoint, signed(checkpoint, private))


def latest(connection: Connection) -> Signed | None:
    """The newest checkpoint that is stored."""
    row = connection.execute(sql("checkpoint_latest")).fetchone()
    if row is None:
        return None
    try:
        return Signed(opened(row[0], None), row[0], row[1])
    except BadNote as error:
        raise LogChanged(f"the newest checkpoint cannot be read ({error}): it was changed") from None


def covering(connection: Connection, size: int, private: Ed25519PrivateKey) -> Signed:
    """A checkpoint by this key with at least `size` entries: the newest one, or else one made now."""
    last = latest(connection)
    if last is not None and last.checkpoint.size >= size and _is_by(last, private):
        _check(connection, last)
        return last
    return sign(connection, size_of(connection), private)


def consistency_since(connection: Connection, since: int, size: int) -> list[bytes]:
    """That the log of `size` entries begins with that of `since`. Raises BadProof where it cannot."""
    return consistency(since, size, Tree(connection).hash_of)


def _is_by(one: Signed, private: Ed25519PrivateKey) -> bool:
    try:
        opened(one.note, public_of(one.checkpoint.origin, private))
    except BadNote:
        return False
    return True


def _check(connection: Connection, last: Signed) -> None:
    """What was signed before must still be what the log begins with."""
    try:
        root = Tree(connection).hash_of(0, last.checkpoint.size)
    except LookupError:
        root = b""
    if root != last.checkpoint.root:
        raise LogChanged(
            f"the log is not the one that was signed: its first {last.checkpoint.size:,} entries do not give the root "
            "of the last checkpoint. Nothing is signed; compare the database with a backup"
        )
