"""Whether a trail is complete for its subject: its entries are numbered 1 to n, each linked to the one before, and the
last link is the one that was signed. Nothing can be left out then, whether it is shown or withheld."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any

from audit.log.links import beginning, link_of
from audit.trails.positions import has
from audit.trails.verify.earlier import Earlier
from audit.trails.verify.lines import NUMBERED
from audit.trails.verify.verdict import Bad, Unsupported


def check_numbers(
    told: Any, lines: Iterator[bytes], indexes: array[int] | None, earlier: Earlier | None = None
) -> int:
    """How many numbers there are. `told` is what the manifest says; `indexes` the positions that the trail has proven,
    ascending (None: it could not prove them). The links must lead through the one that an `earlier` trail ended with.
    Raises Bad."""
    if earlier is not None and (told is None or str(told.get("subject")) != earlier.subject):
        raise Unsupported(f"whether entries were dropped: your earlier trail is of {earlier.subject}")
    if told is None:
        if next(lines, None) is not None:
            raise Bad("SUBJECT_GAP", "there are numbers, but the manifest names nobody whose they are")
        return 0
    try:
        subject, count, head = str(told["subject"]), int(told["n"]), bytes.fromhex(told["head"])
    except (KeyError, TypeError, ValueError):
        raise Bad("LINK", "the manifest does not say how the numbers end") from None
    link, number = beginning(subject), 0
    for number, line in enumerate(lines, 1):
        found = NUMBERED.fullmatch(line)
        if found is None:
            raise Bad("CONTENT", "sequence.jsonl is not as it was written")
        position = int(found[1])
        if int(found[2]) != number:
            told_number = int(found[2])
            raise Bad("SUBJECT_GAP", f"entry {number} of {subject} is missing: {told_number} follows", position)
        if indexes is not None and not has(indexes, position):
            raise Bad("SUBJECT_GAP", f"entry {number} of {subject} is neither here nor withheld", position)
        link = link_of(link, number, position)
        if earlier is not None and number == earlier.count and link != earlier.head:
            raise Bad("LINK", f"up to number {number} these are not the entries that your earlier trail has", position)
    if earlier is not None and number < earlier.count:
        raise Bad("SUBJECT_GAP", f"{subject} had {earlier.count} entries in your earlier trail, and has {number} here")
    if number != count:
        raise Bad("SUBJECT_GAP", f"{subject} has {count} entries, and {number} are here")
    if link != head:
        raise Bad("LINK", f"the links between the entries of {subject} do not lead to the one that was signed")
    return count
