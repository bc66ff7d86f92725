"""The time stamp of a trail's checkpoint (RFC 3161), by an authority whose certificates one has from elsewhere."""

from __future__ import annotations

from datetime import datetime

from audit.log.stamps import NEEDS, BadStamp, checked
from audit.trails.verify.verdict import Bad, Unsupported


def check_stamp(token: bytes, note: bytes, authority: bytes) -> datetime:
    """When the authority saw exactly this checkpoint. Raises Bad, and Unsupported without what is needed."""
    try:
        return checked(token, note, authority)
    except BadStamp as error:
        if str(error) == NEEDS:
            raise Unsupported(NEEDS) from None
        raise Bad("TIME", str(error)) from None
