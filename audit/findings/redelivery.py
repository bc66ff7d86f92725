"""D16: the same event identifier with the same bytes, seen again."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="redelivery",
    title="Seen again",
    severity=Severity.INFO,
    sentence="{type} of {stream} was delivered again with the same bytes. It counts once.",
    mend="Nothing: delivery at least once is normal.",
    meaning="D16: the same event identifier with the same bytes, seen again.",
)
