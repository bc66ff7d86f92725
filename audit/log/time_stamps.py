"""Asks an authority for time stamps of checkpoints, now and then, and keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from audit.database import Connection, sql
from audit.log.checkpoints import Signed
from audit.log.own_alarms import INTEGRITY, Trouble, heal, sound
from audit.log.publishing import LATE_SECONDS, Unpublished
from audit.log.stamps import BadStamp, checked, request_for

EVERY_SECONDS = 3600
TIMEOUT_SECONDS = 10
ANSWER_BYTES_MAX = 1 << 20
KIND = "time stamps are late"


@dataclass(frozen=True, slots=True)
class Authority:
    """A time stamping authority: where it is asked over HTTP, and the certificates (PEM) that it is held against."""

    url: str
    ca_file: Path

    def stamp(self, note: str) -> bytes:
        """Its answer for a checkpoint's exact bytes, checked. Raises Unpublished."""
        data = note.encode()
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        try:
            asked = Request(self.url, request_for(data), headers)
            with urlopen(asked, timeout=TIMEOUT_SECONDS) as answer:
                token = bytes(answer.read(ANSWER_BYTES_MAX))
            checked(token, data, self.ca_file.read_bytes())
        except URLError as error:
            raise Unpublished(f"the time stamping authority does not answer: {error.reason}") from None
        except (OSError, ValueError, HTTPException, BadStamp) as error:
            raise Unpublished(f"no time stamp: {error}") from None
        return token


def token_of(connection: Connection, signed: Signed, authority: Authority | None) -> bytes | None:
    """The time stamp of a checkpoint: the one that is kept, or one asked for now; None where nobody stamps. Raises
    Unpublished."""
    row = connection.execute(sql("time_stamp_of"), [signed.checkpoint.size, signed.note]).fetchone()
    if row is not None:
        return bytes(row[0])
    return None if authority is None else authority.stamp(signed.note)


def stamp_due(connection: Connection, authority: Authority | None, signed: Signed) -> str | None:
    """Have the newest checkpoint stamped where its time has come, and keep the stamp; what hinders that, for people.
    The connection is in no transaction."""
    if authority is None:
        return None
    with connection.transaction():
        row = connection.execute(sql("time_stamp_due"), [EVERY_SECONDS, EVERY_SECONDS + LATE_SECONDS,
                                                         signed.checkpoint.size]).fetchone()  # fmt: skip
    if row is None or not row[0]:
        return None
    try:
        token = authority.stamp(signed.note)
    except Unpublished as error:
        if row[1]:
            with connection.transaction():
                mend = "The authority answers again; the next checkpoint is stamped by itself."
                sound(connection, Trouble(INTEGRITY, KIND, row[2] + 1, f"Time stamps are late: {error}", mend))
        return str(error)
    with connection.transaction():
        connection.execute(sql("time_stamp_add"), [signed.checkpoint.size, signed.note, token])
        heal(connection, INTEGRITY, KIND)
    return None
