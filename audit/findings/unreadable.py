"""D30: an event that cannot be read, or whose needed field is missing or not what the model says."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="unreadable",
    title="Unreadable event",
    severity=Severity.HIGH,
    sentence="{type} of {stream} cannot be read: {why} {place}",
    short="{type} of {stream} cannot be read.",
    mend="The source sends the event again in a readable form, or the model is mended and a rebuild run.",
    meaning="D30: an event that cannot be read, or whose needed field is missing or not what the model says."
    " Its bytes are kept exactly as they came.",
)
