"""`like`: an event takes over everything from another event of its lane; its own keys win."""

from __future__ import annotations

from typing import Any

from audit.model.problems import Problems, choice

LIKE_MAX = 50
NOT_TAKEN = ("renamed_from", "like")


def take_over(raw: dict[str, Any], problems: Problems) -> None:
    """Fills the events that are `like` another one, in place."""
    lanes = raw.get("lane")
    for lane_name, lane in lanes.items() if isinstance(lanes, dict) else ():
        events = lane.get("event") if isinstance(lane, dict) else None
        if isinstance(events, dict):
            for name in events:
                _fill(name, events, ("lane", lane_name, "event"), problems, ())


def _fill(name: str, events: dict[str, Any], key: tuple[str, ...], problems: Problems, seen: tuple[str, ...]) -> None:
    event = events[name]
    other = event.get("like") if isinstance(event, dict) else None
    if not isinstance(other, str):
        return
    if len(seen) >= LIKE_MAX:
        what = f"more than {LIKE_MAX} events are like each other in a row"
        problems.error((*key, name, "like"), what, "Write one of them out")
    elif other in (*seen, name):
        problems.error((*key, name, "like"), "these events are like each other in a circle", "Write one of them out")
    elif other not in events:
        problems.error(
            (*key, name, "like"),
            f'there is no event "{other}" in this lane',
            choice(other, events, "event of this lane"),
        )
    else:
        _fill(other, events, key, problems, (*seen, name))
        taken = events[other]
        if isinstance(taken, dict):
            for inner, value in taken.items():
                if inner not in NOT_TAKEN:
                    event.setdefault(inner, value)
    event.pop("like", None)
