"""D3: a flow is over, and money still rests where it may not."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity
from audit.findings.story import Story
from audit.projections.signs import Sign

RULE = Rule(
    name="residue_at_end",
    title="Money left behind",
    severity=Severity.HIGH,
    sentence="The {kind} ended as {state}, and {money_text} still stands at {places}.",
    mend="The movement that empties {places}.",
    meaning="D3: the flow has reached its final state and the time to settle is over, but a place that must be empty "
    "at its end (reserved, transit, clearing) is not.",
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
    return [
        story.sign(
            RULE.name,
            deadline,
            [end.position, *(since for _, _, since in at_deadline)],
            numbers={"state": end.state, "places": ", ".join(str(p) for p, _, _ in at_deadline)},
            money=[(abs(units), place.currency) for place, units, _ in at_deadline],
            until=cleared,
        )
    ]
