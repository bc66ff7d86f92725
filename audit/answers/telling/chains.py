"""Chains of causes told one after another: what stands in one already is named, not told again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from audit.answers.shapes import Because, CauseLine
from audit.values import EventRef


@dataclass(frozen=True, slots=True)
class ToldChain:
    """`events` are new; `above`, the cause of the last of them or what set it, is told above with what led to it."""

    because: Because
    events: Sequence[CauseLine]
    above: CauseLine | None


def told_once(chains: Iterable[Because], shown_max: int | None = None) -> Iterator[ToldChain]:
    """In the order in which they are told, of each new part so many events."""
    told = set[EventRef]()
    for because in chains:
        new = next((n for n, event in enumerate(because.events) if event.ref in told), None)
        events = because.events[:new]
        told.update(event.ref for event in events[:shown_max])
        yield ToldChain(because, events, None if new is None else because.events[new])
