"""D3: a flow is over, and money still rests where it may not."""

from __future__ import annotations

from collections.abc import Sequence

from audit.findings.rule import Rule, Severity
from audit.findings.story import At, Story
from audit.projections.signs import Sign

RULE = Rule(
    name="residue_at_end",
    title="Money left behind",
    severity=Severity.HIGH,
    sentence="The {kind} ended as {state}, and {money_text} still stands at {places}.",
    mend="The movement that empties {places}.",
    meaning="D3: the flow has reached its final state and the time to settle is over, but a place that must be empty "
    "at its end (reserved, transit, clearing) is not.",
    sorts={
        "left": lambda numbers: bool(numbers.get("places")) and not numbers.get("below"),
        "below": lambda numbers: bool(numbers.get("below")) and not numbers.get("places"),
        "both": lambda numbers: bool(numbers.get("below")) and bool(numbers.get("places")),
    },
    sentences={
        "below": ("The {kind} ended as {state}, and more left {below} than came: it is {short_text} below zero.",
                  "The movement that brings {short_text} to {below}."),
        "both": ("The {kind} ended as {state}; {left_text} still stands at {places}, and {below} is {short_text} below"
                 " zero.", "The movements that empty {places} and bring {short_text} to {below}."),
    },
)


def judge(story: Story, watermark: int) -> list[Sign]:
    """The residue at the deadline, if the watermark has passed it, and the event after which there was none."""
    deadline = story.settled_by
    if deadline is None or story.ended is None or watermark < deadline:
        return []
    at_deadline = story.residue(upto=deadline)
    if not at_deadline:
        return []
    cleared = next((m for m in story.moments if m.recorded > deadline and not story.residue(upto=m.recorded)), None)
    end = story.ended
    left, below = [one for one in at_deadline if one[1] > 0], [one for one in at_deadline if one[1] < 0]
    return [
        story.sign(
            RULE.name,
            deadline,
            [end.position, *(since for _, _, since in at_deadline)],
            numbers={"state": end.state, "places": _named(left), "below": _named(below), "short": len(below)},
            money=[(abs(units), place.currency) for place, units, _ in (*left, *below)],
            until=cleared,
        )
    ]


def _named(residue: Sequence[tuple[At, int, int]]) -> str:
    return ", ".join(str(place) for place, _, _ in residue)
