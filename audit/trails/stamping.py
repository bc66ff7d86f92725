"""The outside clock of a trail's checkpoint, and where the bank has published it."""

from __future__ import annotations

from pathlib import Path

from audit.configuration import configuration
from audit.database import Connection
from audit.errors import ConfigurationError
from audit.log.checkpoints import Signed
from audit.log.publishing import Unpublished
from audit.log.time_stamps import Authority, token_of

NAME = "checkpoint.tsr"
ABSENT = "none was made"


def configured() -> Authority | None:
    """Who stamps for this bank; None: nobody."""
    try:
        return configuration().evidence.authority
    except ConfigurationError:
        return None


def write_stamp(connection: Connection, signed: Signed, authority: Authority | None, folder: Path) -> str:
    """The stamp as a file, empty where there is none; what the manifest says of it. One that is there is kept."""
    target = folder / NAME
    if target.exists():
        return "there" if target.stat().st_size else ABSENT
    told, token = "there", b""
    try:
        token = token_of(connection, signed, authority) or b""
    except Unpublished as error:
        told = str(error)
    beside = folder / (NAME + ".new")
    beside.write_bytes(token)
    beside.replace(target)
    return told if token or told != "there" else ABSENT


def published_at(connection: Connection, size: int) -> list[str]:
    """Where checkpoints that cover this one were published: the console's word, to be looked for there."""
    rows = connection.execute("select place from trace.publication where size >= %s order by place", [size])
    return [row[0] for row in rows]
