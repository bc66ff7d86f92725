"""While there is much to read, sources are read in turns of time; none waits for one that gives nothing."""

from __future__ import annotations

from typing import Any

import msgspec

from audit.feeds import Turns
from audit.log.intake import Batch


class Named(msgspec.Struct, frozen=True):
    name: str
    kind: str = "postgres"


class At(msgspec.Struct):
    recorded: int


BEHIND, AHEAD, FILE = Named("behind"), Named("ahead"), Named("file", "files")


def batch(*recorded: int, has_more: bool = True) -> Batch:
    events: Any = [At(one) for one in recorded]
    return Batch(1, 1, len(events), events, None, False, "", has_more)


def turns_with(behind: Any, *, file: Any = None) -> Turns:
    turns = Turns()
    sources: list[tuple[Any, Any]] = [(AHEAD, batch(10, 900)), (BEHIND, behind), (FILE, file)]
    for source, taken in sources:
        turns.took(source, taken)
    return turns


def test_the_one_that_stands_earliest_is_read_next() -> None:
    turns = turns_with(batch(10, 300), file=batch(1))
    assert [turns.is_ahead(one.name) for one in (BEHIND, AHEAD, FILE)] == [False, True, False]


def test_nobody_waits_for_what_gives_nothing() -> None:
    for behind in (None, batch(), batch(300, has_more=False)):
        assert not turns_with(behind).is_ahead(AHEAD.name)
