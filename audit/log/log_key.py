"""The key that signs checkpoints and trails, and its history: which key signed from which size on.

It is WHEREABOUTS_LOG_KEY (64 hexadecimal digits) or the file `log-key` in VAR_DIR, made on first use by the folder's
owner. A broken, missing or strange key stops signing; it never becomes a new identity by itself.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.access import secret_files
from audit.database import Connection, sql
from audit.errors import WhereaboutsError
from audit.given import given
from audit.log.own_records import tell
from audit.log.signed_notes import PublicKey, public_of
from audit.servers.place import var_dir

VARIABLE = "WHEREABOUTS_LOG_KEY"
WHAT = "a log key"


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that signs, or signed, checkpoints of more than `first` entries, up to `last`; None: it still does."""

    key: PublicKey
    first: int
    last: int | None


def origin_of(connection: Connection) -> str:
    """The log's name for strangers; it stays with the instance."""
    row = connection.execute("select instance from trace.head").fetchone()
    assert row is not None
    return f"whereabouts/{row[0]}"


def history(connection: Connection) -> list[KnownKey]:
    """Every key that this log ever had, the newest last."""
    origin = origin_of(connection)
    rows = connection.execute("select first, public from trace.log_key order by first").fetchall()
    ends = [row[0] for row in rows[1:]]
    return [
        KnownKey(PublicKey(origin, bytes(public)), first, last)
        for (first, public), last in zip(rows, [*ends, None], strict=False)
    ]


def own_keys(connection: Connection) -> list[bytes]:
    """Every public key of the history, and that of the key that is here now: an older backup, or a database that is
    made anew, may not know it."""
    found = [known.key.raw for known in history(connection)]
    with suppress(WhereaboutsError):
        found.append(_private(may_be_made=False).public_key().public_bytes_raw())
    return found


def signing_key(connection: Connection) -> Ed25519PrivateKey:
    """The key, which must be the newest one of the log's history. Raises WhereaboutsError."""
    known = history(connection)
    private = _private(may_be_made=not known)
    if known and public_of(origin_of(connection), private) != known[-1].key:
        raise WhereaboutsError(
            f"the log key is not the one that signed so far ({known[-1].key.id.hex()}): give that one back by "
            f"{VARIABLE} or {var_dir() / 'log-key'}, or change it on purpose: `python manage.py checkpoint --new-key`"
        )
    return private


def take(connection: Connection, size: int, *, is_new: bool = False) -> Ed25519PrivateKey:
    """Like signing_key; a log's first key, or with `is_new` a changed one, goes into its history first."""
    private = _private(may_be_made=not history(connection)) if is_new else signing_key(connection)
    known, key = history(connection), public_of(origin_of(connection), private)
    if not known or known[-1].key != key:
        first = 0 if not known else max(size, known[-1].first + 1)
        connection.execute(sql("log_key_add"), [first, key.raw])
        before = known[-1].key.id.hex() if known else None
        tell(connection, "key_change", {"key": str(key), "first": first, "before": before})
    return private


def _private(*, may_be_made: bool) -> Ed25519PrivateKey:
    own = given(VARIABLE)
    if own:
        return Ed25519PrivateKey.from_private_bytes(secret_files.parsed(own, VARIABLE, WHAT))
    path = var_dir() / "log-key"
    if may_be_made and not path.exists():
        if path.parent.stat().st_uid != os.geteuid():
            raise WhereaboutsError(f"{path} is made by the owner of its folder: run `python manage.py checkpoint` so")
        secret_files.make(path)
    return Ed25519PrivateKey.from_private_bytes(secret_files.read(path, WHAT))
