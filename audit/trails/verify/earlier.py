"""What a trail that was kept from before says of the same subject: how many entries it had, and how the links between
them ended. Whoever drops a subject's last entries afterwards contradicts it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from audit.log.signed_notes import PublicKey
from audit.trails.signatures import SIGNED_HEAD
from audit.trails.verify.opened import Opened
from audit.trails.verify.verdict import Bad


@dataclass(frozen=True, slots=True)
class Earlier:
    """`head`: the link of number `count`. `size`: of the log, at its checkpoint."""

    subject: str
    count: int
    head: bytes
    size: int


def earlier_of(path: Path, pinned: PublicKey | bytes | None) -> Earlier:
    """By the signature of the pinned key. Raises OSError, and ValueError for what cannot be held against anything."""
    if pinned is None:
        raise ValueError("an earlier trail says nothing without the log's key (--key)")
    try:
        trail = Opened.open(path)
        raw, signature = trail.whole("manifest.json"), trail.whole("manifest.sig")
    except Bad as bad:
        raise ValueError(f"{path}: {bad}") from None
    key = PublicKey("", pinned) if isinstance(pinned, bytes) else pinned
    if not key.verify(signature, SIGNED_HEAD + raw):
        raise ValueError(f"{path} is not signed by the key that you gave")
    try:
        told = json.loads(raw)
        sequence, size = told["sequence"], int(told["log"]["size"])
        if sequence is None:
            raise ValueError(f"{path} bears no numbers: it is of something else than one customer")
        return Earlier(str(sequence["subject"]), int(sequence["n"]), bytes.fromhex(sequence["head"]), size)
    except (KeyError, TypeError):
        raise ValueError(f"{path} does not say how its numbers end") from None
