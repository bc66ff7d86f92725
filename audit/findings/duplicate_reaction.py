"""D19: one event was reacted to more often than the model allows."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="duplicate_reaction",
    title="Reacted to more than once",
    severity=Severity.HIGH,
    sentence="{after} was answered {count} times, the last time with {came}; at most {at_most} is right.",
    mend="A correction or a compensation of the one too many.",
    meaning="D19: an event has more reactions than the model allows (at_most), whether by cause or, where causes are "
    "not given, by what they belong to.",
)
