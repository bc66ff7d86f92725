"""Two books say things of a flow that cannot both be in its state."""

from __future__ import annotations

from collections.abc import Mapping

from audit.findings.rule import Rule, Severity
from audit.findings.story import At, Story, StoryMoment
from audit.projections.noticing import SKEW_MICROS
from audit.projections.signs import Sign

RULE = Rule(
    name="books_disagree",
    title="Books disagree",
    severity=Severity.HIGH,
    sentence="The state of the {kind} is “{state}”, and yet {money_text} of it stand at {places}; in this state that "
    "is only right at {allowed}.",
    mend="The event that moves {money_text} from {places}, or the one that takes the {kind} out of {state}.",
    meaning="In a state of its ending lane, a flow's money was for longer than clocks differ in a place that the model "
    "does not pair with this state (`pair`).",
)


def judge(story: Story, watermark: int) -> list[Sign]:
    """A sign for each stretch of time in which money was where the state does not allow it."""
    signs: list[Sign] = []
    began: tuple[StoryMoment, dict[At, int]] | None = None
    for moment in story.moments:
        astray = _astray(story, moment)
        if began is not None and (not astray or moment.state != began[0].state):
            if moment.recorded - began[0].recorded > SKEW_MICROS:
                signs.append(_sign(story, *began, until=moment))
            began = None
        if astray and began is None:
            began = (moment, astray)
    if began is not None and watermark - began[0].recorded > SKEW_MICROS:
        signs.append(_sign(story, *began, until=None))
    return signs


def _astray(story: Story, moment: StoryMoment) -> dict[At, int]:
    allowed = _allowed(story, moment)
    return {
        at: units
        for at, units in moment.nets.items()
        if units > 0 and at.book in allowed and at.kind not in allowed[at.book]
    }


def _allowed(story: Story, moment: StoryMoment) -> Mapping[str, frozenset[str]]:
    return {} if story.about is None else story.about.pairs.get(moment.state, {})


def _sign(story: Story, moment: StoryMoment, astray: dict[At, int], until: StoryMoment | None) -> Sign:
    books = sorted({at.book for at in astray})
    allowed = _allowed(story, moment)
    return story.sign(
        RULE.name,
        moment.recorded,
        [moment.position, *(moment.since[at] for at in astray)],
        numbers={
            "state": moment.state,
            "places": ", ".join(sorted(str(at) for at in astray)),
            "allowed": ", ".join(sorted({one for book in books for one in allowed[book]})) or "none",
        },
        money=[(units, at.currency) for at, units in sorted(astray.items())],
        until=until,
    )
