"""D12: money stays reserved for longer than reservations may last."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity
from audit.findings.story import Reserved, Story
from audit.projections.signs import Sign

RULE = Rule(
    name="reservation_leak",
    title="Reserved for too long",
    severity=Severity.HIGH,
    sentence="{money_text} of the {kind} have stood at {place} for longer than the model allows.",
    mend="The event that takes {money_text} out of {place}: booked, or released to the customer.",
    meaning="D12: what a flow reserved was neither posted nor released within the time that its place allows "
    "(`within`), by the watermark of all sources.",
)


def judge(story: Story, watermark: int) -> list[Sign]:
    """A sign for each reservation whose time was over before it was."""
    signs = []
    for number, one in enumerate(story.reservations):
        due = one.due
        if due is not None and due <= watermark:
            left = (later for later in story.reservations[number + 1 :] if later.at == one.at and later.after <= 0)
            ended = next(left, None)
            if ended is None or ended.recorded > due:
                signs.append(_sign(story, one, due, ended))
    return signs


def _sign(story: Story, one: Reserved, due: int, ended: Reserved | None) -> Sign:
    return story.sign(
        RULE.name,
        due,
        [one.position],
        numbers={"place": str(one.at)},
        money=[(one.after, one.at.currency)],
        detail=f"{one.at}/{one.at.currency}",
        until=ended,
    )
