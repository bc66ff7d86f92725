"""D9: the reaction came, later than the model allows."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="late_reaction",
    title="Reaction came late",
    severity=Severity.MEDIUM,
    sentence="{came} was due by {due} after {after}, and came {seconds} later.",
    mend="Nothing: it has come.",
    meaning="D9: the reaction that the model expects came after its time. It resolves the missing reaction.",
)
