"""The tree of RFC 6962 and RFC 9162 over leaves: roots, proofs, and their verification. Pure, and without any other
part of the project, so that a stranger can read it by itself.

A range is [start, end) of leaf indexes from 0. What makes proofs is given a function that hashes a range.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

EMPTY = sha256(b"").digest()  # the root of no leaves
HASH_BYTES = 32

HashOf = Callable[[int, int], bytes]


class BadProof(ValueError):
    """A proof that does not fit what it is to prove."""


def leaf_of(line: bytes) -> bytes:
    return sha256(b"\x00" + line).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """The greatest power of two below `size`, which is at least 2: where a tree of that size parts."""
    return 1 << (size - 1).bit_length() - 1


@dataclass(slots=True)
class Range:
    """Leaves appended one by one; holds one hash for each bit of their number, so that memory stays flat."""

    size: int = 0
    _peaks: list[bytes] = field(default_factory=list)  # of whole subtrees, the greatest first

    def append(self, leaf: bytes) -> None:
        merged, size = leaf, self.size
        while size & 1:
            merged, size = node_of(self._peaks.pop(), merged), size >> 1
        self._peaks.append(merged)
        self.size += 1

    def root(self) -> bytes:
        if not self._peaks:
            return EMPTY
        return _folded(self._peaks[:-1], self._peaks[-1])

    def root_before(self, rest: bytes) -> bytes:
        """The root when a subtree that is not whole, `rest`, follows."""
        return _folded(self._peaks, rest)


def _folded(peaks: Sequence[bytes], root: bytes) -> bytes:
    for peak in reversed(peaks):
        root = node_of(peak, root)
    return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root of all `leaves`, in one pass."""
    tree = Range()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


# inclusion


def inclusion(index: int, size: int, hash_of: HashOf) -> list[bytes]:
    """The path of leaf `index` in the tree of the first `size` leaves, from the leaf up (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise BadProof(f"there is no leaf {index} among {size}")
    return list(_path(index, 0, size, hash_of))


def _path(index: int, start: int, end: int, hash_of: HashOf) -> Iterator[bytes]:
    if end - start == 1:
        return
    middle = start + split(end - start)
    if index < middle:
        yield from _path(index, start, middle, hash_of)
        yield hash_of(middle, end)
    else:
        yield from _path(index, middle, end, hash_of)
        yield hash_of(start, middle)


# consistency


def consistency(first: int, second: int, hash_of: HashOf) -> list[bytes]:
    """That the tree of `second` leaves begins with that of `first` (RFC 9162, 2.1.4.1)."""
    if not 0 < first <= second:
        raise BadProof(f"a tree of {second} leaves cannot begin with one of {first}")
    return list(_subproof(first, 0, second, True, hash_of))


def _subproof(first: int, start: int, end: int, is_whole: bool, hash_of: HashOf) -> Iterator[bytes]:
    if first == end - start:
        if not is_whole:
            yield hash_of(start, end)
        return
    middle = start + split(end - start)
    if first <= middle - start:
        yield from _subproof(first, start, middle, is_whole, hash_of)
        yield hash_of(middle, end)
    else:
        yield from _subproof(first - (middle - start), middle, end, False, hash_of)
        yield hash_of(start, middle)


def is_consistent(first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """RFC 9162, 2.1.4.2."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not path:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for step in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_of(step, fr), node_of(step, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_of(sr, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_root and sr == second_root


# many leaves at once


def multiproof(indexes: Sequence[int], size: int, hash_of: HashOf) -> Iterator[bytes]:
    """The hashes that, with the leaves `indexes` (ascending, each once), give the root: of every greatest subtree that
    holds none of them, from left to right."""
    if any(b <= a for a, b in zip(indexes, indexes[1:], strict=False)) or (indexes and indexes[-1] >= size):
        raise BadProof("leaves must ascend, and be in the tree")
    return _besides(indexes, 0, len(indexes), 0, size, hash_of)


def _besides(
    indexes: Sequence[int], low: int, high: int, start: int, end: int, hash_of: HashOf
) -> Iterator[bytes]:
    """`indexes[low:high]` are those in the range."""
    if low == high:
        yield hash_of(start, end)
        return
    if end - start == 1:
        return
    middle = start + split(end - start)
    parting = low
    while parting < high and indexes[parting] < middle:
        parting += 1
    yield from _besides(indexes, low, parting, start, middle, hash_of)
    yield from _besides(indexes, parting, high, middle, end, hash_of)


def root_from_many(leaves: Iterable[tuple[int, bytes]], size: int, proof: Iterable[bytes]) -> bytes:
    """The root that leaves (index, hash; ascending) and their multiproof give; both are read once, in order. Raises
    BadProof where they do not fit."""
    folding = _Folding(iter(leaves), iter(proof))
    folding.move()
    root = folding.fold(0, size) if size else EMPTY
    if folding.index is not None:
        raise BadProof(f"there is no leaf {folding.index} among {size}, or it is out of order")
    if next(folding.proof, None) is not None:
        raise BadProof("the proof is too long")
    return root


@dataclass(slots=True)
class _Folding:
    leaves: Iterator[tuple[int, bytes]]
    proof: Iterator[bytes]
    index: int | None = None
    leaf: bytes = b""

    def move(self) -> None:
        before = self.index
        self.index, self.leaf = next(self.leaves, (None, b""))
        if before is not None and self.index is not None and self.index <= before:
            raise BadProof(f"leaf {self.index} is out of order")

    def fold(self, start: int, end: int) -> bytes:
        if self.index is None or self.index >= end:
            step = next(self.proof, None)
            if step is None or len(step) != HASH_BYTES:
                raise BadProof("the proof is too short")
            return step
        if self.index < start:
            raise BadProof(f"leaf {self.index} is out of order")
        if end - start == 1:
            leaf = self.leaf
            self.move()
            return leaf
        middle = start + split(end - start)
        left = self.fold(start, middle)
        return node_of(left, self.fold(middle, end))
