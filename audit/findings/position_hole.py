"""D25: a number vanished from its source, or a source that leaves none out never showed it."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity, when

NEVER = "the source says that it leaves no number out, and nothing was ever seen there"

RULE = Rule(
    name="position_hole",
    title="Missing from its source",
    severity=Severity.HIGH,
    sentence="Position {number} of {source} is empty: {what}.",
    mend="The source holds the event again, as it was; or whoever removed it says why.",
    meaning="D25: an event that was read is missing when its source is read again. Numbers that were never seen are a "
    "finding only where the model says that the source leaves none out: elsewhere a transaction that was rolled back "
    "leaves one behind.",
    sorts={"never": when("what", NEVER), "gone": lambda numbers: "noticed" in numbers},
)
