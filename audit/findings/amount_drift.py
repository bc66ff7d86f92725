"""D6: another amount was booked than was instructed."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity, exceeds
from audit.findings.story import Story, StoryMoment
from audit.projections.signs import Sign

RULE = Rule(
    name="amount_drift",
    title="Booked otherwise than ordered",
    severity=Severity.HIGH,
    sentence="The {kind} was for {declared_text}, but {moved_text} was booked for it.",
    mend="An event that books the {money_text} between, or a correction that says why they differ.",
    meaning="D6: a flow ended well and its time to settle is over, but in another book than its own, what reached "
    "places where money rests is not the declared amount, and no correction or compensation of the flow says why.",
    sorts={"more": exceeds("moved", "declared"), "less": exceeds("declared", "moved")},
)


def judge(story: Story, watermark: int) -> list[Sign]:
    """A sign for each book that does not come to the declared amount at the deadline."""
    end, deadline = story.ended, story.settled_by
    if end is None or end.is_failure or deadline is None or story.declared is None or watermark < deadline:
        return []
    known = [moment for moment in story.moments if moment.recorded <= deadline]
    if not known or _is_adjusted(story, deadline):
        return []
    units, currency = story.declared
    later = [moment for moment in story.moments if moment.recorded > deadline]
    signs = []
    for book, booked in sorted(_booked(story, known[-1], currency).items()):
        if booked != units:
            mended = next((m for m in later if _booked(story, m, currency).get(book) == units
                           or _is_adjusted(story, m.recorded)), None)  # fmt: skip
            signs.append(_sign(story, book, booked, deadline, mended))
    return signs


def _booked(story: Story, moment: StoryMoment, currency: str) -> dict[str, int]:
    """What reached places where it may rest, by book other than the flow's own."""
    sums: dict[str, int] = {}
    for at, units in moment.nets.items():
        if at.book != story.book and at.currency == currency and at.rests:
            sums[at.book] = sums.get(at.book, 0) + max(units, 0)
    return sums


def _is_adjusted(story: Story, upto: int) -> bool:
    adjusts = story.about.adjusts if story.about is not None else frozenset()
    return any(event.meaning in adjusts and event.recorded <= upto for event in story.happenings)


def _sign(story: Story, book: str, booked: int, deadline: int, mended: StoryMoment | None) -> Sign:
    assert story.ended is not None and story.declared is not None
    units, currency = story.declared
    return story.sign(
        RULE.name,
        deadline,
        [story.ended.position, *story.movers(book)],
        numbers={
            "book": book,
            "declared": str(units),
            "moved": str(booked),
            "currency": currency,
        },
        money=[(abs(booked - units), currency)],
        detail=book,
        until=mended,
    )
