"""What proves a trail: the leaves of its entries, one multiproof for all of them, the checkpoint, the keys, the
signature."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.database import Connection
from audit.files import put
from audit.log.checkpoints import Signed, covering
from audit.log.log_key import history, origin_of, signing_key
from audit.log.merkle import multiproof
from audit.log.signed_notes import BadNote, opened, public_of
from audit.log.tree import Tree
from audit.trails.canonical import canonical
from audit.trails.signatures import SIGNED_HEAD, pem_of


@dataclass(frozen=True, slots=True)
class Prover:
    """One trail's: the key that signs it and the checkpoint that its entries are proven against."""

    private: Ed25519PrivateKey
    signed: Signed

    @classmethod
    def of(cls, connection: Connection, last: int, folder: Path) -> Prover:
        """`last` is the greatest position of the trail; a checkpoint that stands in its folder already is kept. Raises
        WhereaboutsError where the key cannot be used."""
        private, kept = signing_key(connection), folder / "checkpoint"
        if kept.exists():
            note = kept.read_text(encoding="utf-8")
            key = public_of(origin_of(connection), private)
            with suppress(BadNote):
                return cls(private, Signed(opened(note, key), note))
        signed = covering(connection, last, private)
        put(kept, signed.note.encode())
        return cls(private, signed)

    def write(self, connection: Connection, folder: Path, positions: Sequence[int]) -> None:
        """proofs.jsonl and keys/; `positions` ascend."""
        checkpoint = self.signed.checkpoint
        indexes = [position - 1 for position in positions]
        with (folder / "proofs.jsonl").open("wb") as file:
            for step in multiproof(indexes, checkpoint.size, Tree(connection).hash_of):
                file.write(b'"%b"\n' % step.hex().encode())
        key = public_of(checkpoint.origin, self.private)
        (folder / "keys" / "log.pub.pem").write_text(pem_of(key.raw), encoding="ascii", newline="\n")
        known = [
            {"key": str(one.key), "first": str(one.first), "last": None if one.last is None else str(one.last)}
            for one in history(connection)
        ]
        (folder / "keys" / "history.json").write_bytes(canonical(known) + b"\n")

    def sign(self, folder: Path) -> None:
        """manifest.sig, of the manifest as it stands there."""
        signature = self.private.sign(SIGNED_HEAD + (folder / "manifest.json").read_bytes())
        (folder / "manifest.sig").write_bytes(signature)

    def document(self) -> dict[str, str]:
        checkpoint = self.signed.checkpoint
        return {"origin": checkpoint.origin, "size": str(checkpoint.size), "root": checkpoint.root.hex()}
