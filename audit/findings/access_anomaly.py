"""D32: somebody of the staff looks at customers in a way that their work does not explain."""

from __future__ import annotations

from audit.findings.rule import Rule, Severity

RULE = Rule(
    name="access_anomaly",
    title="Unusual looks",
    severity=Severity.HIGH,
    sentence="{who}, {role}, on {day}: {what}.",
    mend="A team lead or data protection asks why, and takes the finding on with what they were told; broken glass is "
    "resolved by its review.",
    meaning="D32: far more customers opened in a day than others of the same role open, doors opened outside the hours "
    "that the model declares, the same customer opened again and again without a ticket, many searches after which "
    "nobody is opened, many addresses that name nobody, broken glass that nobody reviewed. Judged by the console's own "
    "records as they stand in the log, up to their last full five minutes; nothing under secrecy is.",
)
