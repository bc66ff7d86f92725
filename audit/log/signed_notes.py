"""Checkpoints as C2SP signed notes with Ed25519 (c2sp.org/signed-note, c2sp.org/tlog-checkpoint). Pure, and without any
other part of the project, so that a stranger can read it by itself."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519, COSIGNATURE = b"\x01", b"\x04"  # what a key signs: notes, or checkpoints as a witness
ID_BYTES = 4
PUBLIC_BYTES = 32
SIZE_DIGITS_MAX = 18
DASH = "\u2014"


class BadNote(ValueError):
    """It is no checkpoint, or not signed by the key that was asked for."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """That a log of this origin had `size` entries under this root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Whom a signature is to be from: a name, which is the log's origin, and an Ed25519 key."""

    name: str
    raw: bytes
    kind: bytes = ED25519

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + self.kind + self.raw).digest()[:ID_BYTES]

    def __str__(self) -> str:
        """A verifier key, as the specification writes it."""
        return f"{self.name}+{self.id.hex()}+{b64encode(self.kind + self.raw).decode()}"

    @classmethod
    def parse(cls, text: str, kind: bytes = ED25519) -> PublicKey:
        parts = text.strip().split("+", 2)
        raw = _decoded(parts[-1]) if len(parts) == 3 else b""
        if len(raw) != 1 + PUBLIC_BYTES or raw[:1] != kind:
            raise BadNote("this is no verifier key (NAME+ID+BASE64)")
        key = cls(parts[0], raw[1:], kind)
        if key.id.hex() != parts[1] or not key.name:
            raise BadNote("the verifier key's parts do not belong together")
        return key

    def verify(self, signature: bytes, message: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def public_of(name: str, private: Ed25519PrivateKey) -> PublicKey:
    return PublicKey(name, private.public_key().public_bytes_raw())


def signed(checkpoint: Checkpoint, private: Ed25519PrivateKey) -> str:
    """The note: the checkpoint's text, an empty line, the signature line."""
    key, text = public_of(checkpoint.origin, private), checkpoint.text()
    signature = b64encode(key.id + private.sign(text.encode())).decode()
    return f"{text}\n{DASH} {key.name} {signature}\n"


def opened(note: str, key: PublicKey | None) -> Checkpoint:
    """What a note says. With a key, one of its signatures must be that key's; others (witnesses') may stand beside it.

    Raises BadNote.
    """
    text, found = parted(note)
    checkpoint = _parsed(text)
    if key is None:
        return checkpoint
    ours = [raw[ID_BYTES:] for name, raw in found if name == key.name and raw[:ID_BYTES] == key.id]
    if not ours or not all(key.verify(signature, text.encode()) for signature in ours):
        raise BadNote("the note is not signed by this key")
    return checkpoint


def parted(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """A note's text, and its signatures: by whom, key ID and signature. Raises BadNote."""
    text, gap, signatures = note.partition("\n\n")
    if not gap or not signatures.endswith("\n"):
        raise BadNote("the note has no signature")
    return text + "\n", [_signature(line) for line in signatures[:-1].split("\n")]


def _parsed(text: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) != 4 or not lines[0]:
        raise BadNote("a checkpoint has three lines: origin, size, root")
    origin, size, root = lines[:3]
    is_number = size.isascii() and size.isdigit() and (size == "0" or size[0] != "0")
    if not is_number or len(size) > SIZE_DIGITS_MAX:
        raise BadNote("the checkpoint's size is no number")
    checkpoint = Checkpoint(origin, int(size), _decoded(root))
    if len(checkpoint.root) != sha256().digest_size:
        raise BadNote("the checkpoint's root is no hash")
    return checkpoint


def _signature(line: str) -> tuple[str, bytes]:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != DASH or not parts[1]:
        raise BadNote("a signature line is not understood")
    return parts[1], _decoded(parts[2])


def _decoded(text: str) -> bytes:
    try:
        raw = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("base64 is not understood") from None
    if b64encode(raw).decode() != text:
        raise BadNote("base64 is not canonical")
    return raw
