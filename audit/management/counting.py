"""Numbers with their nouns, as people write them."""

from __future__ import annotations


def how_many(count: int, one: str, many: str | None = None) -> str:
    """`1 entry`, `2,000 entries`; `many` is needed where it is not `one` with an s."""
    return f"1 {one}" if count == 1 else f"{count:,} {many or one + 's'}"
