"""D13: something was taken out of a reservation that does not exist."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity
from audit.findings.story import Reserved, Story
from audit.projections.signs import Sign

RULE = Rule(
    name="unmatched_resolution",
    title="Released without a reservation",
    severity=Severity.CRITICAL,
    sentence="{type} took {money_text} of the {kind} out of {place}, where nothing was reserved for it{before}.",
    mend="The reservation that is missing there, or the event that puts {money_text} back into {place}.",
    meaning="D13: an event posts or releases a reservation of a flow that was never made, was made on another account "
    "or in another currency, or was resolved already.",
)


def judge(story: Story, watermark: int) -> list[Sign]:
    """A sign for each event that takes from a place in which the flow has nothing."""
    signs = []
    for number, one in enumerate(story.reservations):
        if one.after < one.before <= 0:
            had = any(before.at == one.at and before.after > 0 for before in story.reservations[:number])
            signs.append(_sign(story, one, number, had))
    return signs


def _sign(story: Story, one: Reserved, number: int, had: bool) -> Sign:
    later = (change for change in story.reservations[number + 1 :] if change.at == one.at)
    mended = next((change for change in later if change.after >= 0), None)
    return story.sign(
        RULE.name,
        one.recorded,
        [one.position],
        numbers={
            "type": story.type_of(one.position),
            "place": str(one.at),
            "before": " any more: it had been resolved already" if had else "",
        },
        money=[(one.before - one.after, one.at.currency)],
        detail=f"{one.at}/{one.at.currency}",
        until=mended,
    )
