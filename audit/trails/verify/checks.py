"""The checks, in their order: archive, sums, signature of the manifest, checkpoint and time stamp, entries and stubs
against the tree, payloads against their commitments, the subject's numbers, consistency with another checkpoint, and
the events folded again. In one pass, in little memory."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from audit.log.cosignatures import Seen, seen_by
from audit.log.kinds import SIGHTING
from audit.log.merkle import BadProof, is_consistent, leaf_of, root_from_many
from audit.log.signed_notes import BadNote, Checkpoint, PublicKey, opened
from audit.trails.contents import BUNDLE, ORDER, UNLISTED
from audit.trails.signatures import SIGNED_HEAD, pem_of, raw_of
from audit.trails.verify.derivation import derive
from audit.trails.verify.earlier import Earlier
from audit.trails.verify.lines import ENTRY, HASH, LEAF, STUB, document_of, is_text, payload_of
from audit.trails.verify.manifest import check_told
from audit.trails.verify.numbers import check_numbers
from audit.trails.verify.opened import Opened
from audit.trails.verify.stamp import check_stamp
from audit.trails.verify.verdict import Bad, Unsupported, Verdict

_SIGHTING = SIGHTING.encode()
CLOCKS_DIFFER = timedelta(minutes=5)  # the bank's and the time-stamp authority's


@dataclass(frozen=True, slots=True)
class Trusted:
    """What the one who checks brings along. `pinned`: the key that must have signed, as a verifier key or its 32 bytes.
    `kept`: a checkpoint of this log, and the proof that one of it and the trail's begins with the other. `authority`:
    the certificates (PEM) of the time-stamp authority. `witnesses`: who must have cosigned the trail's checkpoint, or
    the kept one, which then `kept_seen` says of it. `earlier`: a trail of the same subject from before. Without
    `derives` the events are not folded again."""

    pinned: PublicKey | bytes | None = None
    kept: Checkpoint | None = None
    proof: Sequence[bytes] = ()
    authority: bytes | None = None
    witnesses: Sequence[PublicKey] = ()
    kept_seen: Sequence[Seen] = ()
    earlier: Earlier | None = None
    derives: bool = True


def verify(path: Path, trusted: Trusted) -> Verdict:
    """Raises OSError."""
    verdict = Verdict()
    try:
        trail = Opened.open(path)
    except Bad as bad:
        verdict.problems.append(bad)
        verdict.is_intact = False
        return verdict
    verdict.problems += trail.problems
    verdict.trail = trail
    check = _Check(trail, verdict, trusted)
    check.run(trail.check_sums)
    check.run(check.manifest)
    if verdict.missing and not verdict.problems:
        return verdict  # of a version that only a later program knows
    for step in (check.signature, check.checkpoint, check.stamp, check.entries, check.times, check.numbers):
        check.run(step)
    verdict.is_intact = not any(bad.kind in ("ARCHIVE", "CONTENT", "ORDER") for bad in verdict.problems)
    if not verdict.problems:
        check.run(check.consistency)
        check.run(check.witnesses)
        check.run(check.derivation)
    return verdict


class _Check:
    def __init__(self, trail: Opened, verdict: Verdict, trusted: Trusted) -> None:
        self._trail, self._verdict, self._trusted = trail, verdict, trusted
        self._indexes = array("q")  # of entries and stubs, ascending
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
        except OSError:
            raise
        except Exception as error:  # whatever a stranger's file may hold
            self._verdict.problems.append(Bad("CONTENT", f"it is not understood ({type(error).__name__})"))

    def manifest(self) -> None:
        raw = self._trail.whole("manifest.json")
        try:
            found = document_of(raw.removesuffix(b"\n"))
            check_told(found)
        except (ValueError, KeyError, TypeError):
            raise Bad("CONTENT", "manifest.json is not as it was written") from None
        self._verdict.subject = found["subject"]
        self._verdict.is_complete_as_told = found["scope"]["complete"] is True
        self._manifest, said = found, (found["format"], found["log"]["entry_format"])
        if said != (BUNDLE, "1"):
            raise Unsupported(f"the format {said[0]} with entries {said[1]} is not known to this program")
        files = {one["name"]: (one["sha256"], one["bytes"]) for one in found["files"]}
        listed = sorted(one["name"] for one in found["files"])
        if not raw.endswith(b"}\n") or listed != sorted(set(ORDER) - set(UNLISTED)):
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
        pinned = self._trusted.pinned
        if pinned is None:
            raise Unsupported("no key was given: name the log's public key, from elsewhere than this file, with --key")
        expected = PublicKey(origin, pinned) if isinstance(pinned, bytes) else pinned
        self._verdict.is_signed = expected == inside
        if not self._verdict.is_signed:
            raise Bad("SIGNATURE", f"it is signed by the key {inside}, which is not the one that you gave")

    def checkpoint(self) -> None:
        try:
            note = self._trail.whole("checkpoint").decode()
        except UnicodeDecodeError:
            raise Bad("CONTENT", "checkpoint is no text") from None
        try:
            found = opened(note, self._key)
            self._verdict.seen = seen_by(note, self._trusted.witnesses)
        except BadNote as error:
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
        scope, withheld = self._manifest["scope"], self._manifest["withheld"]["entries"]
        if (verdict.entries, dict(verdict.stubs)) != (scope["entries"], withheld):
            raise Bad("ORDER", "there are not as many entries and stubs as the manifest says")
        if scope["stubs"] != verdict.stubs.total():
            raise Bad("ORDER", "the manifest counts its stubs in two ways")
        verdict.is_in_log = verdict.is_committed = True

    def _leaves(self) -> Iterator[tuple[int, bytes]]:
        """Of entries and stubs, by their place in the log."""
        stubs = self._stubs()
        stub = next(stubs, None)
        for index, leaf in self._entry_leaves():
            while stub is not None and stub[0] < index:
                self._indexes.append(stub[0] + 1)
                yield stub
                stub = next(stubs, None)
            if stub is not None and stub[0] == index:
                raise Bad("ORDER", f"entry {index + 1} is a stub as well", index + 1)
            self._indexes.append(index + 1)
            yield index, leaf
        while stub is not None:
            self._indexes.append(stub[0] + 1)
            yield stub
            stub = next(stubs, None)

    def _stubs(self) -> Iterator[tuple[int, bytes]]:
        before, reasons = 0, self._verdict.stubs
        for line in self._trail.lines("stubs.jsonl"):
            found = STUB.fullmatch(line)
            if found is None:
                raise Bad("CONTENT", "stubs.jsonl is not as it was written", None)
            index = int(found[1])
            if index <= before:
                raise Bad("ORDER", f"stub {index} stands behind {before}", index)
            before = index
            reasons[found[3].decode()] += 1
            yield index - 1, bytes.fromhex(found[2].decode())

    def _entry_leaves(self) -> Iterator[tuple[int, bytes]]:
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
            if found[4] != _SIGHTING:
                _check_payload(next(payloads, b""), expected, found[1].decode())
                verdict.payloads += 1
            verdict.entries, before = verdict.entries + 1, expected
            verdict.newest = max(verdict.newest, found[3])
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

    def numbers(self) -> None:
        """That the subject's entries are all here, as entries or as stubs: 1 to n."""
        lines, verdict = self._trail.lines("sequence.jsonl"), self._verdict
        told = self._manifest.get("sequence")
        verdict.is_complete = None if told is None else False
        earlier = self._trusted.earlier
        if earlier is not None and self._checkpoint is not None and earlier.size > self._checkpoint.size:
            raise Unsupported("whether entries were dropped: the trail that you call earlier is the later one")
        verdict.numbers = check_numbers(told, lines, self._indexes if verdict.is_in_log else None, earlier)
        verdict.earlier = None if earlier is None else earlier.count
        verdict.is_complete = None if told is None or told.get("complete") is not True else verdict.numbers > 0

    def stamp(self) -> None:
        """Of the checkpoint, by a clock that is not the bank's."""
        token = self._trail.whole("checkpoint.tsr")
        self._verdict.has_stamp = bool(token)
        if token and self._trusted.authority is not None:
            self._verdict.stamped_at = check_stamp(token, self._trail.whole("checkpoint"), self._trusted.authority)

    def times(self) -> None:
        """Nothing may have come after it was stamped."""
        stamped, newest = self._verdict.stamped_at, self._verdict.newest
        if stamped is not None and newest and datetime.fromisoformat(newest.decode()) > stamped + CLOCKS_DIFFER:
            raise Bad("TIME", f"an entry came at {newest.decode()}, after the checkpoint was stamped ({stamped})")

    def consistency(self) -> None:
        kept, now, proof = self._trusted.kept, self._checkpoint, self._trusted.proof
        if kept is None or now is None:
            return
        if kept.origin != now.origin:
            raise Bad("CONSISTENCY", f"your checkpoint is of another log, {kept.origin}")
        first, second = sorted((kept, now), key=lambda one: one.size)
        if not proof and first.size < second.size:
            raise Unsupported(
                f"whether the log was only added to: ask for `prove --since {first.size} --to {second.size} --json`, "
                "and give its output with --proof"
            )
        if not is_consistent(first.size, first.root, second.size, second.root, proof):
            raise Bad("CONSISTENCY", "the log of this trail and the one of your checkpoint are not the same")
        self._verdict.since = kept.size
        self._verdict.is_kept_elsewhere = kept.size >= (self._indexes[-1] if self._indexes else 0)
        if self._verdict.is_kept_elsewhere:
            self._verdict.seen += tuple(self._trusted.kept_seen)

    def witnesses(self) -> None:
        """Somebody apart from the bank has signed that the log of these entries was there, and only grew."""
        if self._trusted.witnesses and not self._verdict.seen:
            raise Unsupported("none of the witnesses that you named has cosigned a checkpoint of all these entries")

    def derivation(self) -> None:
        if self._trusted.derives:
            derive(self._trail, str(self._manifest["model"]["hash"]), self._verdict)


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
        raise Bad("DISCLOSURE", f"the payload cannot be read: {error}", index) from None
    if whose != str(index):
        raise Bad("DISCLOSURE", "another entry's payload stands where this one's belongs", index)
    if found != commitment:
        raise Bad("DISCLOSURE", "the payload is not the one that the entry is committed to", index)
