"""The tree of evidence over all entries of the log: hashes of complete subtrees, stored beside the hot path in batches,
and the hash of any range of leaves from them. Leaf `i` is the entry at position i + 1.

A tile holds the 256 hashes of one level from which the next one's are made: entries, then levels 8, 16 and 24.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from audit.database import Connection, sql
from audit.log.merkle import HASH_BYTES, node_of, root_of, split

SEALING = 7_306_061_304  # advisory lock of those who extend the tree
STEP = 8  # levels between those that are stored
TILE = 1 << STEP
LEVELS = (8, 16, 24)
TILES_AT_ONCE = 256  # 65,536 entries a transaction
TILES_KEPT = 64


def size_of(connection: Connection) -> int:
    """How many entries the log has: what is committed is dense."""
    row = connection.execute("select position from trace.head").fetchone()
    assert row is not None
    return int(row[0])


def sealed_of(connection: Connection) -> int:
    """How many entries stand under stored hashes."""
    row = connection.execute(sql("tree_sealed")).fetchone()
    assert row is not None
    return int(row[0]) * TILE


def advance(connection: Connection) -> int:
    """Store the hashes of every subtree that is complete by now, a transaction a batch; how many entries they added.

    Safe to be killed anywhere, and for several processes at once: what is stored depends on the log alone.
    """
    added = 0
    while True:
        with connection.transaction():
            connection.execute("select pg_advisory_xact_lock(%s)", [SEALING])
            done = sealed_of(connection) // TILE
            upto = min(size_of(connection) // TILE, done + TILES_AT_ONCE)
            if done < upto:
                _store(connection, done, upto)
        if done >= upto:
            return added
        added += (upto - done) * TILE


def _store(connection: Connection, done: int, upto: int) -> None:
    """The nodes of level 8 with indexes [done, upto), and those above that they complete."""
    tiles = connection.execute(sql("tree_leaves"), {"after": done * TILE, "upto": upto * TILE}).fetchall()
    for level in LEVELS:
        nodes = [_root(tile) for (tile,) in tiles if len(tile) == TILE * HASH_BYTES]
        connection.execute(sql("tree_store"), {"level": level, "first": done, "nodes": nodes})
        done, upto = done // TILE, upto // TILE
        if done == upto or level == LEVELS[-1]:
            return
        bounds = {"level": level, "after": done * TILE, "upto": upto * TILE}
        tiles = connection.execute(sql("tree_nodes"), bounds).fetchall()


def _root(tile: bytes) -> bytes:
    hashes = [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]
    while len(hashes) > 1:
        hashes = [node_of(hashes[n], hashes[n + 1]) for n in range(0, len(hashes), 2)]
    return hashes[0]


@dataclass(slots=True)
class Tree:
    """The log's tree as one connection sees it, in a transaction or out of it: what is in it never changes."""

    connection: Connection
    _tile: Callable[[int, int], list[bytes]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._tile = lru_cache(TILES_KEPT)(self._load)

    def hash_of(self, start: int, end: int) -> bytes:
        """The hash of the entries [start, end), a range as RFC 9162 parts a tree; the root of all for [0, size)."""
        size = end - start
        if size == 0:
            return root_of(())
        if size & (size - 1):
            middle = start + split(size)
            return node_of(self.hash_of(start, middle), self.hash_of(middle, end))
        height = size.bit_length() - 1
        level = min(height - height % STEP, LEVELS[-1])
        return root_of(self._nodes(level, start >> level, end >> level))

    def _nodes(self, level: int, first: int, end: int) -> list[bytes]:
        """Of a stored level; those that are not stored yet are made from what is below."""
        found: list[bytes] = []
        while first + len(found) < end:
            number = first + len(found)
            tile = self._tile(level, number // TILE)
            here = tile[number % TILE : min(TILE, number % TILE + end - number)]
            if not here:
                if not level:
                    raise LookupError(f"the log has no entry at position {number + 1}")
                here = [root_of(self._nodes(level - STEP, number * TILE, (number + 1) * TILE))]
            found += here
        return found

    def _load(self, level: int, number: int) -> list[bytes]:
        bounds = {"level": level, "after": number * TILE, "upto": (number + 1) * TILE}
        row = self.connection.execute(sql("tree_nodes" if level else "tree_leaves"), bounds).fetchone()
        tile = row[0] if row else b""
        return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]
