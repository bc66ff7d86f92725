"""Receipts of erasures: what was destroyed, for whom, by whom, and what cannot be reached at once.

A receipt stands in the database, in the log (as the record of the erasure), and as a file outside both, signed with the
log's key: after an older backup is restored, the files say what must be erased again. It holds identifiers, never a
personal value.
"""

from __future__ import annotations

import binascii
import hashlib
import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.database import Connection, sql
from audit.errors import WhereaboutsError
from audit.files import put
from audit.log.signed_notes import PUBLIC_BYTES, PublicKey
from audit.servers.place import var_dir

FORMAT = "erasure/1"
SUFFIX = ".receipt"
SIGNED_HEAD = b"whereabouts erasure receipt\n"  # before what is signed: no checkpoint and no manifest begins so
SIGNED_BY = b"\nsigned by the log: "
ELSEWHERE = (
    "trails, lists and pages that were handed out before",
    "backups of the database: erased again by itself when one is restored and followed",
    "PostgreSQL's write-ahead log and free space of its files, until they are written over: sealed texts, wrapped keys"
    " (which open with the master key alone), salts, and the plain form of what was declared personal only after it was"
    " read. To have them gone at once do what docs/how-to/erase.md says: vacuum full, and a new write-ahead log",
    "PostgreSQL's own log, where it is set to write statements with their values: what was searched for, wrapped keys,"
    " salts",
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
    left_held: int = 0  # values about the subject that a legal hold on somebody else made it leave

    @property
    def file(self) -> str:
        """Its name in the folder of receipts."""
        return f"{self.name}{SUFFIX}"

    @property
    def time(self) -> datetime:
        return datetime.fromisoformat(self.at)


def folder() -> Path:
    """WHEREABOUTS_RECEIPTS, else `erasures` in VAR_DIR. It must outlive the database: back it up apart."""
    made = Path(os.environ.get("WHEREABOUTS_RECEIPTS") or var_dir() / "erasures")
    made.mkdir(mode=0o700, parents=True, exist_ok=True)
    return made


def write(receipt: Receipt, private: Ed25519PrivateKey) -> None:
    """Put the receipt outside the database, signed, whole and flushed."""
    text = encoded(receipt)
    signature = b64encode(private.public_key().public_bytes_raw() + private.sign(SIGNED_HEAD + text))
    put(_path(receipt), text + SIGNED_BY + signature + b"\n", 0o600)


def withdraw(receipt: Receipt) -> None:
    """Take back the file of an erasure that was not carried out."""
    _path(receipt).unlink(missing_ok=True)


def encoded(receipt: Receipt) -> bytes:
    return msgspec.json.format(msgspec.json.encode(receipt), indent=1) + b"\n"


def digest(receipt: Receipt) -> str:
    """The SHA-256 of the receipt as its file has it, without the signature."""
    return hashlib.sha256(encoded(receipt)).hexdigest()


def filed(keys: Sequence[bytes]) -> list[Receipt]:
    """Those that stand as files, oldest first. One that cannot be read, or that none of `keys` has signed under its own
    name, is an error: what it says must be kept to, and what nobody signed must not be done."""
    found = []
    for path in sorted(folder().glob(f"*{SUFFIX}")):
        try:
            text, _, signature = path.read_bytes().partition(SIGNED_BY)
            receipt = msgspec.json.decode(text, type=Receipt)
        except (OSError, msgspec.MsgspecError) as error:
            raise WhereaboutsError(f"the receipt {path} cannot be read, restore it from a backup: {error}") from None
        if path != _path(receipt) or not _is_signed(text, signature, tuple(keys)):
            raise WhereaboutsError(
                f"the receipt {path} is signed by no key of this log: nothing of it is done. Restore it from a backup, "
                "or the log key that signed it; what the console never wrote, take away"
            )
        found.append(receipt)
    return found


@lru_cache(maxsize=10_000)
def _is_signed(text: bytes, signature: bytes, keys: tuple[bytes, ...]) -> bool:
    try:
        raw = b64decode(signature.removesuffix(b"\n"), validate=True)
    except binascii.Error:
        return False
    key = raw[:PUBLIC_BYTES]
    return key in keys and PublicKey("", key).verify(raw[PUBLIC_BYTES:], SIGNED_HEAD + text)


def _path(receipt: Receipt) -> Path:
    return folder() / receipt.file


def remember(connection: Connection, receipt: Receipt) -> None:
    """In the database, which asks for the used approval that it names, unless the owner restores it."""
    kind, _, key = receipt.subject.partition(":")
    about = {"name": receipt.name, "kind": kind, "key": key, "receipt": encoded(receipt).decode(), "at": receipt.at}
    connection.execute(sql("erasure_add"), about)


def of_approvals(connection: Connection, approvals: Sequence[int]) -> dict[int, Receipt]:
    """By the request that each used up."""
    rows = connection.execute(sql("erasures_approved"), {"approvals": list(approvals)}).fetchall()
    return {approval: msgspec.json.decode(text, type=Receipt) for approval, text in rows}


def stored(connection: Connection) -> list[Receipt]:
    """Those that the database knows, oldest first."""
    return [msgspec.json.decode(text, type=Receipt) for _, text in connection.execute(sql("erasures")).fetchall()]
