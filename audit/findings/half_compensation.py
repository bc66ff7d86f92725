"""D15: a flow failed, and something that it had done was not undone."""

from __future__ import annotations

from audit.findings.reactions import Happening
from audit.findings.rule import Rule, Severity
from audit.findings.story import Story
from audit.projections.signs import Sign

RULE = Rule(
    name="half_compensation",
    title="Failed and not undone",
    severity=Severity.HIGH,
    sentence="The {kind} ended as {state}, but {type} was not undone.",
    mend="One of these, in the same {kind}: {undoing}.",
    meaning="D15: a flow ended in a failure, the time to settle is over, and an event of it that must be undone then "
    "(`undone_by`) was not.",
)


def judge(story: Story, watermark: int) -> list[Sign]:
    """A sign for each step that still stands at the deadline."""
    end, deadline, about = story.ended, story.settled_by, story.about
    if end is None or not end.is_failure or deadline is None or about is None or watermark < deadline:
        return []
    signs = []
    standing = [event for event in story.happenings if event.meaning in about.undone_by]
    for event in _unmatched(story, standing):
        numbers, words = about.undone_by[event.meaning]
        undone = next((one for one in story.happenings if one.recorded > deadline and one.meaning in numbers), None)
        signs.append(
            story.sign(
                RULE.name,
                deadline,
                [event.position, end.position],
                numbers={
                    "state": end.state,
                    "type": story.type_of(event.position),
                    "undoing": words,
                },
                money=[story.declared] if story.declared is not None else [],
                until=undone,
            )
        )
    return signs


def _unmatched(story: Story, standing: list[Happening]) -> list[Happening]:
    """Steps without an undoing of their own until the deadline; each undoes the latest step that it can."""
    assert story.about is not None and story.settled_by is not None
    left = list(standing)
    for event in story.happenings:
        if event.recorded > story.settled_by:
            break
        undone = [one for one in left if event.meaning in story.about.undone_by[one.meaning][0]]
        before = [one for one in undone if one.recorded <= event.recorded] or undone
        if before:
            left.remove(before[-1])
    return left
