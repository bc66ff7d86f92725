"""Values that change at moments, and what follows from them: one pass over all changes, so that nothing that came and
went is missed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

Key = tuple[Any, ...]  # when, in story order; its last element is the position of the event


class Steps(NamedTuple):
    """A value over time: `first` before everything, then `values[i]` from `keys[i]` on. Keys ascend and are unique."""

    first: Any
    keys: Sequence[Key] = ()
    values: Sequence[Any] = ()


class Span(NamedTuple):
    """A stretch of time; `until` None: it lasts."""

    since: Key
    until: Key | None


def of_one(run: Callable[[Any], Any], steps: Steps) -> Steps:
    """What `run` makes of a value; only its changes are kept."""
    now = first = run(steps.first)
    keys, values = [], []
    for key, value in zip(steps.keys, steps.values, strict=True):
        made = run(value)
        if made is not now:
            keys.append(key)
            values.append(made)
            now = made
    return Steps(first, keys, values)


def of_flags(flags: bytes, steps: Steps) -> Steps:
    """True (1) or False (0) for each of the values; only the changes are kept."""
    keys, values = [], []
    at, flag = (0, flags[0]) if flags else (-1, 0)
    while at >= 0:
        keys.append(steps.keys[at])
        values.append(flag == 1)
        flag = 1 - flag
        at = flags.find(flag, at)
    return Steps(None, keys, values)


def of_many(run: Callable[[Sequence[Any]], Any], parts: Sequence[Steps]) -> Steps:
    """What `run` makes of several values together, whenever one of them changes."""
    if len(parts) == 1:
        return of_one(lambda value: run((value,)), parts[0])
    current = [part.first for part in parts]
    now = first = run(current)
    changes = [
        (key, number, value)
        for number, part in enumerate(parts)
        for key, value in zip(part.keys, part.values, strict=True)
    ]
    changes.sort(key=lambda change: change[:2])
    keys: list[Key] = []
    values: list[Any] = []
    for index, (key, number, value) in enumerate(changes):
        current[number] = value
        if index + 1 < len(changes) and changes[index + 1][0] == key:
            continue  # one event may change several of them
        made = run(current)
        if made is not now:
            keys.append(key)
            values.append(made)
            now = made
    return Steps(first, keys, values)


def running(changes: Iterable[tuple[Key, int]], began: Key | None) -> Steps:
    """The running sum of changes in ascending order of keys; several of one key are one. Nothing is known before
    `began`, nor before the first change."""
    keys: list[Key] = []
    values: list[int] = []
    total, last = 0, None
    for key, change in changes:
        total += change
        if key == last:
            values[-1] = total
        else:
            keys.append(key)
            values.append(total)
            last = key
    if began is not None and (not keys or began < keys[0]):
        keys.insert(0, began)
        values.insert(0, 0)
    return Steps(None, keys, values)


def latest(changes: Sequence[tuple[Key, int, Any]], first: Any = None) -> Steps:
    """The value that is last in its stream's own order among those that had come: (key, place in the stream, value)."""
    if all(one[0] < two[0] and one[1] < two[1] for one, two in pairwise(changes)):
        return Steps(first, [change[0] for change in changes], [change[2] for change in changes])
    keys: list[Key] = []
    values: list[Any] = []
    reached = None
    for key, order, value in sorted(changes, key=lambda change: change[:2]):
        if reached is not None and order < reached:
            continue  # came to be known late: what is told after it holds already
        reached = order
        if keys and keys[-1] == key:
            values[-1] = value
        else:
            keys.append(key)
            values.append(value)
    return Steps(first, keys, values)


def at_the_end_of_times(steps: Steps) -> Steps:
    """Where the order within a time is not known, only what holds at its end counts."""
    last = {key[0]: (key, value) for key, value in zip(steps.keys, steps.values, strict=True)}
    return Steps(steps.first, [key for key, _ in last.values()], [value for _, value in last.values()])


def spans(truth: Steps, began: Key | None) -> list[Span]:
    """The stretches in which it is true. What is true from the beginning is so from `began`."""
    found: list[Span] = []
    since = began if truth.first is True else None
    for key, value in zip(truth.keys, truth.values, strict=True):
        if value is True and since is None:
            since = key
        elif value is not True and since is not None:
            found.append(Span(since, key))
            since = None
    if since is not None:
        found.append(Span(since, None))
    return found
