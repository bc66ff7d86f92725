"""The outside clock of a trail's checkpoint, and where the bank has published it."""

from __future__ import annotations

from audit.configuration import evidence
from audit.database import Connection
from audit.errors import ConfigurationError
from audit.files import put
from audit.log.checkpoints import Signed
from audit.log.publishing import Unpublished
from audit.log.time_stamps import Authority, token_of
from audit.trails.work import Work

NAME = "checkpoint.tsr"
ABSENT = "none was made"


def configured() -> Authority | None:
    """Who stamps for this bank; None: nobody."""
    try:
        return evidence().authority
    except ConfigurationError:
        return None


def write_stamp(connection: Connection, signed: Signed, authority: Authority | None, work: Work) -> str:
    """The stamp as a file, empty where there is none; what the manifest says of it. One that was made for this very
    checkpoint is kept: the same bytes come out, however often the trail was begun."""
    kept = work.get("stamp")
    if kept is not None and kept["of"] == signed.note:
        return str(kept["told"])
    told, token = "there", b""
    try:
        token = token_of(connection, signed, authority) or b""
    except Unpublished as error:
        told = str(error)
    put(work.folder / NAME, token)
    told = told if token or told != "there" else ABSENT
    work.keep(stamp={"of": signed.note, "told": told})
    return told


def published_at(connection: Connection, size: int) -> list[str]:
    """Where checkpoints that cover this one were published: the console's word, to be looked for there."""
    rows = connection.execute("select place from trace.publication where size >= %s order by place", [size])
    return [row[0] for row in rows]
