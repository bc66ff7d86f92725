"""What a path of inclusion leads to, computed by whoever is shown one."""

from __future__ import annotations

from collections.abc import Sequence

from audit.log.merkle import BadProof, node_of


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root (RFC 9162, 2.1.3.2); raises BadProof where it cannot be a path."""
    if not 0 <= index < size:
        raise BadProof(f"there is no leaf {index} among {size}")
    fn, sn, root = index, size - 1, leaf
    for step in path:
        if sn == 0:
            raise BadProof("the path is too long")
        if fn & 1 or fn == sn:
            root = node_of(step, root)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            root = node_of(root, step)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise BadProof("the path is too short")
    return root
