"""What a trail's signature is over, and how its public key is written. Pure: those who check it need it too."""

from __future__ import annotations

from base64 import b64decode, b64encode

from audit.log.signed_notes import PUBLIC_BYTES

SIGNED_HEAD = b"trace-bundle/1 manifest\n"

_DER = bytes.fromhex("302a300506032b6570032100")  # SubjectPublicKeyInfo of Ed25519, before the key's bytes
_BEGIN, _END = "-----BEGIN PUBLIC KEY-----\n", "-----END PUBLIC KEY-----\n"


def pem_of(raw: bytes) -> str:
    return f"{_BEGIN}{b64encode(_DER + raw).decode()}\n{_END}"


def raw_of(pem: str) -> bytes:
    """Raises ValueError for what is no Ed25519 public key."""
    text = pem.replace("\r\n", "\n").strip() + "\n"
    if not (text.startswith(_BEGIN) and text.endswith(_END)):
        raise ValueError("this is no public key")
    der = b64decode(text[len(_BEGIN) : -len(_END)].replace("\n", ""), validate=True)
    if not der.startswith(_DER) or len(der) != len(_DER) + PUBLIC_BYTES:
        raise ValueError("this is no Ed25519 public key")
    return der[len(_DER) :]
