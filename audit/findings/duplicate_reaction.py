"""D19: one event was reacted to more often than the model allows."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="duplicate_reaction",
    title="Reacted to more than once",
    severity=Severity.HIGH,
    sentence="{came} is reaction {count} to {after}; the model allows {at_most}.",
    mend="A correction or a compensation of the one too many.",
    meaning="D19: an event has more reactions than the model allows (at_most), whether by cause or, where causes are "
    "not given, by what they belong to.",
)
