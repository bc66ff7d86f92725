"""What makes two events the same request: an idempotency key, or equal values within a time."""

from __future__ import annotations

from audit.model import schema
from audit.model.reading import EventCompiler
from audit.model.streams import Pattern
from audit.model.written import Text


def write_values(text: Text, compiler: EventCompiler) -> None:
    """What must be the same; None where something of it is missing."""
    effect = compiler.event.effect
    assert effect is not None
    with text.function("values(facts, data, ties, blinds)"):
        if effect.unless is not None:
            text.line(f"if {compiler.value(text, effect.unless)} is not None: return None")
        found = [_value(text, compiler, name) for name in ([effect.key] if effect.key is not None else effect.same)]
        text.line(f"found = ({''.join(one + ', ' for one in found)})")
        text.line("return None if None in found else found")


def tied_names(lane: schema.Lane, event: schema.Event) -> set[str]:
    """The names that stand for what an event is tied to, rather than for a field of it."""
    return {name for text in lane.streams for name in Pattern(text).names} | {*event.ties, *lane.inherits}


def paths_of(lane: schema.Lane, event: schema.Event) -> list[str]:
    """The payload paths among the names that must be the same."""
    effect = event.effect
    if effect is None:
        return []
    names = [effect.key] if effect.key is not None else effect.same
    return [name for name in names if name not in tied_names(lane, event) and name not in event.identifiers]


def _value(text: Text, compiler: EventCompiler, name: str) -> str:
    named = text.constant(name)
    if name in tied_names(compiler.lane, compiler.event):
        return text.local(f"tied_or_none({named}, ties)", "key")
    path = compiler.event.identifiers.get(name)
    if path is not None and compiler.is_personal(path):
        return text.local(f"blind_or_none({named}, blinds)", "blind")
    return text.local(f"key_or_none({compiler.value(text, path or name)})", "key")
