"""D8: nothing that the model accepts as a reaction has followed, though its time is over."""

from __future__ import annotations

from audit.findings.rule import HEALED, Rule, Severity

RULE = Rule(
    name="missing_reaction",
    title="No reaction came",
    severity=Severity.HIGH,
    sentence="After {after}, {one_of} was due by {due}, and none had come by then.",
    mend="{one_of}.",
    meaning="D8: an event after which the model expects a reaction was not followed by one in time, failures included, "
    "and the watermark of all sources has passed the time.",
    sentences={
        HEALED: ("After {after}, {one_of} was due by {due}; it came later.", "{one_of}."),
    },
)
