"""What people write about subjects (whys, notes), sealed under a key each: records hold its number, erasure takes it.

A text's commitment is SHA-256(0x02 || salt || text), as that of a value in the log.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.translation import gettext

from audit.access.keys import NONCE_BYTES, derived
from audit.access.secret_files import KEY_BYTES
from audit.errors import UsageError
from audit.models import KeptText
from audit.values import Subject

LENGTH_MAX = 2000
SALT_BYTES = 32
ERASED = ""


def keep(text: str, subjects: Sequence[Subject]) -> KeptText:
    """Seal a text that was written about these subjects. Raises UsageError for an empty or too long one."""
    return sealed(checked(text), subjects)


def sealed(text: str, subjects: Sequence[Subject]) -> KeptText:
    """As it is, however long: what nobody wrote, and is erased as a text is."""
    key, salt, nonce = os.urandom(KEY_BYTES), os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    return KeptText.objects.create(
        subjects=[str(subject) for subject in dict.fromkeys(subjects)],
        wrapped=nonce + AESGCM(derived("kept texts")).encrypt(nonce, key, salt),
        salt=salt,
        nonce=nonce,
        ciphertext=AESGCM(key).encrypt(nonce, text.encode(), salt),
        commitment=sha256(b"\x02" + salt + text.encode()).digest(),
    )


def texts(numbers: Collection[int]) -> Mapping[int, str]:
    """What these texts say; ERASED for one that was erased."""
    return {row.pk: _opened(row) for row in KeptText.objects.filter(pk__in=numbers)} if numbers else {}


def checked(text: str) -> str:
    text = "\n".join(" ".join(line.split()) for line in text.replace("\0", "").strip().splitlines())
    if not text:
        raise UsageError("say why, in a few words")
    if len(text) > LENGTH_MAX:
        raise UsageError(gettext("say it in at most %(count)s characters") % {"count": LENGTH_MAX})
    return text


def _opened(row: KeptText) -> str:
    if row.wrapped is None or row.ciphertext is None or row.salt is None or row.nonce is None:
        return ERASED
    wrapped, salt = bytes(row.wrapped), bytes(row.salt)
    key = AESGCM(derived("kept texts")).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], salt)
    return AESGCM(key).decrypt(bytes(row.nonce), bytes(row.ciphertext), salt).decode()
