"""Whose key seals an event's personal fields: the customer's that it names, else its first tie's, else its stream's."""

from __future__ import annotations

from audit.model.reading import EventCompiler
from audit.model.written import Text

CUSTOMER = "customer"


def write_owner(text: Text, compiler: EventCompiler) -> None:
    """Needs no memory, for it is asked before the event is stored. Raises nothing."""
    with text.function("owner(facts, data)"):
        compiler.begin(text)
        for kind, paths in compiler.event.ties.items():
            with text.block("try:"):
                compiler.tie(text, kind, paths)
            text.line("except Trouble: pass")
        with text.block("for tie in ties:"):
            text.line(f"if tie[0] == {text.constant(CUSTOMER)}: return tie")
        text.line('return ties[0] if ties else ("stream", facts.stream)')
