"""A lane's events as an automaton, and the smallest change to a history that would make it legal. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from audit.model.meaning import Lane, Transition

EDITS_MAX = 2
WAYS_MAX = 4
MISSING, EXTRA, CHANGED = "missing", "extra", "changed"
_ORDER = (MISSING, EXTRA, CHANGED)


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """One change: `type` at place `at` of the history is missing there, one too many, or should have been `into`."""

    at: int
    kind: str
    type: str
    into: str = ""


Way = tuple[Edit, ...]
_Node = tuple[int, str, Way]


def smallest_changes(lane: Lane, item: str, start: str, history: Sequence[str], end: str) -> list[Way]:
    """The ways, of fewest edits and of two at most, in which events of the types `history` lead legally from state
    `start` to `end` ("" is before the first event). Corrections are legal anywhere, but no change is made of them."""
    transitions = dict(_transitions(lane, item))
    usual = {type_: moved for type_, moved in transitions.items() if moved.to and not lane.events[type_].is_correction}
    layer: list[_Node] = [(0, start, ())]
    for edits in count():
        layer = list(_legal(layer, history, transitions))
        ways = {way for at, state, way in layer if at == len(history) and state == end}
        if ways or edits == EDITS_MAX:
            return sorted(ways, key=lambda way: ([_ORDER.index(edit.kind) for edit in way], way))[:WAYS_MAX]
        layer = list({node for at, state, way in layer for node in _edited(at, state, way, history, usual)})
    raise AssertionError("the last edit ends the search")


def told(ways: Sequence[Way], history: Sequence[str]) -> str:
    """The ways in words, the nearest first: "Thawed is missing before Closed, or Frozen is one too many"."""
    return ", or ".join(dict.fromkeys(" and ".join(_words(edit, history) for edit in way) for way in ways))


def _words(edit: Edit, history: Sequence[str]) -> str:
    if edit.kind == EXTRA:
        return f"{edit.type} is one too many"
    if edit.kind == CHANGED:
        return f"{edit.type} should have been {edit.into}"
    return f"{edit.type} is missing before {history[edit.at]}" if edit.at < len(history) else f"{edit.type} is missing"


def _transitions(lane: Lane, item: str) -> Iterator[tuple[str, Transition]]:
    """Of the events of this item that take part in legality."""
    for meaning in lane.events.values():
        moved = meaning.transition
        if moved is not None and moved.item in (None, item):
            yield meaning.type, moved


def _after(state: str, moved: Transition) -> str | None:
    """The state after a legal event; None: it is not legal here."""
    if moved.allowed is not None and state not in moved.allowed:
        return None
    return state if moved.to is None else moved.to


def _legal(layer: Sequence[_Node], history: Sequence[str], transitions: dict[str, Transition]) -> Iterator[_Node]:
    """The nodes, and all that they lead to without an edit."""
    for at, state, way in layer:
        yield at, state, way
        while at < len(history):
            moved = transitions.get(history[at])
            after = state if moved is None else _after(state, moved)
            if after is None:
                break
            at, state = at + 1, after
            yield at, state, way


def _edited(
    at: int, state: str, way: Way, history: Sequence[str], usual: dict[str, Transition]
) -> Iterator[_Node]:
    for type_, moved in usual.items():
        after = _after(state, moved)
        if after is None:
            continue
        if after != state:
            yield at, after, (*way, Edit(at, MISSING, type_))
        if at < len(history) and type_ != history[at]:
            yield at + 1, after, (*way, Edit(at, CHANGED, history[at], type_))
    if at < len(history):
        yield at + 1, state, (*way, Edit(at, EXTRA, history[at]))
