"""Whose key seals an event's personal fields: the customer's that it names, else its first tie's, else its stream's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from audit.model.meaning import Data, Facts
from audit.model.trouble import Trouble

if TYPE_CHECKING:
    from audit.model.reading import EventCompiler

CUSTOMER = "customer"


def owner_of(compiler: EventCompiler) -> Callable[[Facts, Data], tuple[str, str]]:
    """Needs no memory, for it is asked before the event is stored. Raises nothing."""
    own, readers = compiler.tie_readers()

    def owner(facts: Facts, data: Data) -> tuple[str, str]:
        ties = own(facts)
        for read in readers:
            try:
                read(facts, data, ties)
            except Trouble:
                continue
        return next((tie for tie in ties if tie[0] == CUSTOMER), ties[0] if ties else ("stream", facts.stream))

    return owner
