"""The stored tree is that of RFC 9162 over the log's leaves, however it was advanced; nothing of it can be changed."""

from __future__ import annotations

import hashlib
import random

import psycopg
import pytest

from audit.log.merkle import inclusion, multiproof, root_from_many, root_of
from audit.log.tree import Tree, advance, sealed_of
from tests.log.conftest import Log
from tests.log.inclusion import root_from_inclusion

MANY = 66_600  # beyond one subtree of level 16, and no multiple of a tile


def grown(log: Log, start: int, end: int) -> list[bytes]:
    """Entries of which only the leaves matter."""
    leaves = [hashlib.sha256(f"entry {n}".encode()).digest() for n in range(start, end)]
    log.connection.execute(
        "insert into trace.log select %s + n, 0, 1, n, 1, n, 1, n::text, now(), now(), now(), null, null, null, null, "
        "'', leaf from unnest(%s::bytea[]) with ordinality as given (leaf, n)",
        [start, leaves],
    )
    log.connection.execute("update trace.head set position = %s", [end])
    log.connection.commit()
    return leaves


def test_it_is_the_tree_of_the_rfc(log: Log) -> None:
    leaves = grown(log, 0, MANY // 2)
    assert Tree(log.connection).hash_of(0, len(leaves)) == root_of(leaves), "without any stored hash"
    assert advance(log.connection) == sealed_of(log.connection) == MANY // 2 // 256 * 256
    leaves += grown(log, MANY // 2, MANY)
    unsealed = Tree(log.connection).hash_of(0, MANY)
    advance(log.connection)
    tree = Tree(log.connection)
    assert tree.hash_of(0, MANY) == unsealed == root_of(leaves)
    assert log.rows("select level, count(*) from trace.tree_node group by 1 order by 1") == [(8, MANY // 256), (16, 1)]
    for size in (1, 255, 256, 257, 65_536, 65_537, MANY):
        root = root_of(leaves[:size])
        for index in {0, size // 2, size - 1}:
            path = inclusion(index, size, tree.hash_of)
            assert root_from_inclusion(leaves[index], index, size, path) == root
    chosen = sorted(random.Random(4).sample(range(MANY), 300))
    proof = list(multiproof(chosen, MANY, tree.hash_of))
    assert root_from_many([(n, leaves[n]) for n in chosen], MANY, proof) == root_of(leaves)


def test_it_advances_after_being_killed_midway(log: Log) -> None:
    leaves = grown(log, 0, 1_030)
    with pytest.raises(ZeroDivisionError), log.connection.transaction():
        advance(log.connection)
        raise ZeroDivisionError
    assert sealed_of(log.connection) == 0
    assert advance(log.connection) == 1_024 and advance(log.connection) == 0
    assert Tree(log.connection).hash_of(0, 1_030) == root_of(leaves)


@pytest.mark.parametrize("role", ["follower", "owner"])
@pytest.mark.parametrize(
    "change", ["update trace.tree_node set hash = ''", "delete from trace.tree_node", "truncate trace.tree_node"]
)
def test_nobody_changes_it(log: Log, change: str, role: str) -> None:
    grown(log, 0, 256)
    advance(log.connection)
    log.connection.commit()
    log.connection.execute(f"set role whereabouts_{role}".encode())
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        log.connection.execute(change.encode())
