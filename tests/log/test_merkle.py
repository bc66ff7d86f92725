"""The tree against RFC 6962's own vectors, against another implementation, and against every change of a proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256

import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.log.merkle import (
    EMPTY,
    BadProof,
    HashOf,
    consistency,
    inclusion,
    is_consistent,
    leaf_of,
    multiproof,
    node_of,
    root_from_many,
    root_of,
)
from tests.log.inclusion import root_from_inclusion

# Certificate Transparency's own test tree.
LINES = [
    bytes.fromhex(line)
    for line in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
SIZE_MAX = 70
Shown = list[tuple[int, bytes]]


def leaves(size: int) -> list[bytes]:
    return [leaf_of(b"%d" % n) for n in range(size)]


def plain_root(hashes: list[bytes]) -> bytes:
    """As the RFC defines it, word for word."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node_of(plain_root(hashes[:k]), plain_root(hashes[k:]))


def hash_of(hashes: list[bytes]) -> HashOf:
    return lambda start, end: plain_root(hashes[start:end])


def test_the_vectors_of_certificate_transparency() -> None:
    assert root_of([]) == EMPTY
    for size, root in enumerate(ROOTS, 1):
        assert root_of(map(leaf_of, LINES[:size])).hex() == root


def test_another_implementation_gives_the_same_roots() -> None:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for size in range(1, SIZE_MAX):
        tree.append_entry(b"%d" % (size - 1))
        assert tree.get_root() == root_of(leaves(size)) == plain_root(leaves(size))


@given(st.integers(1, SIZE_MAX), st.data())
def test_every_leaf_is_proved_and_no_other(size: int, data: st.DataObject) -> None:
    index, hashes = data.draw(st.integers(0, size - 1)), leaves(size)
    path = inclusion(index, size, hash_of(hashes))
    root = plain_root(hashes)
    assert root_from_inclusion(hashes[index], index, size, path) == root
    for other in range(size):
        if other != index:
            with suppress(BadProof):
                assert root_from_inclusion(hashes[index], other, size, path) != root
    for wrong in (path[:-1], [*path, EMPTY]):
        if wrong != path:
            with pytest.raises(BadProof):
                root_from_inclusion(hashes[index], index, size, wrong)


@given(st.integers(1, SIZE_MAX), st.data())
def test_a_tree_is_shown_to_begin_with_an_earlier_one_alone(size: int, data: st.DataObject) -> None:
    first, hashes = data.draw(st.integers(1, size)), leaves(size)
    proof = consistency(first, size, hash_of(hashes))
    old, new = plain_root(hashes[:first]), plain_root(hashes)
    assert is_consistent(first, old, size, new, proof)
    forged = plain_root([*hashes[: first - 1], EMPTY])
    assert not is_consistent(first, forged, size, new, proof)
    assert not is_consistent(first, old, size, EMPTY, proof)
    for n in range(len(proof)):
        assert not is_consistent(first, old, size, new, [*proof[:n], EMPTY, *proof[n + 1 :]])
        assert not is_consistent(first, old, size, new, proof[:n])


@given(st.integers(1, SIZE_MAX), st.data())
@settings(max_examples=60)
def test_many_leaves_are_proved_at_once(size: int, data: st.DataObject) -> None:
    indexes = sorted(data.draw(st.sets(st.integers(0, size - 1))))
    hashes = leaves(size)
    proof, root = list(multiproof(indexes, size, hash_of(hashes))), plain_root(hashes)
    shown = [(index, hashes[index]) for index in indexes]
    assert root_from_many(shown, size, proof) == root
    assert len(proof) <= max(1, len(indexes)) * size.bit_length()
    for wrong in _slips(shown, proof, size):
        with suppress(BadProof):
            assert root_from_many(*wrong) != root


def _slips(shown: Shown, proof: list[bytes], size: int) -> Iterator[tuple[Shown, int, list[bytes]]]:
    """Whatever is left out, swapped, added or changed."""
    for n in range(len(shown)):
        yield shown[:n] + shown[n + 1 :], size, proof
        yield [*shown[:n], (shown[n][0], EMPTY), *shown[n + 1 :]], size, proof
        if n:
            yield [*shown[: n - 1], shown[n], shown[n - 1], *shown[n + 1 :]], size, proof
    for n in range(len(proof)):
        yield shown, size, proof[:n] + proof[n + 1 :]
        yield shown, size, [*proof[:n], EMPTY, *proof[n + 1 :]]
    yield shown, size, [*proof, EMPTY]
    yield [*shown, (size, EMPTY)], size, proof


def test_what_is_not_in_the_tree_has_no_proof() -> None:
    hashes = leaves(5)
    wrong: list[Callable[[], object]] = [
        lambda: inclusion(5, 5, hash_of(hashes)),
        lambda: consistency(6, 5, hash_of(hashes)),
        lambda: consistency(0, 5, hash_of(hashes)),
        lambda: list(multiproof([3, 3], 5, hash_of(hashes))),
        lambda: list(multiproof([5], 5, hash_of(hashes))),
    ]
    for call in wrong:
        with pytest.raises(BadProof):
            call()
