"""D17: the same event identifier in one source with different bytes."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="id_collision",
    title="Two events, one identifier",
    severity=Severity.CRITICAL,
    sentence="{type} in stream {stream} bears an identifier that another event with other bytes has already. "
    "It is kept and takes part in nothing.",
    mend="The source says which of the two is true.",
    meaning="D17: the same event identifier in one source with different bytes.",
)
