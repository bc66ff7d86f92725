"""Cosignatures of witnesses (c2sp.org/tlog-cosignature): somebody apart from the bank has seen a checkpoint, and that
the log only grew up to it. Pure, and without any other part of the project but signed notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from audit.log.signed_notes import COSIGNATURE, ID_BYTES, BadNote, PublicKey, parted

TIME_BYTES, SIGNATURE_BYTES = 8, 64
TIME_MAX = 253_402_300_799  # the end of the year 9999


@dataclass(frozen=True, slots=True)
class Seen:
    """That a witness saw a checkpoint, by its own clock."""

    witness: str
    at: datetime


def witness_of(text: str) -> PublicKey:
    """A witness's verifier key, as it writes it. Raises BadNote."""
    return PublicKey.parse(text, COSIGNATURE)


def seen_by(note: str, witnesses: Sequence[PublicKey]) -> tuple[Seen, ...]:
    """Which of these witnesses have cosigned a checkpoint. Raises BadNote where a cosignature of theirs is wrong: other
    signatures than theirs are nothing that could be judged."""
    text, signatures = parted(note)
    return tuple(seen for witness in witnesses for seen in _of(text, signatures, witness))


def _of(text: str, signatures: Sequence[tuple[str, bytes]], witness: PublicKey) -> Iterator[Seen]:
    for name, raw in signatures:
        if name != witness.name or raw[:ID_BYTES] != witness.id:
            continue
        stamp, signature = raw[ID_BYTES : ID_BYTES + TIME_BYTES], raw[ID_BYTES + TIME_BYTES :]
        seconds = int.from_bytes(stamp, "big")
        message = f"cosignature/v1\ntime {seconds}\n{text}".encode()
        is_whole = len(signature) == SIGNATURE_BYTES and 0 < seconds <= TIME_MAX
        if not is_whole or not witness.verify(signature, message):
            raise BadNote(f"the cosignature of {witness.name} does not hold")
        yield Seen(witness.name, datetime.fromtimestamp(seconds, UTC))
