"""D5: a place that may not be negative was below zero when a step was over."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="negative_place",
    title="Below zero",
    severity=Severity.HIGH,
    sentence="{place} fell to {units_text}, and may not be below zero.",
    mend="Money arriving at {place}.",
    meaning="D5: a place that may not be negative was below zero when a step was over.",
)
