"""What makes two events the same request: an idempotency key, or equal values within a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from audit.model import meaning, schema
from audit.model.meaning import Data, Facts
from audit.model.paths import key_of
from audit.model.streams import Pattern

if TYPE_CHECKING:
    from audit.model.reading import EventCompiler

Ties = Sequence[tuple[str, str]]
Blinds = Sequence[tuple[str, bytes]]
Find = Callable[[Facts, Data, Ties, Blinds], str | None]


def compile_effect(compiler: EventCompiler, within: meaning.Duration | None) -> meaning.Effect | None:
    """None: the event says nothing of it."""
    effect = compiler.event.effect
    if effect is None:
        return None
    finders = [_find(compiler, name) for name in ([effect.key] if effect.key is not None else effect.same)]
    except_ = compiler.get(effect.unless) if effect.unless is not None else None

    def values(facts: Facts, data: Data, ties: Ties, blinds: Blinds) -> tuple[str, ...] | None:
        if except_ is not None and except_(facts, data) is not None:
            return None
        found = []
        for find in finders:
            try:
                value = find(facts, data, ties, blinds)
            except ValueError:
                return None
            if value is None:
                return None
            found.append(value)
        return tuple(found)

    return meaning.Effect(values, within, effect.key is not None)


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


def _find(compiler: EventCompiler, name: str) -> Find:
    if name in tied_names(compiler.lane, compiler.event):
        return lambda facts, data, ties, blinds: next((key for kind, key in ties if kind == name), None)
    path = compiler.event.identifiers.get(name)
    if path is not None and compiler.is_personal(path):
        return lambda facts, data, ties, blinds: next((blind.hex() for one, blind in blinds if one == name), None)
    get = compiler.get(path or name)
    return lambda facts, data, ties, blinds: key_of(get(facts, data))
