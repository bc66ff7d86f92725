"""Where the name of a stream ends and its identifier begins: `account-576`, `bank_transfer/3f2a-…`, `order:17`."""

from __future__ import annotations

import re

_FIRST = re.compile(r"[A-Za-z]+[-_:/.]")
_NEXT = re.compile(r"[A-Z]?[a-z]{2,}[-_:/.]")  # `A-` in `account-A-17` belongs to the identifier
_LETTERS = re.compile(r"[A-Za-z]+(?=\d)")
_HEXADECIMAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", re.IGNORECASE)


def prefix_of(stream: str) -> str:
    """The leading words with what divides them, as long as an identifier is left; the whole name if it is one word."""
    identifier = _HEXADECIMAL.search(stream)
    end = identifier.start() if identifier else len(stream)
    at = 0
    while match := (_NEXT if at else _FIRST).match(stream, at, end):
        if match.end() >= len(stream):
            break
        at = match.end()
    if not at and (letters := _LETTERS.match(stream, 0, end)):
        at = letters.end()
    return stream[:at] if at else (stream if stream.isalpha() else "")


def key_after(prefix: str, stream: str) -> str:
    return stream[len(prefix) :]
