"""D14: what may take effect once did so twice, or more was taken than was reserved."""

from __future__ import annotations

from collections.abc import Iterator

from audit.findings.reactions import Happening
from audit.findings.rule import Rule, Severity, when
from audit.findings.story import Reserved, Story
from audit.projections.signs import Sign

AGAIN, BESIDES, OVERDRAWN = "a second time", "besides", "with more than was still reserved"

RULE = Rule(
    name="double_effect",
    title="Took effect twice",
    severity=Severity.CRITICAL,
    sentence="{type} was carried out for the {kind} {how}{other}.",
    mend="An event that undoes {type}, or a correction of the money that it moved.",
    meaning="D14: two events of one flow bear the same `once` label, and the first had not been undone; or an event "
    "took more out of a reservation than was still reserved.",
    sorts={
        "repeated": when("how", AGAIN, BESIDES),
        "overdrawn": when("how", OVERDRAWN),
    },
)


def judge(story: Story, watermark: int) -> list[Sign]:
    """A sign for each repetition, and for each event that takes more than there is."""
    return [*_repeated(story), *(_overdrawn(story, one) for one in story.reservations if one.after < 0 < one.before)]


def _repeated(story: Story) -> Iterator[Sign]:
    about = story.about
    if about is None:
        return
    done: dict[str, Happening] = {}
    for event in story.happenings:
        for label in about.undoes.get(event.meaning, ()):
            done.pop(label, None)
        label_of = about.once.get(event.meaning)
        if label_of is None:
            continue
        if label_of in done:
            yield _twice(story, label_of, done[label_of], event)
        else:
            done[label_of] = event


def _twice(story: Story, label: str, first: Happening, event: Happening) -> Sign:
    assert story.about is not None
    undone = next((one for one in story.happenings if one.recorded > event.recorded
                   and label in story.about.undoes.get(one.meaning, ())), None)  # fmt: skip
    other = story.type_of(first.position)
    same = other == story.type_of(event.position)
    how, besides = (AGAIN, "") if same else (BESIDES, f" {other}")
    return story.sign(
        RULE.name,
        event.recorded,
        [first.position, event.position],
        opened_by=event.position,
        numbers={"type": story.type_of(event.position), "label": label, "how": how, "other": besides},
        money=[story.declared] if story.declared is not None else [],
        detail=label,
        until=undone,
    )


def _overdrawn(story: Story, one: Reserved) -> Sign:
    return story.sign(
        RULE.name,
        one.recorded,
        [one.position],
        numbers={"type": story.type_of(one.position), "how": OVERDRAWN, "other": ""},
        money=[(-one.after, one.at.currency)],
        detail=f"{one.at}/{one.at.currency}",
    )
