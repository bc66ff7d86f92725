"""Writes a trail of any size, every second entry of its log and all of its customer, without a database; by hand with
N and FOLDER."""

from __future__ import annotations

import sys
from base64 import b64encode
from collections import Counter
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.log.entry import FORMAT, Entry, line_of
from audit.log.links import beginning, link_of
from audit.log.merkle import Range, leaf_of
from audit.log.seals import commitment_of_payload, how_read
from audit.log.signed_notes import Checkpoint, public_of, signed
from audit.model.load import loads
from audit.trails.archive import digest_of, wrap
from audit.trails.canonical import canonical
from audit.trails.contents import BUNDLE, EVIDENCE, ORDER, UNLISTED, sums_of
from audit.trails.signatures import SIGNED_HEAD, pem_of

PRIVATE = Ed25519PrivateKey.from_private_bytes(b"7" * 32)
TIME = "2026-03-01T09:00:00.123456Z"
ACCOUNTS = 90
MODEL = """
[model]
name = "large"
version = 1
zone = "Europe/Copenhagen"
languages = ["en"]
[currency.DKK]
[kind.customer]
title = "Customer"
[kind.account]
title = "Account"
book = "ledger"
[book.ledger]
title = "Ledger"
[book.ledger.place.available]
title = "available on"
owner = "account"
subject = "account"
[book.ledger.place.outside]
title = "outside"
source = true
[lane.customer]
title = "Customer"
streams = "customer-{customer}"
[lane.account]
title = "Account"
streams = "account-{account}"
inherits = ["customer"]
[lane.account.state.open]
title = "open"
[lane.account.event.TransactionCreated]
title = "A transaction"
says = "{amount} came in"
ties = { customer = "customer" }
state = { to = "open" }
moves = [{ book = "ledger", amount = "amount", currency = "currency", from = "outside", to = "available:{account}" }]
"""


def write(count: int, folder: Path) -> str:
    """`folder`/trail.zip; gives the key to check it with."""
    for name in ("keys", "view"):
        (folder / name).mkdir(parents=True)
    (folder / "model.toml").write_text(MODEL)
    root, head = _lines(count, folder)
    checkpoint = Checkpoint("whereabouts/large", 2 * count, root)
    key = public_of(checkpoint.origin, PRIVATE)
    (folder / "checkpoint").write_text(signed(checkpoint, PRIVATE))
    (folder / "keys" / "log.pub.pem").write_text(pem_of(key.raw))
    for name in ORDER:
        if not (folder / name).exists():
            (folder / name).write_text("" if name in EVIDENCE else "for people\n")
    files = [
        {"name": name, "sha256": digest_of(folder / name)[0], "bytes": (folder / name).stat().st_size}
        for name in ORDER
        if name not in UNLISTED
    ]
    log = {"entry_format": FORMAT, "origin": checkpoint.origin, "size": str(checkpoint.size), "root": root.hex()}
    scope = {"complete": True, "entries": count, "stubs": 0}
    manifest = {
        "format": BUNDLE,
        "subject": "customer:C1",
        "scope": scope,
        "withheld": {"entries": {}, "fields": 0},
        "model": {"hash": loads(MODEL).hash},
        "sequence": {"subject": "customer:C1", "n": str(count), "head": head.hex(), "complete": True},
        "log": log,
        "files": files,
    }
    (folder / "manifest.json").write_bytes(canonical(manifest) + b"\n")
    message = SIGNED_HEAD + (folder / "manifest.json").read_bytes()
    (folder / "manifest.sig").write_bytes(PRIVATE.sign(message))
    (folder / "SHA256SUMS").write_text(sums_of({name: digest_of(folder / name)[0] for name in ORDER[:-1]}))
    wrap(folder, ORDER, folder / "trail.zip")
    return str(key)


def _lines(count: int, folder: Path) -> tuple[bytes, bytes]:
    tree, link, held = Range(), beginning("customer:C1"), Counter[int]()
    with (
        (folder / "entries.jsonl").open("wb") as entries,
        (folder / "payloads.jsonl").open("wb") as payloads,
        (folder / "leaves.jsonl").open("wb") as leaves,
        (folder / "proofs.jsonl").open("wb") as proofs,
        (folder / "sequence.jsonl").open("wb") as numbers,
    ):
        for i in range(2, 2 * count + 1, 2):
            link = link_of(link, i // 2, i)
            numbers.write(b'{"i":"%d","n":"%d"}\n' % (i, i // 2))
            held[i % ACCOUNTS] += i % 9000 * 100
            other = sha256(b"%d" % i).digest()
            tree.append(other)
            proofs.write(b'"%b"\n' % other.hex().encode())
            skeleton = b'{"amount":"%d.00","currency":"DKK","customer":"C1","transfer":"T%d"}' % (i % 9000, i)
            line = _entry(i, commitment_of_payload(other, how_read(0, len(skeleton), "row", None, None), skeleton))
            tree.append(leaf_of(line))
            entries.write(line + b"\n")
            leaves.write(b'{"i":"%d","leaf":"%b"}\n' % (i, leaf_of(line).hex().encode()))
            payloads.write(
                b'{"data_length":%d,"encoding":"row","i":"%d","pieces":[],"place":null,"problem":null,'
                b'"salt":"%b","skeleton":"%b","status":0}\n'
                % (len(skeleton), i, other.hex().encode(), b64encode(skeleton))
            )
    last = {i % ACCOUNTS: i for i in range(max(2, 2 * count - 2 * ACCOUNTS), 2 * count + 1, 2)}
    with (folder / "derived.jsonl").open("wb") as derived:
        for number, at in last.items():
            derived.write(canonical(_account(number, str(at), held[number])) + b"\n")
    return tree.root(), link


def _account(number: int, at: str, units: int) -> dict[str, object]:
    balance = {"book": "ledger", "place": f"available:{number}", "currency": "DKK", "units": str(units), "i": at}
    states = [{"item": "", "state": "open", "i": at}]
    return {"source": "core", "stream": f"account-{number}", "states": states, "balances": [balance]}


def _entry(i: int, commitment: bytes) -> bytes:
    return line_of(
        Entry(
            f"event-{i - 1}", commitment.hex(), f"T{i}", f"event-{i}", None, str(i), TIME, "source_event", TIME, str(i),
            TIME, "core", None, f"account-{i % ACCOUNTS}", "TransactionCreated", FORMAT, str(i),
        )  # fmt: skip
    )


if __name__ == "__main__":
    print(write(int(sys.argv[1]), Path(sys.argv[2])))
