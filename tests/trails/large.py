"""Writes a trail of any size, every second entry of its log, without a database; by hand with N and FOLDER."""

from __future__ import annotations

import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.log.entry import FORMAT, Entry, line_of
from audit.log.merkle import Range, leaf_of
from audit.log.seals import commitment_of_value
from audit.log.signed_notes import Checkpoint, public_of, signed
from audit.trails.archive import digest_of, wrap
from audit.trails.canonical import canonical
from audit.trails.contents import BUNDLE, ORDER, UNLISTED, sums_of
from audit.trails.signatures import SIGNED_HEAD, pem_of

PRIVATE = Ed25519PrivateKey.from_private_bytes(b"7" * 32)
TIME = "2026-03-01T09:00:00.123456Z"


def write(count: int, folder: Path) -> str:
    """`folder`/trail.zip; gives the key to check it with."""
    for name in ("keys", "view"):
        (folder / name).mkdir(parents=True)
    root = _lines(count, folder)
    checkpoint = Checkpoint("whereabouts/large", 2 * count, root)
    key = public_of(checkpoint.origin, PRIVATE)
    (folder / "checkpoint").write_text(signed(checkpoint, PRIVATE))
    (folder / "keys" / "log.pub.pem").write_text(pem_of(key.raw))
    for name in ORDER:
        if not (folder / name).exists():
            (folder / name).write_text("for people\n")
    files = [
        {"name": name, "sha256": digest_of(folder / name)[0], "bytes": (folder / name).stat().st_size}
        for name in ORDER
        if name not in UNLISTED
    ]
    log = {"entry_format": FORMAT, "origin": checkpoint.origin, "size": str(checkpoint.size), "root": root.hex()}
    scope = {"complete": True, "entries": count}
    manifest = {"format": BUNDLE, "subject": "customer:C1", "scope": scope, "log": log, "files": files}
    (folder / "manifest.json").write_bytes(canonical(manifest) + b"\n")
    message = SIGNED_HEAD + (folder / "manifest.json").read_bytes()
    (folder / "manifest.sig").write_bytes(PRIVATE.sign(message))
    (folder / "SHA256SUMS").write_text(sums_of({name: digest_of(folder / name)[0] for name in ORDER[:-1]}))
    wrap(folder, ORDER, folder / "trail.zip")
    return str(key)


def _lines(count: int, folder: Path) -> bytes:
    tree = Range()
    with (
        (folder / "entries.jsonl").open("wb") as entries,
        (folder / "payloads.jsonl").open("wb") as payloads,
        (folder / "leaves.jsonl").open("wb") as leaves,
        (folder / "proofs.jsonl").open("wb") as proofs,
    ):
        for i in range(2, 2 * count + 1, 2):
            other = sha256(b"%d" % i).digest()
            tree.append(other)
            proofs.write(b'"%b"\n' % other.hex().encode())
            skeleton = b'{"amount":"%d.00","currency":"DKK","customer":"C1","transfer":"T%d"}' % (i % 9000, i)
            line = _entry(i, commitment_of_value(other, skeleton))
            tree.append(leaf_of(line))
            entries.write(line + b"\n")
            leaves.write(b'{"i":"%d","leaf":"%b"}\n' % (i, leaf_of(line).hex().encode()))
            payloads.write(
                b'{"data_length":%d,"encoding":"row","i":"%d","pieces":[],"place":null,"problem":null,'
                b'"salt":"%b","skeleton":"%b","status":0}\n'
                % (len(skeleton), i, other.hex().encode(), b64encode(skeleton))
            )
    return tree.root()


def _entry(i: int, commitment: bytes) -> bytes:
    return line_of(
        Entry(
            f"event-{i - 1}", commitment.hex(), f"T{i}", f"event-{i}", None, str(i), TIME, "source_event", TIME, str(i),
            TIME, "core", None, f"account-{i % 90}", "TransactionCreated", FORMAT, str(i),
        )  # fmt: skip
    )


if __name__ == "__main__":
    print(write(int(sys.argv[1]), Path(sys.argv[2])))
