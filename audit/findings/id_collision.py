"""D17: one event identifier, two different events."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="id_collision",
    title="Two events, one identifier",
    severity=Severity.CRITICAL,
    sentence="{type} of {stream} bears an identifier that another, different event has already.",
    mend="The sources say which of the two is true.",
    meaning="D17: the same event identifier with different bytes in one source (the second takes part in nothing), or "
    "with a different payload in two sources (each stays an event of its own source).",
)
