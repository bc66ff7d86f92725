"""The blind index: a personal identifier can be found by exactly its value, and cannot be read out of the database."""

from __future__ import annotations

import hmac
import unicodedata
from hashlib import sha256

from audit.access.keys import derived


def blind_key() -> bytes:
    """This instance's key of the index."""
    return derived("blind index")


def blind(name: str, value: str, key: bytes | None = None) -> bytes:
    """The keyed digest under which the identifier `name` with this value is filed. `key`: where it is at hand."""
    key = key or blind_key()
    filed_as = name.encode()
    return hmac.digest(key, len(filed_as).to_bytes(2, "big") + filed_as + normalised(value).encode(), sha256)


def normalised(value: str) -> str:
    """As people type it: without spaces, dots and dashes, in capitals (`dk50 0040-0440` is `DK5000400440`)."""
    if value.isascii() and value.isalnum():
        return value.upper()
    text = unicodedata.normalize("NFKC", value).casefold().upper()
    kept = "".join(character for character in text if character.isalnum())
    return kept or text.strip()
