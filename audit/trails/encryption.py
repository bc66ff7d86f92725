"""Files that only one recipient can read: age (age-encryption.org/v1), to a public key of age or SSH."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyrage

from audit.errors import UsageError
from audit.files import move

ENCRYPTED = ".age"
KEY_MAX = 2_000  # characters of a public key: the greatest of SSH's are shorter


def require_public(text: str) -> None:
    """Raises UsageError for what is no public key; never repeats it, for it may be the secret one."""
    _recipient(text)


def encrypt(plain: Path, recipient: str) -> Path:
    """Beside the plain file, which is removed, also where this fails."""
    target = plain.with_name(plain.name + ENCRYPTED)
    beside = target.with_name(f"{target.name}.new")
    try:
        with plain.open("rb") as reader, beside.open("wb") as writer:
            pyrage.encrypt_io(reader, writer, [_recipient(recipient)])
        move(beside, target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    finally:
        plain.unlink(missing_ok=True)
    return target


def _recipient(text: str) -> Any:
    key = text.strip()
    if key.upper().startswith("AGE-SECRET-KEY-") or "PRIVATE KEY" in key:
        raise UsageError("this is a secret key: keep it, make a new one if others saw it, and give the public one")
    reader = pyrage.ssh.Recipient if key.startswith("ssh-") else pyrage.x25519.Recipient
    try:
        if len(key) > KEY_MAX:
            raise ValueError
        return reader.from_str(key)
    except (pyrage.RecipientError, ValueError):
        raise UsageError("a recipient is an age public key (age1…) or one of SSH (ssh-ed25519 …, ssh-rsa …)") from None
