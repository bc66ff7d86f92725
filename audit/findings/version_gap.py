"""D20: a stream has a version without the versions before it, and nothing earlier can still appear."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="version_gap",
    title="Missing version",
    severity=Severity.HIGH,
    sentence="Event {missing} of {stream} is missing.",
    mend="The missing events, from the source.",
    meaning="D20: a stream has a version without the versions before it, and nothing earlier can still appear.",
)
