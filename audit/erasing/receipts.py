"""Receipts of erasures: what was destroyed, for whom, by whom, and what cannot be reached at once.

A receipt stands in the database, in the log (as the record of the erasure), and as a file outside both: after an older
backup is restored, the files say what must be erased again. It holds identifiers, never a personal value.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from audit.database import Connection, sql
from audit.errors import WhereaboutsError
from audit.files import put
from audit.servers.place import var_dir

FORMAT = "erasure/1"
ELSEWHERE = (
    "trails, lists and pages that were handed out before",
    "backups of the database: erased again by itself when one is restored and followed",
    "PostgreSQL's write-ahead log and old row versions, until they are recycled: sealed texts and wrapped keys, which"
    " open with the instance's master key alone",
    "keyed digests of whole events, by which the same event is known again; nothing can be read out of them",
    "events that could not be read: sealed whole under a key of their source, and not told apart by customer",
    "the bank's own systems: this console only reads them",
)


class Receipt(msgspec.Struct, frozen=True):
    """`owners` are KIND:ID whose keys are destroyed; `others` are [source, event, path] of single pieces that stood
    under other people's keys. The counts are of what was destroyed at the time."""

    name: str
    subject: str
    at: str
    requested_by: str
    approved_by: str
    approval: int
    retention: str
    owners: Sequence[str]
    others: Sequence[tuple[str, str, str]]
    keys: int
    pieces: int
    blind: int
    texts: int
    exports: int
    log_position: int
    format: str = FORMAT
    still_elsewhere: Sequence[str] = ELSEWHERE


def folder() -> Path:
    """WHEREABOUTS_RECEIPTS, else `erasures` in VAR_DIR. It must outlive the database: back it up apart."""
    made = Path(os.environ.get("WHEREABOUTS_RECEIPTS") or var_dir() / "erasures")
    made.mkdir(mode=0o700, parents=True, exist_ok=True)
    return made


def write(receipt: Receipt) -> None:
    """Put the receipt outside the database, whole and flushed."""
    put(folder() / f"{receipt.name}.json", encoded(receipt), 0o600)


def withdraw(receipt: Receipt) -> None:
    """Take back the file of an erasure that was not carried out."""
    (folder() / f"{receipt.name}.json").unlink(missing_ok=True)


def encoded(receipt: Receipt) -> bytes:
    return msgspec.json.format(msgspec.json.encode(receipt), indent=1) + b"\n"


def digest(receipt: Receipt) -> str:
    """The SHA-256 of the receipt's file."""
    return hashlib.sha256(encoded(receipt)).hexdigest()


def filed() -> list[Receipt]:
    """Those that stand as files, oldest first; one that cannot be read is an error: what it says must be kept to."""
    found = []
    for path in sorted(folder().glob("*.json")):
        try:
            found.append(msgspec.json.decode(path.read_bytes(), type=Receipt))
        except (OSError, msgspec.MsgspecError) as error:
            raise WhereaboutsError(f"the receipt {path} cannot be read, restore it from a backup: {error}") from None
    return found


def remember(connection: Connection, receipt: Receipt) -> None:
    """In the database, which asks for the used approval that it names, unless the owner restores it."""
    kind, _, key = receipt.subject.partition(":")
    about = {"name": receipt.name, "kind": kind, "key": key, "receipt": encoded(receipt).decode(), "at": receipt.at}
    connection.execute(sql("erasure_add"), about)


def stored(connection: Connection) -> list[Receipt]:
    """Those that the database knows, oldest first."""
    return [msgspec.json.decode(text, type=Receipt) for _, text in connection.execute(sql("erasures")).fetchall()]
