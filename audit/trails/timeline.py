"""The table of a trail: one row a movement, one for an event that moved nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

COLUMNS = (
    "step",
    "recorded",
    "occurred",
    "lane",
    "stream",
    "version",
    "type",
    "says",
    "book",
    "from",
    "to",
    "amount",
    "currency",
    "direction",
    "event",
)


def table_rows(document: dict[str, Any], own: set[str]) -> Iterator[list[object]]:
    """One row a movement, one for an event that moved nothing."""
    event = document["event"]
    head = [
        document["step"],
        document["recorded"],
        document["occurred"],
        document["lane"],
        document["stream"],
        document["version"],
        document["type"],
        document["says"],
    ]
    for moved in document["movements"] or [None]:
        if moved is None:
            money: list[object] = [""] * 6
        else:
            gives, takes = moved["from"] in own, moved["to"] in own
            direction = "" if gives == takes else "out" if gives else "in"
            money = [moved["book"], moved["from"], moved["to"], moved["amount"], moved["currency"], direction]
        yield [*head, *money, f"{event['source']}/{event['id']}"]
