"""Which paths are personal: a list's numbers do not count, for a personal path leads through every element."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from audit.model.meaning import EventMeaning, Model


@lru_cache(maxsize=10_000)  # the same few paths stand in every event of a page
def covers(path: str, other: str) -> bool:
    """Whether two paths name the same field, or one names what encloses the other."""
    one, two = _parts(path), _parts(other)
    shorter = min(len(one), len(two))
    return one[:shorter] == two[:shorter]


def is_personal(meaning: EventMeaning, path: str) -> bool:
    """Whether a path of an event names something personal, holds it or stands in it."""
    return any(covers(".".join(personal), path) for personal in meaning.personal)


def encloses(path: str, other: str) -> bool:
    """Whether a path names what the other one names, or what that stands in."""
    one = _parts(path)
    return one == _parts(other)[: len(one)]


def personal_names(model: Model) -> Sequence[str]:
    """Names of identifiers that some event declares over a personal field: found by exactly their value alone."""
    names: set[str] = set()
    for lane in model.document.get("lane", {}).values():
        for event in lane.get("event", {}).values():
            personal = event.get("personal", [])
            for name, path in event.get("identifiers", {}).items():
                if any(covers(path, one) for one in personal):
                    names.add(name)
    return sorted(names)


def newly_personal(model: Model, other: Model | None) -> set[str]:
    """Types of events of which another model left in the clear what this one calls personal; None: any may have."""
    found = set[str]()
    for name, lane in model.lanes.items():
        is_same = other is not None and _about(model, name) == _about(other, name)  # else another may have read them
        known = other.lanes[name].events if other is not None and is_same else {}
        found.update(
            type_
            for type_, meaning in lane.events.items()
            if not set(meaning.personal) <= set(known[type_].personal if type_ in known else ())
        )
    return found


def _about(model: Model, name: str) -> set[tuple[str, str | None]]:
    """The patterns of a lane, and those that may take streams from it."""
    own = [pattern for pattern, lane in model.patterns if lane == name]
    return {(one.text, lane) for one, lane in model.patterns if any(one.may_overlap(pattern) for pattern in own)}


def _parts(path: str) -> list[str]:
    return [part for part in path.split(".") if part and not part.isdigit()]
