"""What the model says must never be, is."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="forbidden_state",
    title="What must never be",
    severity=Severity.HIGH,
    sentence="At {type} it must never be that {that}, and it was: {values}.",
    mend="A correction by the bank: the event should not have come, or what it rests on is wrong.",
    meaning="An invariant of the bank's own (the model's `never`) did not hold after an event. Where order within a "
    "time is not known, the end of the time counts.",
)
