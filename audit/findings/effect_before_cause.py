"""D22: an event is recorded before the event that caused it."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="effect_before_cause",
    title="Effect before its cause",
    severity=Severity.MEDIUM,
    sentence="{type} of {stream} is recorded {seconds} before the event that caused it.",
    mend="Nothing changes the events. One of the two services sets its clock right, or names the right cause.",
    meaning="D22: an event is recorded earlier than its cause, by more than the second by which clocks may differ.",
)
