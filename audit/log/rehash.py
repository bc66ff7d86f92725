"""Hashes the log again, from what stands in the database: every entry its line and its leaf, every payload its
commitment, every subtree its stored hash, every checkpoint its root. Memory stays flat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from audit.database import Connection, sql
from audit.log.log_key import KnownKey, history
from audit.log.logged import SIGHTING
from audit.log.merkle import Range, leaf_of
from audit.log.reopened import pieces_written, troubles
from audit.log.signed_notes import BadNote, opened
from audit.log.tree import LEVELS, TILE
from audit.log.written import LEAF, STATUS, Row, commitment_of_row, line_of_row

BATCH = 5_000
_COMMITMENT, _SOURCE, _KIND = 15, 2, 1

Progress = Callable[[int], None]


class Bad(NamedTuple):
    """What is wrong: its class (docs/reference/trail-format.md), the first entry it is about, and in words."""

    kind: str
    position: int
    says: str


class Kept(NamedTuple):
    """A checkpoint that was signed: ours (`where` is "") or one that a place outside holds."""

    size: int
    note: str
    where: str


@dataclass(slots=True)
class Rehash:
    """One pass over the log, from its first entry on."""

    connection: Connection
    kept: list[Kept] = field(default_factory=list)
    opens: bool = True  # what is sealed, where its key lives
    counted: Counter[str] = field(default_factory=Counter)  # entries by source, without those seen again
    _ranges: list[Range] = field(default_factory=lambda: [Range() for _ in range(len(LEVELS) + 1)])
    _done: int = 0

    def run(self, size: int, progress: Progress) -> Iterator[Bad]:
        """All that is wrong with the first `size` entries, in their order."""
        keys = history(self.connection)
        waiting = sorted(self.kept, reverse=True)
        while waiting and waiting[-1].size <= 0:
            waiting.pop()
        while self._done < size:
            upto = min(size, self._done + BATCH)
            nodes = self._nodes(self._done, upto)
            for row, leaf, bad in checked_rows(self.connection, self._done, upto, opens=self.opens):
                yield from bad
                if row is not None and row[_KIND] != SIGHTING:
                    self.counted[row[_SOURCE]] += 1
                yield from self._append(leaf, nodes)
                while waiting and waiting[-1].size == self._done:
                    yield from self._compare(waiting.pop(), keys)
            progress(self._done)
        for kept in reversed(waiting):
            place = f" in {kept.where}" if kept.where else ""
            says = f"the log has {size:,} entries, and a checkpoint{place} was signed of {kept.size:,}"
            yield Bad("ORDER", size, says)

    def root(self) -> bytes:
        """Of what was read."""
        rest: bytes | None = None
        for range_ in self._ranges:
            if range_.size:
                rest = range_.root() if rest is None else range_.root_before(rest)
        return rest if rest is not None else Range().root()

    def _append(self, leaf: bytes, nodes: dict[tuple[int, int], bytes]) -> Iterator[Bad]:
        self._done += 1
        self._ranges[0].append(leaf)
        for number, level in enumerate(LEVELS):
            if self._ranges[number].size < TILE:
                return
            made, self._ranges[number] = self._ranges[number].root(), Range()
            self._ranges[number + 1].append(made)
            index = (self._done >> level) - 1
            if nodes.get((level, index), made) != made:
                first = (index << level) + 1
                says = f"the entries {first:,} to {self._done:,} do not give the hash that is stored"
                yield Bad("PROOF", first, says)

    def _nodes(self, after: int, upto: int) -> dict[tuple[int, int], bytes]:
        rows = self.connection.execute(sql("log_stored_nodes"), {"after": after, "upto": upto}).fetchall()
        return {(level, number): bytes(hash_) for level, number, hash_ in rows}

    def _compare(self, kept: Kept, keys: Iterable[KnownKey]) -> Iterator[Bad]:
        place = f" in {kept.where}" if kept.where else ""
        for known in keys:
            try:
                checkpoint = opened(kept.note, known.key)
            except BadNote:
                continue
            if checkpoint.size != kept.size or checkpoint.root != self.root():
                says = f"the first {kept.size:,} entries do not give the root of the checkpoint{place}"
                yield Bad("PROOF", kept.size, says)
            return
        yield Bad("SIGNATURE", kept.size, f"the checkpoint of {kept.size:,} entries{place} is signed by no key of ours")


def checked_rows(
    connection: Connection, after: int, upto: int, *, opens: bool = True
) -> Iterator[tuple[Row | None, bytes, list[Bad]]]:
    """The entries behind `after`, each with the leaf that it gives and what is wrong with it; None: it is not there."""
    pieces = pieces_written(connection, after, upto)
    rows = {row[0]: row for row in connection.execute(sql("log_written"), [after, upto]).fetchall()}
    anew = {row[0]: bytes(row[1]) for row in connection.execute(sql("log_sealed_anew"), [after, upto]).fetchall()}
    for position in range(after + 1, upto + 1):
        row = rows.get(position)
        if row is None:
            yield None, leaf_of(b""), [Bad("ORDER", position, f"entry {position:,} of the log is missing")]
            continue
        leaf, bad = leaf_of(line_of_row(row)), []
        if leaf != bytes(row[LEAF]):
            bad.append(Bad("CONTENT", position, f"entry {position:,} of the log does not give its leaf"))
        expected, own = anew.get(position) or bytes(row[_COMMITMENT]), pieces.get(position, ())
        if row[STATUS] is not None and commitment_of_row(row, [one.told for one in own]) != expected:
            says = f"the payload of entry {position:,} is not the one it is committed to"
            bad.append(Bad("DISCLOSURE", position, says))
        elif opens:
            found = troubles(row, own, is_sealed_anew=position in anew)
            bad += [Bad("DISCLOSURE", position, says) for says in found]
        yield row, leaf, bad


def kept_here(connection: Connection) -> list[Kept]:
    """Every checkpoint that the database holds."""
    rows = connection.execute("select size, note from trace.checkpoint").fetchall()
    return [Kept(size, note, "") for size, note in rows]
