"""By what an event is known again under its identifier."""

from __future__ import annotations

from hashlib import blake2b
from struct import Struct

from audit.access import keys
from audit.sources.contract import RawEvent

DIGEST_BYTES = 16

_envelope = Struct(">q??q").pack


def keyed_digest() -> blake2b:
    """One to begin with; of many events each takes a copy."""
    return blake2b(key=keys.derived("event identity"), digest_size=DIGEST_BYTES)


def digest_of(event: RawEvent, digest: blake2b) -> bytes:
    """Of everything that tells a redelivery from another event. When and where it was seen does not."""
    digest.update(event.raw if event.encoding == "row" else event.raw.rstrip(b"\r"))  # a line's end is not its content
    if event.encoding == "row":
        named = "\0".join((event.stream, event.type, event.correlation or "", event.causation or "")).encode()
        has_version = event.version is not None
        differs = event.occurred != event.recorded
        version = event.version or 0
        digest.update(_envelope(version, has_version, differs, event.occurred if differs else 0) + named)
    return digest.digest()
