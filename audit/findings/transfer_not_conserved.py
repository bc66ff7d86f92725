"""D2: the money of a flow is not all where it can be."""

from __future__ import annotations

from collections.abc import Mapping

from audit.findings.rule import Rule, Severity, exceeds
from audit.findings.story import At, Story, StoryMoment
from audit.projections.signs import Sign

SKEW_MICROS = 1_000_000  # services' clocks differ: an imbalance shorter than this is order, not loss

RULE = Rule(
    name="transfer_not_conserved",
    title="Amounts do not add up",
    severity=Severity.CRITICAL,
    sentence="The {kind} is for {declared_text}, but when this was first seen {held_text} of it was there: {places}.",
    mend="The event that was missed, or the reversal of the one too many.",
    meaning="D2: what the places of the custody book hold for a flow differs from its declared amount, or a transit "
    "place is below zero, so more was taken out of it than was put in.",
    sorts={"more": exceeds("held", "declared"), "less": exceeds("declared", "held")},
)


def judge(story: Story, watermark: int) -> list[Sign]:
    """One sign for each stretch of story time in which the flow was out of balance for longer than clocks differ."""
    signs: list[Sign] = []
    began: tuple[StoryMoment, dict[At, int]] | None = None
    for moment in story.moments:
        if moment.recorded > watermark:
            break
        wrong = _wrong(story, moment.nets)
        if wrong and began is None:
            began = (moment, wrong)
        elif not wrong and began is not None:
            if moment.recorded - began[0].recorded > SKEW_MICROS:
                signs.append(_sign(story, *began, until=moment))
            began = None
    if began is not None and watermark - began[0].recorded > SKEW_MICROS:
        signs.append(_sign(story, *began, until=None))
    return signs


def _wrong(story: Story, nets: Mapping[At, int]) -> dict[At, int]:
    """The custody places at fault: below zero in transit, or all that hold money where the sum is not the declared."""
    custody = {place: units for place, units in nets.items() if place.book == story.book and units}
    below = {place: units for place, units in custody.items() if units < 0 and place.is_transit}
    if below:
        return custody
    held = {place: units for place, units in custody.items() if units > 0}
    if story.declared is None or not held:
        return {}
    units, currency = story.declared
    in_currency = sum(units for place, units in held.items() if place.currency == currency)
    return custody if in_currency != units else {}


def _sign(story: Story, moment: StoryMoment, wrong: dict[At, int], until: StoryMoment | None) -> Sign:
    declared, currency = story.declared or (0, next(iter(wrong)).currency)
    held = sum(units for place, units in wrong.items() if units > 0 and place.currency == currency)
    there = [place for place, units in wrong.items() if units > 0]
    return story.sign(
        RULE.name,
        moment.recorded,
        [moment.position],
        numbers={
            "declared": str(declared),
            "held": str(held),
            "currency": currency,
            "places": ", ".join(sorted(str(place) for place in there or wrong)),
        },
        money=[(abs(held - declared), currency)],
        until=until,
    )
