"""The checks, in their order: archive, sums, signature of the manifest, checkpoint, entries against the tree, payloads
against their commitments, consistency with an earlier checkpoint. In one pass, in little memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from audit.log.merkle import BadProof, is_consistent, leaf_of, root_from_many
from audit.log.signed_notes import BadNote, Checkpoint, PublicKey, opened
from audit.trails.contents import BUNDLE, ORDER, UNLISTED
from audit.trails.signatures import SIGNED_HEAD, pem_of, raw_of
from audit.trails.verify.lines import ENTRY, HASH, LEAF, document_of, is_text, payload_of
from audit.trails.verify.opened import Opened
from audit.trails.verify.verdict import Bad, Unsupported, Verdict

SIGHTING = b"sighting"


def verify(path: Path, pinned: PublicKey | bytes | None, since: Checkpoint | None, proof: Sequence[bytes]) -> Verdict:
    """`pinned`: the key that must have signed, as a verifier key or its 32 bytes. Raises OSError."""
    verdict = Verdict()
    try:
        trail = Opened.open(path)
    except Bad as bad:
        verdict.problems.append(bad)
        verdict.is_intact = False
        return verdict
    verdict.problems += trail.problems
    check = _Check(trail, verdict, pinned)
    check.run(trail.check_sums)
    check.run(check.manifest)
    if verdict.missing and not verdict.problems:
        return verdict  # of a version that only a later program knows
    for step in (check.signature, check.checkpoint, check.entries):
        check.run(step)
    verdict.is_intact = not any(bad.kind in ("ARCHIVE", "CONTENT", "ORDER") for bad in verdict.problems)
    if since is not None and not verdict.problems:
        check.run(lambda: check.consistency(since, proof))
    return verdict


class _Check:
    def __init__(self, trail: Opened, verdict: Verdict, pinned: PublicKey | bytes | None) -> None:
        self._trail, self._verdict, self._pinned = trail, verdict, pinned
        self._manifest: dict[str, Any] = {}
        self._key: PublicKey | None = None
        self._checkpoint: Checkpoint | None = None

    def run(self, step: Callable[[], None]) -> None:
        """One check; what it finds never keeps the next one from looking."""
        try:
            step()
        except Bad as bad:
            # Without its frames, which hold files open.
            self._verdict.problems.append(Bad(bad.kind, str(bad), bad.index))
        except Unsupported as unsupported:
            self._verdict.missing.append(str(unsupported))

    def manifest(self) -> None:
        raw = self._trail.whole("manifest.json")
        try:
            found = document_of(raw.removesuffix(b"\n"))
            files = {one["name"]: (one["sha256"], one["bytes"]) for one in found["files"]}
            scope, log = found["scope"], found["log"]
            self._verdict.subject = str(found["subject"])
            self._verdict.is_complete_as_told = scope["complete"] is True
            said = (str(found["format"]), str(log["entry_format"]))
            _ = (int(scope["entries"]), str(log["origin"]), int(log["size"]), str(log["root"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Bad("CONTENT", "manifest.json is not as it was written") from None
        self._manifest = found
        if said != (BUNDLE, "1"):
            raise Unsupported(f"the format {said[0]} with entries {said[1]} is not known to this program")
        if not raw.endswith(b"}\n") or sorted(files) != sorted(set(ORDER) - set(UNLISTED)):
            raise Bad("CONTENT", "manifest.json does not list the files that are here")
        for name, told in files.items():
            if told != (self._trail.digests[name], self._trail.places[name][1]):
                raise Bad("CONTENT", f"{name} is not the file that the manifest names")

    def signature(self) -> None:
        """By the pinned key. The one inside says nothing of who signed, but must be the same."""
        origin = str(self._manifest.get("log", {}).get("origin", ""))
        try:
            pem = self._trail.whole("keys/log.pub.pem").decode("ascii")
            inside = PublicKey(origin, raw_of(pem))
            if pem_of(inside.raw) != pem:
                raise ValueError
        except ValueError:
            raise Bad("SIGNATURE", "keys/log.pub.pem holds no key") from None
        self._key, self._verdict.key = inside, str(inside)
        message = SIGNED_HEAD + self._trail.whole("manifest.json")
        is_good = inside.verify(self._trail.whole("manifest.sig"), message)
        if not is_good:
            self._verdict.is_signed = False
            raise Bad("SIGNATURE", "manifest.sig is no signature of manifest.json")
        if self._pinned is None:
            raise Unsupported("no key was given: name the log's public key, from elsewhere than this file, with --key")
        expected = PublicKey(origin, self._pinned) if isinstance(self._pinned, bytes) else self._pinned
        self._verdict.is_signed = expected == inside
        if not self._verdict.is_signed:
            raise Bad("SIGNATURE", f"it is signed by the key {inside}, which is not the one that you gave")

    def checkpoint(self) -> None:
        try:
            found = opened(self._trail.whole("checkpoint").decode(), self._key)
        except (BadNote, UnicodeDecodeError) as error:
            raise Bad("SIGNATURE", f"the checkpoint: {error}") from None
        log = self._manifest.get("log", {})
        if (log.get("origin"), log.get("size"), log.get("root")) != (found.origin, str(found.size), found.root.hex()):
            raise Bad("PROOF", "the checkpoint is not the one that the manifest names")
        self._checkpoint = found
        verdict = self._verdict
        verdict.origin, verdict.size, verdict.root = found.origin, found.size, found.root.hex()

    def entries(self) -> None:
        """Each line, its leaf and its payload, on the way up to the root."""
        verdict, checkpoint = self._verdict, self._checkpoint
        verdict.is_in_log = verdict.is_committed = False
        if checkpoint is None:
            for _ in self._leaves():  # a changed line is named all the same
                pass
            return
        try:
            root = root_from_many(self._leaves(), checkpoint.size, self._proof())
        except BadProof as error:
            raise Bad("PROOF", f"the proof does not lead to a root: {error}") from None
        if root != checkpoint.root:
            raise Bad("PROOF", "the entries and their proof do not give the root that was signed")
        if verdict.entries != self._manifest["scope"]["entries"]:
            raise Bad("ORDER", "there are not as many entries as the manifest says")
        verdict.is_in_log = verdict.is_committed = True

    def _leaves(self) -> Iterator[tuple[int, bytes]]:
        payloads, told = self._trail.lines("payloads.jsonl"), self._trail.lines("leaves.jsonl")
        verdict, before = self._verdict, 0
        for line in self._trail.lines("entries.jsonl"):
            expected, stated = _leaf(next(told, b""), before)
            leaf, found = leaf_of(line), ENTRY.fullmatch(line)
            if found is not None and int(found[2]) != expected:
                raise Bad("ORDER", f"entry {int(found[2])} stands where {expected} belongs", expected)
            if leaf.hex().encode() != stated:
                raise Bad("CONTENT", "the entry does not give its leaf", expected)
            if found is None or not is_text(line):
                raise Bad("CONTENT", "the entry is not in its canonical form", expected)
            if found[3] != SIGHTING:
                _check_payload(next(payloads, b""), expected, found[1].decode())
                verdict.payloads += 1
            verdict.entries, before = verdict.entries + 1, expected
            yield expected - 1, leaf
        if (left := next(told, None)) is not None:
            raise Bad("ORDER", "entries are missing at the end", _leaf(left, before)[0])
        if next(payloads, None) is not None:
            raise Bad("ORDER", "payloads.jsonl has more lines than there are entries")

    def _proof(self) -> Iterator[bytes]:
        for line in self._trail.lines("proofs.jsonl"):
            found = HASH.fullmatch(line)
            if found is None:
                raise Bad("PROOF", "a line of proofs.jsonl is no hash")
            yield bytes.fromhex(found[1].decode())

    def consistency(self, since: Checkpoint, proof: Sequence[bytes]) -> None:
        now = self._checkpoint
        assert now is not None
        if since.origin != now.origin:
            raise Bad("CONSISTENCY", f"your checkpoint is of another log, {since.origin}")
        if since.size > now.size:
            raise Unsupported("your checkpoint is newer than this trail: check it against one made later")
        if not proof and since.size < now.size:
            raise Unsupported(
                f"whether the log was only added to: ask for `prove --since {since.size} --to {now.size} --json`, and "
                "give its output with --proof"
            )
        if not is_consistent(since.size, since.root, now.size, now.root, proof):
            raise Bad("CONSISTENCY", "the log of this trail does not begin with the one of your checkpoint")
        self._verdict.since = since.size


def _leaf(line: bytes, before: int) -> tuple[int, bytes]:
    found = LEAF.fullmatch(line)
    if found is None:
        raise Bad("CONTENT", "leaves.jsonl is not as it was written", None)
    index = int(found[1])
    if index <= before:
        raise Bad("ORDER", f"leaf {index} stands behind {before}", index)
    return index, found[2]


def _check_payload(line: bytes, index: int, commitment: str) -> None:
    try:
        whose, found = payload_of(line)
    except ValueError as error:
        raise Bad("COMMITMENT", f"the payload cannot be read: {error}", index) from None
    if whose != str(index):
        raise Bad("COMMITMENT", "another entry's payload stands where this one's belongs", index)
    if found != commitment:
        raise Bad("COMMITMENT", "the payload is not the one that the entry is committed to", index)
