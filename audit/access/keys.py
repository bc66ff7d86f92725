"""Data keys, one an owner of personal data, wrapped under the instance's master key; destroying one erases its data.

The master key is WHEREABOUTS_KEY (64 hexadecimal digits) or the file `master.key` in VAR_DIR, made on first use.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from audit.access.secret_files import KEY_BYTES, make, parsed, read
from audit.arrays import Texts
from audit.database import Connection, sql
from audit.errors import WhereaboutsError
from audit.given import given
from audit.servers.place import var_dir

WHAT = "a master key"
NONCE_BYTES = 12
OPEN_MAX = 1_000  # keys that a process keeps unwrapped, of 2.5 KB each: unwrapping takes as long as two seals

Owner = tuple[str, str]  # (a subject kind, 'stream' or 'source'; its key)
_PROBE: Owner = ("probe", "master key")  # tells at once that the master key is not the one of this database


@dataclass(frozen=True, slots=True)
class DataKey:
    """A key that can be used, or (`cipher` None) was destroyed: nothing is sealed for that owner any more. `id` is its
    row's."""

    id: int
    cipher: AESGCM | None


def derived(purpose: str) -> bytes:
    """A key for one purpose, always the same for this instance."""
    return _derived(master_key(), purpose)


def get_or_create(connection: Connection, owners: Collection[Owner]) -> dict[Owner, DataKey]:
    """The key of each owner, made where there was none; a destroyed one stays its owner's.

    Belongs into the transaction that seals with it.
    """
    if not owners:
        return {}
    found = _get_or_create(connection, {*owners, _PROBE})
    del found[_PROBE]
    return found


def require_master_key(connection: Connection) -> None:
    """Raises WhereaboutsError where the master key is not the one of this database."""
    _known(connection, Texts([_PROBE[0]]), Texts([_PROBE[1]]))


def opened(wrapped: bytes, owner: Owner) -> AESGCM:
    """The cipher of a wrapped key, as the table of data keys holds it."""
    return _opened(derived("data keys"), wrapped, owner)


def destroy(connection: Connection, owner: Owner) -> list[int]:
    """Destroy the key of `owner`, by the role erasure alone; the ids of those destroyed now.

    An owner that has none gets a destroyed one, so that none is made later.
    """
    return [row[0] for row in connection.execute(sql("data_keys_destroy"), {"kind": owner[0], "key": owner[1]})]


def master_key() -> bytes:
    """The instance's own secret. A broken one is an error: a new one would make everything sealed unreadable."""
    own = given("WHEREABOUTS_KEY")
    if own:
        return parsed(own, "WHEREABOUTS_KEY", WHAT)
    return _of_folder(os.environ.get("VAR_DIR"))


@cache
def _of_folder(folder: str | None) -> bytes:
    """Asked for once an event: the folder is looked at once."""
    return _from_file(var_dir() / "master.key")


@cache
def _from_file(path: Path) -> bytes:
    if not path.exists():
        make(path)
    return read(path, WHAT)


@cache
def _derived(master: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"whereabouts {purpose}".encode()).derive(master)


def _get_or_create(connection: Connection, owners: Iterable[Owner]) -> dict[Owner, DataKey]:
    wanted = sorted(owners)
    kinds, keys = Texts(kind for kind, _ in wanted), Texts(key for _, key in wanted)
    found = _known(connection, kinds, keys)
    missing = [owner for owner in wanted if owner not in found]
    if missing:
        wrapped = [_wrap(os.urandom(KEY_BYTES), owner) for owner in missing]
        connection.execute(
            sql("data_keys_insert"), ([kind for kind, _ in missing], [key for _, key in missing], wrapped)
        )
        found = _known(connection, kinds, keys)
    return found


def _known(connection: Connection, kinds: Texts, keys: Texts) -> dict[Owner, DataKey]:
    rows, wrapping = connection.execute(sql("data_keys"), (kinds, keys)).fetchall(), derived("data keys")
    return {
        (kind, key): DataKey(id_, _opened(wrapping, wrapped, (kind, key)) if wrapped else None)
        for id_, kind, key, wrapped in rows
    }


def _wrap(key: bytes, owner: Owner) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _wrapping(derived("data keys")).encrypt(nonce, key, _bound_to(owner))


@lru_cache(maxsize=OPEN_MAX)
def _opened(wrapping: bytes, wrapped: bytes, owner: Owner) -> AESGCM:
    try:
        key = _wrapping(wrapping).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _bound_to(owner))
        return AESGCM(key)
    except InvalidTag:
        raise WhereaboutsError(
            "the master key is not the one that this database was sealed with: set WHEREABOUTS_KEY or VAR_DIR as before"
        ) from None


@cache
def _wrapping(key: bytes) -> AESGCM:
    return AESGCM(key)


def _bound_to(owner: Owner) -> bytes:
    kind = owner[0].encode()
    return len(kind).to_bytes(2, "big") + kind + owner[1].encode()
