"""The time stamp of a trail's checkpoint (RFC 3161), by an authority whose certificates one has from elsewhere."""

from __future__ import annotations

from datetime import datetime

from audit.trails.verify.verdict import Bad, Unsupported


def check_stamp(token: bytes, note: bytes, authority: bytes) -> datetime:
    """When the authority saw exactly this checkpoint. Raises Bad, and Unsupported without what is needed."""
    try:
        from audit.log.stamps import BadStamp, checked  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise Unsupported("the time stamp: it needs `pip install rfc3161-client`") from None
    try:
        stamped: datetime = checked(token, note, authority)
    except BadStamp as error:
        raise Bad("TIME", f"the time stamp: {error}") from None
    except ImportError:
        raise Unsupported("the time stamp: it needs `pip install rfc3161-client`") from None
    return stamped
