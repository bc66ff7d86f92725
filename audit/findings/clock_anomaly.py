"""D27: an event says that it happened after it was recorded."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="clock_anomaly",
    title="Time that cannot be",
    severity=Severity.MEDIUM,
    sentence="{type} of {stream} says that it happened {seconds} after it was recorded.",
    mend="Nothing changes the event. Its sender sets its clock right.",
    meaning="D27: an event occurred later than its store recorded it, by more than the second by which clocks may "
    "differ.",
)
